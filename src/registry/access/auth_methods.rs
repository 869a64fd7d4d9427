//! How each repository of a host wants to be asked.
//!
//! One host may serve some repositories to everyone, want a password for others, and have a token
//! service for each of a third kind. So what an answer says belongs to its repository; only when two
//! say the same it is taken for the others, too.

use std::collections::HashMap;
use std::sync::Arc;

use super::challenge::{Challenge, Scheme};
use super::scope::{Actions, Scopes};

/// How a repository wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) scheme: Scheme,
    /// What to ask a token for instead of the name in the repository's path, where the registry calls it
    /// something else; else empty.
    pub(crate) called: Vec<String>,
    /// What to ask a token for besides, in the registry's own words.
    pub(crate) besides: Scopes,
}

impl Way {
    /// Returns the way that a challenge asks for, where what stands in the path is `repository`.
    pub(crate) fn of(challenge: &Challenge, repository: &str) -> Self {
        let scopes = &challenge.scopes;
        let names = scopes.repositories().map(|(name, _)| name.to_owned());
        Self {
            scheme: challenge.scheme.clone(),
            called: if scopes.names(repository) {
                vec![]
            } else {
                names.collect()
            },
            besides: scopes.besides(),
        }
    }

    /// Returns the way that is good for a whole host: whatever its repositories are called.
    pub(crate) fn of_all(scheme: Scheme) -> Self {
        Self {
            scheme,
            called: vec![],
            besides: Scopes::default(),
        }
    }

    /// Tells whether a challenge that was met on this way says nothing new.
    pub(crate) fn is_known(&self, challenge: &Challenge, repository: &str) -> bool {
        let other = Self::of(challenge, repository);
        let names_nothing = challenge.scopes.repositories().next().is_none();
        self.scheme == other.scheme && (names_nothing || self.called == other.called)
    }

    /// Returns what to ask a token for, to be allowed `actions` in a repository.
    pub(crate) fn scopes(&self, repository: &str, actions: Actions) -> Scopes {
        if self.called.is_empty() {
            return Scopes::one(repository, actions);
        }
        let called = self.called.iter();
        called.fold(Scopes::default(), |all, name| all.and(name, actions))
    }
}

/// What is known of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// It has said so itself.
    Own(Arc<Way>),
    /// Others have said so.
    Others(Arc<Way>),
    /// Nothing: it is asked as a stranger asks, and its answer tells.
    Nothing,
}

/// What is known of all repositories of a host.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    own: HashMap<String, Arc<Way>>,
    others: Others,
}

/// What is taken for those that have not said anything yet.
#[derive(Debug, Default)]
enum Others {
    /// Nobody has said anything.
    #[default]
    Unknown,
    /// One has. The next is to tell whether all are like it.
    Doubtful,
    /// They differ, or strangers may come in: each is asked for itself.
    Each,
    /// Two have said the same.
    Same(Arc<Way>),
}

impl Ways {
    pub(crate) fn of(&self, repository: &str) -> Known {
        match (self.own.get(repository), &self.others) {
            (Some(own), _) => Known::Own(own.clone()),
            (None, Others::Same(way)) => Known::Others(way.clone()),
            (None, _) => Known::Nothing,
        }
    }

    /// Tells whether a request for the repository can go, or is to wait until the first ones have found
    /// out how.
    pub(crate) fn is_settled(&self, repository: &str) -> bool {
        matches!(self.others, Others::Each | Others::Same(_)) || self.own.contains_key(repository)
    }

    /// Notes what a repository asks for.
    pub(crate) fn asks(&mut self, repository: &str, way: Way) {
        let way = Arc::new(way);
        let is_same = |(name, other): (&String, &Arc<Way>)| name != repository && *other == way;
        let agrees = way.called.is_empty() && self.own.iter().any(is_same);
        self.others = match std::mem::take(&mut self.others) {
            _ if agrees => Others::Same(way.clone()),
            Others::Unknown => Others::Doubtful,
            Others::Doubtful if !self.own.contains_key(repository) => Others::Each,
            other => other,
        };
        self.own.insert(repository.to_owned(), way);
    }

    /// Notes what the host itself asks for, whatever the repository.
    pub(crate) fn all_ask(&mut self, way: Way) {
        self.others = Others::Same(Arc::new(way));
    }

    /// Notes that a stranger was let in, where others may have asked for something.
    pub(crate) fn is_open(&mut self, repository: &str) {
        match self.of(repository) {
            Known::Own(_) => {}
            Known::Others(_) => {
                let open = Arc::new(Way::of_all(Scheme::Open));
                self.own.insert(repository.to_owned(), open);
            }
            Known::Nothing => self.others = Others::Each,
        }
    }

    /// Notes that the answer of a repository that was to tell did not come.
    pub(crate) fn is_silent(&mut self) {
        if matches!(self.others, Others::Doubtful) {
            self.others = Others::Each;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::access::challenge::Realm;

    fn bearer(realm: &str) -> Way {
        Way::of_all(Scheme::Bearer(Realm {
            url: format!("https://{realm}.example.com/token")
                .parse()
                .unwrap(),
            service: None,
        }))
    }

    #[test]
    fn what_one_says_is_for_itself_until_another_agrees() {
        let mut ways = Ways::default();
        assert!(!ways.is_settled("a"));
        ways.asks("a", bearer("x"));
        assert!(ways.is_settled("a") && !ways.is_settled("b"));
        assert_eq!(ways.of("a"), Known::Own(bearer("x").into()));
        assert_eq!(ways.of("b"), Known::Nothing);
        ways.asks("b", bearer("x"));
        assert_eq!(ways.of("c"), Known::Others(bearer("x").into()));
        assert!(ways.is_settled("c"));
        ways.asks("c", bearer("y"));
        assert_eq!(ways.of("c"), Known::Own(bearer("y").into()));
        assert_eq!(ways.of("d"), Known::Others(bearer("x").into()));
        ways.is_open("d");
        assert_eq!(ways.of("d"), Known::Own(Way::of_all(Scheme::Open).into()));
        ways.asks("c", bearer("x"));
        assert_eq!(
            ways.of("c"),
            Known::Own(bearer("x").into()),
            "it may change"
        );
    }

    #[test]
    fn where_they_differ_each_is_asked() {
        let mut ways = Ways::default();
        ways.asks("a", bearer("x"));
        ways.asks("b", bearer("y"));
        assert_eq!(ways.of("c"), Known::Nothing);
        assert!(ways.is_settled("c"), "nobody waits");
        ways.asks("c", bearer("y"));
        assert_eq!(ways.of("d"), Known::Others(bearer("y").into()));

        let mut ways = Ways::default();
        ways.is_open("a");
        assert!(ways.is_settled("b"));
        ways.asks("b", Way::of_all(Scheme::Basic));
        assert_eq!(ways.of("a"), Known::Nothing);
        ways.asks("a", Way::of_all(Scheme::Basic));
        assert_eq!(
            ways.of("c"),
            Known::Others(Way::of_all(Scheme::Basic).into())
        );

        let mut ways = Ways::default();
        ways.asks("a", bearer("x"));
        ways.is_silent();
        assert!(ways.is_settled("b") && ways.of("b") == Known::Nothing);
    }

    #[test]
    fn a_name_of_its_own_is_for_one_repository_alone() {
        let challenge = |scopes| Challenge {
            scheme: bearer("x").scheme,
            scopes,
            insufficient_scope: false,
        };
        let own = challenge(Scopes::one("team/app", Actions::Pull));
        for known in [
            &own,
            &challenge(Scopes::default()),
            &challenge(Scopes::parse("aws")),
        ] {
            let way = Way::of(known, "team/app");
            let pull = Scopes::one("team/app", Actions::Pull);
            assert_eq!(way.scopes("team/app", Actions::Pull), pull);
        }
        let words = challenge(Scopes::parse("aws"));
        assert_eq!(
            Way::of(&words, "a"),
            Way::of(&words, "b"),
            "it says nothing of names"
        );
        let way = Way::of(&own, "docker/team/app");
        let push = way.scopes("docker/team/app", Actions::Push);
        assert_eq!(push, Scopes::one("team/app", Actions::Push));
        let wider = challenge(Scopes::one("team/app", Actions::Push));
        let silent = challenge(Scopes::default());
        assert!(
            [&wider, &silent]
                .into_iter()
                .all(|c| way.is_known(c, "docker/team/app"))
        );
        let other = challenge(Scopes::one("app", Actions::Pull));
        assert!(!way.is_known(&other, "docker/team/app"));
        let mut ways = Ways::default();
        ways.asks("docker/team/app", way.clone());
        ways.asks("other/team/app", way);
        assert_eq!(ways.of("docker/team/b"), Known::Nothing);
    }
}
