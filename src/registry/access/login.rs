//! Logins, and which of a host's is for which repository.

use std::sync::Arc;

use crate::model::{LoginOrigin, Secret};

use super::{AcrAsker, RoleAccess};

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
    /// Whoever is known to Alibaba Cloud, which gives a password for a while.
    Acr(Box<(AcrAsker, RoleAccess)>),
}

/// A login, and where it comes from: whoever reads that it was refused must know which it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLogin {
    /// The login.
    pub login: Login,
    /// Where it comes from.
    pub origin: Arc<LoginOrigin>,
}

impl FoundLogin {
    /// Puts the two together.
    pub fn new(login: Login, origin: LoginOrigin) -> Self {
        Self {
            login,
            origin: Arc::new(origin),
        }
    }

    /// Makes a login of whoever is known to Alibaba Cloud.
    pub(crate) fn of_acr(asker: &AcrAsker, session: RoleAccess) -> Self {
        let login = Login::Acr(Box::new((asker.clone(), session)));
        Self::new(login, LoginOrigin::Acr(asker.kind()))
    }
}

/// The logins for one host.
#[derive(Debug, Default)]
pub(crate) struct Logins {
    /// The one for all that is below no namespace with a login of its own.
    pub(super) host: Option<FoundLogin>,
    /// Those for one namespace or repository each, the longest name first.
    pub(super) below: Vec<(String, FoundLogin)>,
}

impl Logins {
    /// Returns the login for a repository, and a number that tells it from the host's others.
    pub(crate) fn of(&self, repository: &str) -> Option<(usize, &FoundLogin)> {
        let is_below = |namespace: &str| {
            let rest = repository.strip_prefix(namespace);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut below = self.below.iter().enumerate();
        let own = below.find(|(_, (namespace, _))| is_below(namespace));
        own.map(|(number, (_, login))| (number + 1, login))
            .or_else(|| self.host.as_ref().map(|login| (0, login)))
    }

    /// Takes a login for all that is below no namespace with one of its own, unless there is one.
    pub(crate) fn or_for_host(&mut self, login: impl FnOnce() -> FoundLogin) {
        self.host.get_or_insert_with(login);
    }

    /// Returns the login that has this number.
    pub(crate) fn numbered(&self, number: usize) -> Option<&FoundLogin> {
        match number.checked_sub(1) {
            None => self.host.as_ref(),
            Some(below) => self.below.get(below).map(|(_, login)| login),
        }
    }
}

impl From<FoundLogin> for Logins {
    fn from(login: FoundLogin) -> Self {
        Self {
            host: Some(login),
            below: vec![],
        }
    }
}
