//! Logins, and which of a host's is for which repository.

use crate::model::Secret;

/// A login at a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A user name and a password.
    Password {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token that is good for getting others (docker config's `identitytoken`).
    IdentityToken(Secret),
}

/// The logins for one host.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    /// The one for all that is below no namespace with a login of its own.
    pub(super) host: Option<Login>,
    /// Those for one namespace or repository each, the longest name first.
    pub(super) below: Vec<(String, Login)>,
}

impl Logins {
    /// Returns the login for a repository, and a number that tells it from the host's others.
    pub(crate) fn of(&self, repository: &str) -> Option<(usize, &Login)> {
        let is_below = |namespace: &str| {
            let rest = repository.strip_prefix(namespace);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut below = self.below.iter().enumerate();
        let own = below.find(|(_, (namespace, _))| is_below(namespace));
        own.map(|(number, (_, login))| (number + 1, login))
            .or_else(|| self.host.as_ref().map(|login| (0, login)))
    }

    /// Returns the login that has this number.
    pub(crate) fn numbered(&self, number: usize) -> Option<&Login> {
        match number.checked_sub(1) {
            None => self.host.as_ref(),
            Some(below) => self.below.get(below).map(|(_, login)| login),
        }
    }
}

impl From<Login> for Logins {
    fn from(login: Login) -> Self {
        Self {
            host: Some(login),
            below: vec![],
        }
    }
}
