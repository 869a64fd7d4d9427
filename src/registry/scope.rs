//! Scopes: what a token allows, as the distribution project's token specification writes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is to be done in a repository; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actions {
    /// Read.
    Pull,
    /// Read and write.
    Push,
    /// Read, write and delete.
    Delete,
}

impl Actions {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
            Self::Delete => "pull,push,delete",
        }
    }

    fn parse(text: &str) -> Self {
        let has = |wanted: &str| text.split(',').any(|action| action == wanted);
        if has("delete") || has("*") {
            Self::Delete
        } else if has("push") {
            Self::Push
        } else {
            Self::Pull
        }
    }
}

/// What is to be done in each of some repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Scopes(BTreeMap<String, Actions>);

impl Scopes {
    pub(super) fn one(repository: &str, actions: Actions) -> Self {
        Self::default().and(repository, actions)
    }

    #[must_use]
    pub(super) fn and(mut self, repository: &str, actions: Actions) -> Self {
        let entry = self.0.entry(repository.to_owned()).or_insert(actions);
        *entry = actions.max(*entry);
        self
    }

    #[must_use]
    pub(super) fn union(self, other: &Self) -> Self {
        other.0.iter().fold(self, |all, (repository, actions)| {
            all.and(repository, *actions)
        })
    }

    /// Tells whether a token for `self` does for `wanted`.
    pub(super) fn covers(&self, wanted: &Self) -> bool {
        let covered = |(repository, actions)| self.0.get(repository).is_some_and(|a| a >= actions);
        wanted.0.iter().all(covered)
    }

    pub(super) fn repositories(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Returns the repository in which the most is to be done.
    pub(super) fn widest(&self) -> Option<&str> {
        self.0
            .iter()
            .max_by_key(|(_, actions)| **actions)
            .map(|(name, _)| name.as_str())
    }

    /// Returns the values of the `scope` parameters, one a repository.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        let text = |(name, actions): (&String, &Actions)| {
            format!("repository:{name}:{}", actions.as_str())
        };
        self.0.iter().map(text)
    }

    /// Reads the `scope` parameter of a challenge; what is not about repositories is left out.
    pub(super) fn parse(text: &str) -> Self {
        let scopes = text.split(' ').filter_map(|scope| {
            scope
                .strip_prefix("repository:")
                .and_then(|rest| rest.rsplit_once(':'))
        });
        scopes.fold(Self::default(), |all, (name, actions)| {
            all.and(name, Actions::parse(actions))
        })
    }

    /// Returns words for people: the first repository, and how many more.
    pub(super) fn words(&self) -> String {
        let mut words = self
            .0
            .keys()
            .next()
            .map(|name| format!("`{name}`"))
            .unwrap_or_default();
        if self.0.len() > 1 {
            let _ = write!(words, " and {} more", self.0.len() - 1);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_scope_covers_a_narrower_one() {
        let pull = Scopes::one("a", Actions::Pull);
        let push = Scopes::one("a", Actions::Push);
        let mount = push.clone().and("b", Actions::Pull);
        assert!(push.covers(&pull) && !pull.covers(&push));
        assert!(mount.covers(&push) && !push.covers(&mount));
        assert!(Scopes::one("b", Actions::Push).union(&push).covers(&mount));
    }

    #[test]
    fn reads_what_it_writes() {
        let scopes = Scopes::one("team/app", Actions::Push).and("base", Actions::Pull);
        let text = scopes.texts().collect::<Vec<_>>().join(" ");
        assert_eq!(text, "repository:base:pull repository:team/app:pull,push");
        assert_eq!(Scopes::parse(&text), scopes);
        assert_eq!(Scopes::parse("registry:catalog:*"), Scopes::default());
        assert_eq!(
            Scopes::parse("repository:a:*"),
            Scopes::one("a", Actions::Delete)
        );
    }
}
