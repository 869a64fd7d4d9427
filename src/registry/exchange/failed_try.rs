//! Tries that did not work, and what they tell.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};

use crate::model::{Asked, Fault, Meaning, NoAnswer, Throttled};
use crate::registry::limits::Slot;
use crate::registry::outage::Server;

/// A try that did not work.
pub(crate) struct FailedTry {
    pub(crate) fault: Fault,
    /// Where it failed, if a request was made.
    pub(crate) server: Option<Arc<Server>>,
    /// The other host at which it failed, if it is not the registry itself.
    pub(crate) elsewhere: Option<String>,
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: HeaderMap,
    /// Whether the registry itself said so, and not another host that it pointed to.
    pub(crate) at_registry: bool,
    /// Whether the registry asked for a pause, which has been set.
    pub(crate) paused: bool,
    /// Whether the registry answered by pointing elsewhere, and it is there that it failed.
    pub(crate) redirected: bool,
    /// How many requests were under way there, itself among them.
    pub(crate) load: usize,
    /// Its slot in its lane, which what was refused for the rate keeps.
    pub(crate) slot: Option<Slot>,
}

impl FailedTry {
    /// Makes a failure that has no answer behind it.
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            server: None,
            elsewhere: None,
            status: None,
            headers: HeaderMap::new(),
            at_registry: false,
            paused: false,
            redirected: false,
            load: 1,
            slot: None,
        }
    }

    /// Returns why no answer came, if none did.
    fn no_answer(&self) -> Option<&NoAnswer> {
        match &self.fault {
            Fault::NoAnswer(why) => Some(why),
            _ => None,
        }
    }

    /// Returns what the answer is known to mean.
    pub(crate) fn meaning(&self) -> Option<Meaning> {
        match &self.fault {
            Fault::Answered(answer) => answer.meaning,
            _ => None,
        }
    }

    /// Tells whether it was too much at a time.
    pub(crate) fn throttled(&self) -> Throttled {
        let is_used_up = self.meaning() == Some(Meaning::PullsUsedUp);
        match self.status {
            Some(StatusCode::TOO_MANY_REQUESTS) if !is_used_up => Throttled::Yes,
            _ if self.paused => Throttled::Yes,
            Some(StatusCode::SERVICE_UNAVAILABLE) if self.load > 1 => Throttled::Perhaps,
            _ => Throttled::No,
        }
    }

    /// Tells whether it is the network or the host that gave no answer.
    pub(crate) fn is_unanswered(&self) -> bool {
        let ours = |why: &NoAnswer| matches!(why, NoAnswer::Body(_) | NoAnswer::Setup(_));
        self.no_answer().is_some_and(|why| !ours(why))
    }

    /// Tells whether no answer comes to any other request there, either, until somebody mends something.
    pub(crate) fn is_for_good(&self) -> bool {
        self.is_unanswered() && self.no_answer().is_some_and(|why| !why.is_transient())
    }

    /// Tells whether the other side said that it did not even read the request.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(self.no_answer(), Some(NoAnswer::Unread))
    }

    /// Tells whether there was a connection, and it broke.
    pub(crate) fn is_break(&self) -> bool {
        self.is_unread() || matches!(self.no_answer(), Some(NoAnswer::Broken(_)))
    }

    /// Tells whether that no answer came may be for how much is asked there.
    pub(crate) fn is_break_for_load(&self) -> bool {
        self.is_unanswered() && !self.is_for_good() && !self.is_unread()
    }

    /// Tells whether nothing came for a long time, or next to nothing.
    pub(crate) fn took_long(&self) -> bool {
        use NoAnswer::{Silence, Slow, Trickle};
        matches!(
            self.no_answer(),
            Some(Silence(_) | Slow { .. } | Trickle(_))
        )
    }

    /// Notes that it was asked as a stranger asks, though there is a login.
    pub(crate) fn login_was_not_used(&mut self) {
        if let Fault::Answered(answer) = &mut self.fault {
            answer.asked = Asked::AnonymouslyDespiteLogin;
        }
    }

    /// Says where it failed; `elsewhere` is the host's name, if that is not the registry itself.
    #[must_use]
    pub(crate) fn at(mut self, server: Arc<Server>, elsewhere: Option<String>) -> Self {
        self.server = Some(server);
        self.elsewhere = elsewhere;
        self
    }
}
