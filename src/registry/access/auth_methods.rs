//! How each repository of a host wants to be asked.
//!
//! One host may serve some repositories to everyone, want a password for others, and have a token
//! service for each of a third kind. So what an answer says belongs to its repository; only when two
//! say the same it is taken for the others, too.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Actions, Challenge, Realm, Scheme, Scopes};

/// How a repository wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthMethod {
    pub(crate) scheme: Scheme,
    /// What to ask a token for instead of the name in the repository's path, where the registry calls it
    /// something else; else empty.
    pub(crate) called: Vec<String>,
    /// What to ask a token for besides, in the registry's own words.
    pub(crate) besides: Scopes,
}

impl AuthMethod {
    /// Returns the method that a challenge asks for, where what stands in the path is `repository`.
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

    /// Returns the method that is good for a whole host: whatever its repositories are called.
    pub(crate) fn of_all(scheme: Scheme) -> Self {
        Self {
            scheme,
            called: vec![],
            besides: Scopes::default(),
        }
    }

    /// Tells whether a challenge that was met with this method says nothing new.
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
    Own(Arc<AuthMethod>),
    /// Others have said so.
    Others(Arc<AuthMethod>),
    /// Nothing: it is asked as a stranger asks, and its answer tells.
    Nothing,
}

/// What is known of all repositories of a host.
#[derive(Debug, Default)]
pub(crate) struct KnownMethods {
    own: HashMap<String, Arc<AuthMethod>>,
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
    Same(Arc<AuthMethod>),
}

impl KnownMethods {
    pub(crate) fn of(&self, repository: &str) -> Known {
        match (self.own.get(repository), &self.others) {
            (Some(own), _) => Known::Own(own.clone()),
            (None, Others::Same(method)) => Known::Others(method.clone()),
            (None, _) => Known::Nothing,
        }
    }

    /// Says in the registry's own words what a token is to allow.
    pub(crate) fn asked_for(&self, scopes: &Scopes) -> Scopes {
        let each = scopes
            .repositories()
            .map(|(name, actions)| match self.own.get(name) {
                Some(method) => method.scopes(name, actions),
                None => Scopes::one(name, actions),
            });
        each.fold(Scopes::default(), |all, one| all.union(&one))
    }

    /// Tells whether a repository may get its token from there.
    pub(crate) fn may_share(&self, repository: &str, realm: &Realm) -> bool {
        let own = self.own.get(repository);
        own.is_none_or(|method| method.scheme == Scheme::Bearer(realm.clone()))
    }

    /// Tells whether a request for the repository can go, or is to wait until the first ones have found
    /// out how.
    pub(crate) fn is_settled(&self, repository: &str) -> bool {
        matches!(self.others, Others::Each | Others::Same(_)) || self.own.contains_key(repository)
    }

    /// Notes what a repository asks for.
    pub(crate) fn asks(&mut self, repository: &str, method: AuthMethod) {
        let method = Arc::new(method);
        let is_same =
            |(name, other): (&String, &Arc<AuthMethod>)| name != repository && *other == method;
        let agrees = method.called.is_empty() && self.own.iter().any(is_same);
        self.others = match std::mem::take(&mut self.others) {
            _ if agrees => Others::Same(method.clone()),
            Others::Unknown => Others::Doubtful,
            Others::Doubtful if !self.own.contains_key(repository) => Others::Each,
            other => other,
        };
        self.own.insert(repository.to_owned(), method);
    }

    /// Notes what the host itself asks for, whatever the repository.
    pub(crate) fn all_ask(&mut self, method: AuthMethod) {
        self.others = Others::Same(Arc::new(method));
    }

    /// Notes that a stranger was let in, where others may have asked for something.
    pub(crate) fn is_open(&mut self, repository: &str) {
        match self.of(repository) {
            Known::Own(_) => {}
            Known::Others(_) => {
                let open = Arc::new(AuthMethod::of_all(Scheme::Open));
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

    fn bearer(realm: &str) -> AuthMethod {
        AuthMethod::of_all(Scheme::Bearer(Realm {
            url: format!("https://{realm}.example.com/token")
                .parse()
                .unwrap(),
            service: None,
        }))
    }

    #[test]
    fn what_one_says_is_for_itself_until_another_agrees() {
        let mut methods = KnownMethods::default();
        assert!(!methods.is_settled("a"));
        methods.asks("a", bearer("x"));
        assert!(methods.is_settled("a") && !methods.is_settled("b"));
        assert_eq!(methods.of("a"), Known::Own(bearer("x").into()));
        assert_eq!(methods.of("b"), Known::Nothing);
        methods.asks("b", bearer("x"));
        assert_eq!(methods.of("c"), Known::Others(bearer("x").into()));
        assert!(methods.is_settled("c"));
        methods.asks("c", bearer("y"));
        assert_eq!(methods.of("c"), Known::Own(bearer("y").into()));
        assert_eq!(methods.of("d"), Known::Others(bearer("x").into()));
        methods.is_open("d");
        assert_eq!(
            methods.of("d"),
            Known::Own(AuthMethod::of_all(Scheme::Open).into())
        );
        methods.asks("c", bearer("x"));
        assert_eq!(
            methods.of("c"),
            Known::Own(bearer("x").into()),
            "it may change"
        );
    }

    #[test]
    fn where_they_differ_each_is_asked() {
        let mut methods = KnownMethods::default();
        methods.asks("a", bearer("x"));
        methods.asks("b", bearer("y"));
        assert_eq!(methods.of("c"), Known::Nothing);
        assert!(methods.is_settled("c"), "nobody waits");
        methods.asks("c", bearer("y"));
        assert_eq!(methods.of("d"), Known::Others(bearer("y").into()));

        let mut methods = KnownMethods::default();
        methods.is_open("a");
        assert!(methods.is_settled("b"));
        methods.asks("b", AuthMethod::of_all(Scheme::Basic));
        assert_eq!(methods.of("a"), Known::Nothing);
        methods.asks("a", AuthMethod::of_all(Scheme::Basic));
        assert_eq!(
            methods.of("c"),
            Known::Others(AuthMethod::of_all(Scheme::Basic).into())
        );

        let mut methods = KnownMethods::default();
        methods.asks("a", bearer("x"));
        methods.is_silent();
        assert!(methods.is_settled("b") && methods.of("b") == Known::Nothing);
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
            let method = AuthMethod::of(known, "team/app");
            let pull = Scopes::one("team/app", Actions::Pull);
            assert_eq!(method.scopes("team/app", Actions::Pull), pull);
        }
        let words = challenge(Scopes::parse("aws"));
        assert_eq!(
            AuthMethod::of(&words, "a"),
            AuthMethod::of(&words, "b"),
            "it says nothing of names"
        );
        let method = AuthMethod::of(&own, "docker/team/app");
        let push = method.scopes("docker/team/app", Actions::Push);
        assert_eq!(push, Scopes::one("team/app", Actions::Push));
        let wider = challenge(Scopes::one("team/app", Actions::Push));
        let silent = challenge(Scopes::default());
        assert!(
            [&wider, &silent]
                .into_iter()
                .all(|c| method.is_known(c, "docker/team/app"))
        );
        let other = challenge(Scopes::one("app", Actions::Pull));
        assert!(!method.is_known(&other, "docker/team/app"));
        let mut methods = KnownMethods::default();
        methods.asks("docker/team/app", method.clone());
        methods.asks("other/team/app", method);
        assert_eq!(methods.of("docker/team/b"), Known::Nothing);
    }
}
