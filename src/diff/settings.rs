//! What an image's config says about running it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{Platform, config_platform};

/// The settings in an image's config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What it runs on.
    pub platform: Option<Platform>,
    /// When it was made, as it is written there.
    pub created: Option<String>,
    /// The entrypoint and its arguments.
    pub entrypoint: Vec<String>,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The user that it runs as.
    pub user: Option<String>,
    /// The folder in which it starts.
    pub working_directory: Option<String>,
    /// The ports that it says to listen on.
    pub exposed_ports: Vec<String>,
    /// The environment variables by name.
    pub environment: BTreeMap<String, String>,
    /// The labels by name.
    pub labels: BTreeMap<String, String>,
}

// Not the library's `ConfigFile`: it wants `rootfs`, a platform and a well-formed time, and refuses all for odd
// `Volumes`, which nothing here looks at.
#[derive(Deserialize)]
struct WireConfig {
    created: Option<String>,
    config: Option<WireSettings>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct WireSettings {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<String>,
    #[expect(clippy::zero_sized_map_values, reason = "so a set is written there")]
    exposed_ports: Option<BTreeMap<String, serde::de::IgnoredAny>>,
    env: Option<Vec<String>>,
    labels: Option<BTreeMap<String, String>>,
}

impl Settings {
    /// Reads a config; none if it is no config of an image.
    pub fn parse(config: &[u8]) -> Option<Self> {
        let WireConfig {
            created,
            config: settings,
        } = serde_json::from_slice(config).ok()?;
        let WireSettings {
            entrypoint,
            cmd,
            user,
            working_dir,
            exposed_ports,
            env,
            labels,
        } = settings.unwrap_or_default();
        let variable = |text: String| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (text, String::new()),
        };
        let filled = |text: &String| !text.is_empty();
        Some(Self {
            platform: config_platform(config),
            created,
            entrypoint: entrypoint.unwrap_or_default(),
            command: cmd.unwrap_or_default(),
            user: user.filter(filled),
            working_directory: working_dir.filter(filled),
            exposed_ports: exposed_ports.unwrap_or_default().into_keys().collect(),
            environment: env.unwrap_or_default().into_iter().map(variable).collect(),
            labels: labels.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_docker_writes_and_what_is_left_out() {
        let settings = Settings::parse(
            br#"{"os":"linux","architecture":"amd64","created":"2024-01-01T00:00:00Z","config":{
            "Env":["PATH=/bin:/usr/bin","A=b=c","EMPTY"],"Cmd":["nginx"],"Entrypoint":null,"User":"",
            "WorkingDir":"/srv","ExposedPorts":{"443/tcp":{},"80/tcp":{}},"Labels":null}}"#,
        )
        .unwrap();
        assert_eq!(settings.exposed_ports, ["443/tcp", "80/tcp"]);
        assert_eq!(settings.environment["A"], "b=c");
        assert_eq!(settings.environment["EMPTY"], "");
        assert_eq!((settings.user, settings.entrypoint), (None, vec![]));
        assert_eq!(Settings::parse(b"{}"), Some(Settings::default()));
        for none in ["", "[]", r#"{"config":{"Env":{}}}"#] {
            assert_eq!(Settings::parse(none.as_bytes()), None, "{none}");
        }
    }
}
