//! What a token is good for.

/// `repository:NAME:ACTION,ACTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) actions: Vec<String>,
}

impl Scope {
    pub(super) fn new(name: &str, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        Self {
            name: name.to_owned(),
            actions,
        }
    }

    /// Reads a repository scope; other kinds give no access here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
        Some(Self::new(name, &actions.split(',').collect::<Vec<_>>()))
    }

    pub(super) fn is_within(&self, granted: &[Self]) -> bool {
        self.actions.iter().all(|action| {
            granted
                .iter()
                .any(|scope| scope.name == self.name && scope.actions.contains(action))
        })
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "repository:{}:{}", self.name, self.actions.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_round_trip_and_cover() {
        let scope = Scope::parse("repository:a/b:pull,push").unwrap();
        assert_eq!(scope.to_string(), "repository:a/b:pull,push");
        assert!(Scope::new("a/b", &["push"]).is_within(std::slice::from_ref(&scope)));
        assert!(!Scope::new("a", &["pull"]).is_within(std::slice::from_ref(&scope)));
        assert!(!scope.is_within(&[Scope::new("a/b", &["pull"])]));
        assert_eq!(Scope::parse("registry:catalog:*"), None);
    }
}
