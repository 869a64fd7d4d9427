//! Which proxy a request goes through: the one that somebody said for its registry, else what the environment says.

use std::sync::{Arc, Mutex, PoisonError};

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use crate::model::ProxyChoice;

/// The ways there are to proxies, each made once.
#[derive(Debug)]
pub(super) struct ProxyMap {
    environment: Proxies,
    said: Mutex<Vec<(ProxyChoice, Proxies)>>,
}

/// How it is found out which proxy a request goes through.
#[derive(Debug, Clone)]
pub(crate) struct Proxies {
    /// What connections must have in common to be pooled together.
    pub(super) number: usize,
    matcher: Arc<Matcher>,
    /// Whether somebody said so for this very registry.
    is_said: bool,
}

impl ProxyMap {
    pub(super) fn new() -> Self {
        Self {
            environment: Proxies {
                number: 0,
                matcher: Arc::new(Matcher::from_system()),
                is_said: false,
            },
            said: Mutex::default(),
        }
    }

    /// Returns the way that was said, else that of the environment.
    pub(super) fn get(&self, choice: Option<&ProxyChoice>) -> Proxies {
        let Some(choice) = choice else {
            return self.environment.clone();
        };
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let known = said.iter().find(|(known, _)| known == choice);
        if let Some((_, proxies)) = known {
            return proxies.clone();
        }
        let matcher = match choice {
            ProxyChoice::Straight => Matcher::builder(),
            ProxyChoice::Through(proxy) => Matcher::builder().all(proxy.expose()),
        };
        let proxies = Proxies {
            number: said.len() + 1,
            matcher: Arc::new(matcher.build()),
            is_said: true,
        };
        said.push((choice.clone(), proxies.clone()));
        proxies
    }
}

impl Proxies {
    /// Returns the same, unless what is gone to is on this machine or its own wire, which is never reached through
    /// a proxy that nobody said for it.
    pub(super) fn unless(&self, is_near: bool) -> Option<&Self> {
        (self.is_said || !is_near).then_some(self)
    }

    /// Returns the proxy for an address.
    pub(super) fn intercept(&self, address: &Uri) -> Option<Intercept> {
        self.matcher.intercept(address)
    }
}
