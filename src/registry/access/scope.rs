//! Scopes: what a token allows, as the distribution project's token specification writes it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Text;

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
pub(crate) struct Scopes {
    repositories: BTreeMap<String, Actions>,
    /// What a registry asks for in words of its own.
    other: BTreeSet<String>,
}

impl Scopes {
    pub(crate) fn one(repository: &str, actions: Actions) -> Self {
        Self::default().and(repository, actions)
    }

    #[must_use]
    pub(crate) fn and(mut self, repository: &str, actions: Actions) -> Self {
        let entry = self.repositories.entry(repository.to_owned());
        let entry = entry.or_insert(actions);
        *entry = actions.max(*entry);
        self
    }

    #[must_use]
    pub(crate) fn union(self, other: &Self) -> Self {
        let repositories = other.repositories.iter();
        let mut all = repositories.fold(self, |all, (name, actions)| all.and(name, *actions));
        all.other.extend(other.other.iter().cloned());
        all
    }

    /// Returns what is not about repositories.
    #[must_use]
    pub(crate) fn besides(&self) -> Self {
        Self {
            repositories: BTreeMap::new(),
            other: self.other.clone(),
        }
    }

    /// Tells whether a repository is among these.
    pub(crate) fn names(&self, repository: &str) -> bool {
        self.repositories.contains_key(repository)
    }

    /// Tells whether a token for `self` does for `wanted`.
    pub(crate) fn covers(&self, wanted: &Self) -> bool {
        let covered = |(name, actions)| self.repositories.get(name).is_some_and(|a| a >= actions);
        wanted.repositories.iter().all(covered) && wanted.other.is_subset(&self.other)
    }

    pub(crate) fn repositories(&self) -> impl Iterator<Item = (&str, Actions)> {
        let repositories = self.repositories.iter();
        repositories.map(|(name, actions)| (name.as_str(), *actions))
    }

    /// Returns the repository in which the most is to be done.
    pub(crate) fn widest(&self) -> Option<&str> {
        let widest = self.repositories().max_by_key(|(_, actions)| *actions);
        widest.map(|(name, _)| name)
    }

    /// Returns what is asked, as a repository: that in which the most is to be done, else what no repository is called;
    /// empty where nothing is to be done.
    pub(crate) fn subject(&self) -> &str {
        let registry = if self.other.is_empty() {
            ""
        } else {
            "_registry"
        };
        self.widest().unwrap_or(registry)
    }

    /// Returns the values of the `scope` parameters, one a repository.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        let text =
            |(name, actions): (&str, Actions)| format!("repository:{name}:{}", actions.as_str());
        self.repositories()
            .map(text)
            .chain(self.other.iter().cloned())
    }

    /// Reads the `scope` parameter of a challenge; what is not about repositories is kept as it is.
    pub(crate) fn parse(text: &str) -> Self {
        let mut all = Self::default();
        for scope in text.split_whitespace() {
            let repository = scope.strip_prefix("repository:");
            match repository.and_then(|rest| rest.rsplit_once(':')) {
                Some((name, actions)) => all = all.and(name, Actions::parse(actions)),
                None => drop(all.other.insert(scope.to_owned())),
            }
        }
        all
    }

    /// Returns words for people: the first repository, and how many more.
    pub(crate) fn words(&self) -> Text {
        let mut names = self.repositories.keys();
        match (names.next(), names.count()) {
            (None, _) => Text::verbatim(""),
            (Some(name), 0) => Text::verbatim(format!("`{name}`")),
            (Some(name), more) => text!("`{name}` and {more} more", "`{name}` 和另外 {more} 个"),
        }
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
        let own_words = Scopes::parse("aws  registry:catalog:*");
        let texts: Vec<_> = own_words.texts().collect();
        assert_eq!(texts, ["aws", "registry:catalog:*"]);
        assert!(own_words.covers(&Scopes::parse("aws")) && !scopes.covers(&own_words));
        assert!(scopes.clone().union(&own_words).covers(&own_words));
        assert_eq!(
            Scopes::parse("repository:a:*"),
            Scopes::one("a", Actions::Delete)
        );
    }
}
