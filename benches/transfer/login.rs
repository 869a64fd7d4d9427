//! Who is let in where registries want tokens, and the server that gives them out.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pusher::model::{LoginOrigin, Secret};
use pusher::registry;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::Result;
use crate::proxy::Proxy;
use crate::registry::memory_folder;
use crate::token_server::{ISSUER, PASSWORD, SERVICE, TokenServer, USER};

/// Someone with a password.
pub(crate) struct Login {
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

/// The one who is let in.
pub(crate) const LOGIN: Login = Login {
    user: USER,
    password: PASSWORD,
};

impl Login {
    /// Returns what the client of this crate wants.
    pub(crate) fn for_client(&self) -> registry::FoundLogin {
        let login = registry::Login::Password {
            username: self.user.to_owned(),
            password: Secret::new(self.password.to_owned()),
        };
        registry::FoundLogin::new(login, LoginOrigin::Variable("LOGIN"))
    }
}

/// Returns what `docker login` would have left behind.
pub(crate) fn docker_config(login: &Login, hosts: impl Iterator<Item = String>) -> String {
    let auth = STANDARD.encode(format!("{}:{}", login.user, login.password));
    let auths: Map<String, Value> = hosts.map(|host| (host, json!({ "auth": auth }))).collect();
    json!({ "auths": auths }).to_string()
}

/// A token server for both registries, as far away as they are; its key is made anew each time.
pub(crate) struct Tokens {
    server: TokenServer,
    way: Proxy,
    folder: TempDir,
}

impl Tokens {
    pub(crate) async fn start(round_trip: Duration) -> Result<Self> {
        let folder = memory_folder()?;
        let certificate = certificate(&folder);
        let server = TokenServer::start(300, false, &certificate).await;
        let way = Proxy::open(server.address.parse()?, round_trip).await?;
        Ok(Self {
            server,
            way,
            folder,
        })
    }

    /// Returns what a registry's configuration says about it: by name, since `crane` asks no loopback address
    /// for a token.
    pub(crate) fn configuration(&self) -> String {
        let (port, certificate) = (self.way.address.port(), certificate(&self.folder));
        format!(
            "auth: {{ token: {{ realm: 'http://localhost:{port}/token', service: '{SERVICE}', \
             issuer: '{ISSUER}', rootcertbundle: {} }} }}\n",
            certificate.display()
        )
    }

    /// Returns how many tokens were asked for.
    pub(crate) fn requests(&self) -> usize {
        self.server.requests()
    }

    pub(crate) fn forget_requests(&self) {
        self.server.forget_requests();
    }
}

fn certificate(folder: &TempDir) -> PathBuf {
    folder.path().join("token.pem")
}
