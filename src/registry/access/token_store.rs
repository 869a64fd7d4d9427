//! The tokens of a host: fetched once however many requests wait for one, kept until shortly before
//! they expire, and each for several repositories where that can be.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{BoxFuture, Shared};

use crate::model::Failure;

use super::{Actions, Issuer, Scopes, Token};

/// How many repositories one token is asked for: its length grows with them, and many servers take
/// no header longer than 8 KiB.
const GROUP_SIZE: usize = 20;

pub(crate) type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>, Failure>>>;

/// The tokens of one host.
#[derive(Default)]
pub(crate) struct TokenStore(Mutex<State>);

#[derive(Default)]
pub(crate) struct State {
    issued: HashMap<Issuer, Issued>,
    /// What else to ask for when a token for this repository is asked for.
    groups: HashMap<String, Arc<Scopes>>,
    /// Repositories that a wider token did not open.
    alone: HashSet<String>,
}

/// What came from one issuer.
#[derive(Default)]
pub(crate) struct Issued {
    /// By each repository that they are for; those that are for none are under the empty name.
    tokens: HashMap<String, Vec<Arc<Token>>>,
    pub(crate) fetches: HashMap<Scopes, Fetch>,
    /// The answer to a login that never worked; asking on with it may lock the account.
    pub(crate) refused: Option<Failure>,
    /// Whether it gave no token for several repositories: then a login that has not worked is tried for
    /// one of them alone.
    pub(crate) refused_together: bool,
    /// Whether it gave a token for the login.
    pub(crate) worked: bool,
}

impl std::fmt::Debug for TokenStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenStore")
    }
}

impl TokenStore {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes which repositories will be asked for, so that one token can be for several.
    pub(crate) fn announce(&self, repositories: &[&str], actions: Actions) {
        let mut state = self.state();
        for group in repositories.chunks(GROUP_SIZE) {
            let scopes = group
                .iter()
                .fold(Scopes::default(), |all, name| all.and(name, actions));
            let scopes = Arc::new(scopes);
            for name in group {
                state.groups.insert((*name).to_owned(), scopes.clone());
            }
        }
    }

    /// Forgets a token that is not accepted any more.
    pub(crate) fn forget(&self, token: &Arc<Token>) {
        let mut state = self.state();
        let issued = state.issued.get_mut(&token.issuer);
        for tokens in issued
            .into_iter()
            .flat_map(|issued| issued.tokens.values_mut())
        {
            tokens.retain(|kept| !Arc::ptr_eq(kept, token));
        }
    }

    /// Asks for nothing else with these from now on.
    pub(crate) fn leave_alone(&self, scopes: &Scopes) {
        let names = scopes.repositories().map(|(name, _)| name.to_owned());
        self.state().alone.extend(names);
    }

    /// Asks for each repository alone from now on; tokens that are good for several stay in use.
    pub(crate) fn stop_grouping(&self) {
        self.state().groups.clear();
    }
}

impl State {
    pub(crate) fn issued(&mut self, issuer: &Issuer) -> &mut Issued {
        self.issued.entry(issuer.clone()).or_default()
    }

    pub(crate) fn is_alone(&self, scopes: &Scopes) -> bool {
        let mut names = scopes.repositories();
        names.any(|(name, _)| self.alone.contains(name))
    }

    /// Returns what was announced together with these, if anything.
    pub(crate) fn group(&self, scopes: &Scopes) -> Option<Arc<Scopes>> {
        if self.is_alone(scopes) {
            return None;
        }
        // A mount needs two repositories; the group of the one that is written to will do.
        let group = scopes.widest().and_then(|name| self.groups.get(name));
        group.cloned()
    }
}

impl Issued {
    pub(crate) fn find(&mut self, wanted: &Scopes, own: bool) -> Option<Arc<Token>> {
        let name = wanted.repositories().next().map_or("", |(name, _)| name);
        let tokens = self.tokens.get_mut(name)?;
        tokens.retain(|token| !token.is_stale());
        let fits =
            |token: &&Arc<Token>| token.scopes.covers(wanted) && !(own && token.is_shared(wanted));
        // The newest: it may allow what one that was made earlier does not.
        tokens.iter().rev().find(fits).cloned()
    }

    pub(crate) fn keep(&mut self, token: &Arc<Token>) {
        let mut names: Vec<_> = token.scopes.repositories().map(|(name, _)| name).collect();
        if names.is_empty() {
            names.push("");
        }
        for name in names {
            let tokens = self.tokens.entry(name.to_owned()).or_default();
            tokens.push(token.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_for_what_was_announced_together() {
        let tokens = TokenStore::default();
        let names: Vec<String> = (0..30).map(|number| format!("r{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        tokens.announce(&names, Actions::Push);
        let size = |scopes: &Scopes| {
            let group = tokens.state().group(scopes);
            group.map(|group| group.repositories().count())
        };
        assert_eq!(size(&Scopes::one("r00", Actions::Pull)), Some(20));
        assert_eq!(size(&Scopes::one("r29", Actions::Push)), Some(10));
        assert_eq!(size(&Scopes::one("other", Actions::Pull)), None);
        let mount = Scopes::one("r29", Actions::Push).and("base", Actions::Pull);
        assert_eq!(size(&mount), Some(10));
        tokens.leave_alone(&Scopes::one("r01", Actions::Pull));
        assert_eq!(size(&Scopes::one("r01", Actions::Pull)), None);
        tokens.stop_grouping();
        assert_eq!(size(&Scopes::one("r00", Actions::Pull)), None);
    }
}
