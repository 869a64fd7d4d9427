//! How names become addresses, and which of them may be connected to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

use crate::model::Text;

use super::failure::{BoxError, NoAddress, TooNear};
use super::zone::Zone;

/// How near the hosts are whose names were looked up.
pub(super) type Seen = Arc<Mutex<HashMap<String, Zone>>>;

/// The system's resolver, whose failures can be told from those of connections.
///
/// A name that another host names may lead anywhere, and somewhere else each time it is looked up: so it is
/// the addresses that are connected to which may not be nearer than that host.
#[derive(Clone)]
pub(super) struct Resolver {
    system: GaiResolver,
    /// How near the host is that names those that are looked up; none where whoever runs us did.
    named_by: Option<Zone>,
    seen: Seen,
}

impl Resolver {
    pub(super) fn new(named_by: Option<Zone>, seen: Seen) -> Self {
        Self {
            system: GaiResolver::new(),
            named_by,
            seen,
        }
    }

    /// Returns one for names that whoever runs us gave: they may lead anywhere.
    pub(super) fn for_anywhere(&self) -> Self {
        Self::new(None, self.seen.clone())
    }

    /// Looks the name up that stands in an address; the library would, and let all other tasks wait for it.
    pub(super) async fn look_up(&self, address: &Uri) -> Result<Uri, BoxError> {
        let name = address
            .authority()
            .map_or("", |authority| authority.as_str());
        let found = tokio::net::lookup_host(name)
            .await
            .map_err(|why| NoAddress(Text::verbatim(why.to_string())))?;
        let host = address.host().unwrap_or_default();
        let found = self.admit(host, found)?.into_iter().next();
        let found = found.ok_or_else(|| NoAddress(text!("no address", "没有地址")))?;
        Ok(format!("http://{found}/").parse()?)
    }

    /// Leaves those of a name's addresses that may be connected to.
    fn admit(
        &self,
        name: &str,
        addresses: impl Iterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, BoxError> {
        let mut addresses: Vec<_> = addresses.collect();
        let zone = |address: &SocketAddr| Zone::of_ip(address.ip());
        if let Some(by) = self.named_by {
            addresses.retain(|to| [Zone::Public, by].contains(&zone(to)));
        } else if let Some(nearest) = addresses.iter().map(zone).min() {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(name.to_owned(), nearest);
        }
        if addresses.is_empty() {
            return Err(TooNear(name.to_owned()).into());
        }
        Ok(addresses)
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.system
            .poll_ready(context)
            .map_err(|why| NoAddress(Text::verbatim(why.to_string())).into())
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (admitting, asked) = (self.clone(), name.to_string());
        let looking = self.system.call(name);
        Box::pin(async move {
            let found = looking
                .await
                .map_err(|why| NoAddress(Text::verbatim(why.to_string())))?;
            let admitted = admitting.admit(&asked, found)?;
            Ok(admitted.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_leads_no_nearer_than_the_host_that_names_it() {
        let seen = Seen::default();
        let name = || "localhost".parse().unwrap();
        let look = |named_by| Resolver::new(named_by, seen.clone()).call(name());
        for farther in [Zone::Public, Zone::Private, Zone::LinkLocal] {
            let error = look(Some(farther)).await.unwrap_err();
            assert!(error.downcast_ref::<TooNear>().is_some(), "{error}");
        }
        assert!(seen.lock().unwrap().is_empty());
        assert!(look(Some(Zone::Loopback)).await.unwrap().next().is_some());
        // Whoever runs us may name what they like, and then it is known how near that is.
        assert!(look(None).await.unwrap().next().is_some());
        assert_eq!(seen.lock().unwrap().get("localhost"), Some(&Zone::Loopback));
    }
}
