//! What a request tries to be let in, one thing after the other.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use crate::model::{Failure, Fault, Operation};
use crate::registry::exchange::{Access, Call};
use crate::registry::host::Host;

use super::{
    AuthMethod, Authorization, FoundLogin, Issuer, Known, Login, LoginOutcome, Scheme, Scopes,
};

/// How many challenges one request hears: the first, and some in which the registry changes its mind.
const CHALLENGES: usize = 3;

/// How often a registry is asked again for an address that it points to.
const NEW_ADDRESSES: usize = 2;

/// What one request has tried so far to be let in.
#[derive(Debug)]
pub(crate) struct Negotiation {
    pub(super) operation: Operation,
    pub(super) scopes: Scopes,
    /// The repository that is asked, or what stands for the registry itself; empty where neither is; the others, if there are any, are only read from.
    pub(crate) repository: String,
    /// How it was asked the last time; none as a stranger.
    pub(super) method: Option<Arc<AuthMethod>>,
    challenges: usize,
    pub(super) renewed: bool,
    pub(super) host_asked: bool,
    /// What a token is to allow besides, as the registry said.
    pub(super) more_scopes: Scopes,
    /// Whether only a token for just this will do.
    pub(crate) own_token: bool,
    /// Why what others asked for did not do here, so that it was asked as a stranger.
    pub(super) others_failure: Option<Failure>,
    /// Held while it tries a password that has not worked yet.
    trial: Option<OwnedMutexGuard<()>>,
    new_addresses: usize,
}

impl Negotiation {
    /// Begins with nothing tried.
    pub(crate) fn new(call: &Call) -> Self {
        let scopes = match &call.access {
            Access::Scopes(scopes) => scopes.clone(),
            Access::Login(_) | Access::Nobody => Scopes::default(),
        };
        Self {
            operation: call.operation.clone(),
            repository: scopes.subject().to_owned(),
            scopes,
            method: None,
            challenges: 0,
            renewed: false,
            host_asked: false,
            more_scopes: Scopes::default(),
            own_token: false,
            others_failure: None,
            trial: None,
            new_addresses: 0,
        }
    }

    /// Takes one of the few chances to ask for another address.
    pub(crate) fn new_address(&mut self) -> bool {
        self.new_addresses += 1;
        self.new_addresses <= NEW_ADDRESSES
    }

    /// Takes one of the few chances to do as a challenge says.
    pub(super) fn may_follow_challenge(&mut self) -> bool {
        self.challenges += 1;
        self.challenges <= CHALLENGES
    }
}

impl Host {
    /// Gets what a request needs to be let in, as far as is known.
    ///
    /// What other repositories ask for is a guess: where it leads to no token, this one is asked itself.
    pub(crate) async fn authorize(
        self: &Arc<Self>,
        negotiation: &mut Negotiation,
    ) -> Result<Authorization, Failure> {
        negotiation.method = None;
        let known = self.auth.state().methods.of(&negotiation.repository);
        let (method, is_own) = match known {
            Known::Own(method) => (method, true),
            Known::Others(method) if negotiation.others_failure.is_none() => (method, false),
            Known::Others(_) | Known::Nothing => return Ok(Authorization::Nothing),
        };
        negotiation.method = Some(method.clone());
        match self.authorize_by(&method, negotiation).await {
            Err(why) if !is_own => {
                negotiation.method = None;
                negotiation.others_failure = Some(why);
                Ok(Authorization::Nothing)
            }
            done => done,
        }
    }

    async fn authorize_by(
        self: &Arc<Self>,
        method: &AuthMethod,
        negotiation: &mut Negotiation,
    ) -> Result<Authorization, Failure> {
        let Negotiation {
            operation,
            scopes,
            repository,
            ..
        } = negotiation;
        match &method.scheme {
            Scheme::Open => Ok(Authorization::Nothing),
            Scheme::Basic => {
                let found = self.login(repository).await;
                let is_password =
                    |(_, found): &(_, &FoundLogin)| matches!(found.login, Login::Password { .. });
                let Some((number, login)) = found.filter(is_password) else {
                    let text = text!(
                        "it wants a user name and a password, and there are none",
                        "它要用户名和密码，这里没有"
                    );
                    return Err(self.error(operation, Fault::Login(text)));
                };
                let came_of_it = || self.auth.state().outcomes.get(&number).cloned();
                if came_of_it().is_none() && negotiation.trial.is_none() {
                    negotiation.trial = Some(self.auth.trial.clone().lock_owned().await);
                }
                match came_of_it() {
                    Some(LoginOutcome::Refused(why)) => Err(why.instead_of(operation)),
                    Some(LoginOutcome::Worked) => {
                        negotiation.trial = None;
                        Ok(Authorization::Login(login.clone()))
                    }
                    None => Ok(Authorization::Login(login.clone())),
                }
            }
            Scheme::Bearer(realm) => {
                // Whoever gets the token may need it.
                negotiation.trial = None;
                let issuer = Issuer {
                    realm: realm.clone(),
                    login: self.login(repository).await.map(|(number, _)| number),
                };
                let wanted = self
                    .auth
                    .state()
                    .methods
                    .asked_for(scopes)
                    .union(&method.besides);
                let wanted = wanted.union(&negotiation.more_scopes);
                let token = self
                    .token(&issuer, scopes, &wanted, negotiation.own_token)
                    .await;
                token.map(Authorization::Token)
            }
        }
    }
}
