//! The environment, read once and here alone.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::variables::Variable;

/// The environment's variables, as they were when the process began.
///
/// They hold secrets, so this type does not show its values.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads the environment of this process; a variable that is not UTF-8 is as good as not set.
    pub fn read() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Returns all variables.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Returns a variable that is set to something.
    pub fn get(&self, variable: Variable) -> Option<&str> {
        let value = self.0.get(variable.name())?;
        (!value.is_empty()).then_some(value)
    }

    /// Returns the folder of the user's in which this program may keep what it can find out again
    /// (`XDG_CACHE_HOME`, or where the system has it).
    pub fn cache_folder(&self) -> Option<PathBuf> {
        let home = || self.get(Variable::Home).map(PathBuf::from);
        let folder = match self.get(Variable::CacheFolder).map(PathBuf::from) {
            // A relative path is to be ignored: <https://specifications.freedesktop.org/basedir>.
            Some(folder) if folder.is_absolute() => folder,
            _ if cfg!(windows) => self.get(Variable::LocalAppData).map(PathBuf::from)?,
            _ if cfg!(target_os = "macos") => home()?.join("Library/Caches"),
            _ => home()?.join(".cache"),
        };
        Some(folder.join("pusher"))
    }

    /// Returns the files in which docker and podman keep logins, where these tools look for them.
    pub fn login_files(&self) -> Vec<PathBuf> {
        let path = |variable| self.get(variable).map(PathBuf::from);
        let home = || path(Variable::Home).or_else(|| path(Variable::UserProfile));
        let docker = path(Variable::DockerConfig).or_else(|| Some(home()?.join(".docker")));
        let mut files: Vec<_> = docker
            .map(|folder| folder.join("config.json"))
            .into_iter()
            .collect();
        // <https://docs.podman.io/en/stable/markdown/podman-login.1.html#authfile-path>
        if let Some(named) = path(Variable::AuthFile) {
            files.push(named);
            return files;
        }
        let config = path(Variable::ConfigFolder).or_else(|| Some(home()?.join(".config")));
        let folders = [path(Variable::RuntimeFolder), config];
        files.extend(
            folders
                .into_iter()
                .flatten()
                .map(|folder| folder.join("containers/auth.json")),
        );
        files
    }

    /// Tells whether the environment asks for text without colours (<https://no-color.org>).
    pub fn refuses_colour(&self) -> bool {
        self.get(Variable::NoColor).is_some() || self.get(Variable::Term) == Some("dumb")
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn never_shows_a_value() {
        let shown = format!("{:?}", environment(&[("PASSWORD", "hunter2")]));
        assert_eq!(shown, r#"{"PASSWORD"}"#);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_cache_folder_is_where_the_system_has_it() {
        let folder = |pairs: &[_]| environment(pairs).cache_folder();
        assert_eq!(folder(&[]), None);
        assert_eq!(folder(&[("HOME", "/h")]), Some("/h/.cache/pusher".into()));
        let both = [("HOME", "/h"), ("XDG_CACHE_HOME", "/c")];
        assert_eq!(folder(&both), Some("/c/pusher".into()));
        let relative = [("HOME", "/h"), ("XDG_CACHE_HOME", "c")];
        assert_eq!(folder(&relative), Some("/h/.cache/pusher".into()));
    }

    #[test]
    fn logins_are_where_docker_and_podman_keep_them() {
        let files = |pairs: &[_]| {
            let files = environment(pairs).login_files().into_iter();
            files
                .map(|file| file.display().to_string())
                .collect::<Vec<_>>()
        };
        assert!(files(&[]).is_empty());
        assert_eq!(
            files(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/1")]),
            [
                "/h/.docker/config.json",
                "/run/1/containers/auth.json",
                "/h/.config/containers/auth.json"
            ]
        );
        let named = [
            ("DOCKER_CONFIG", "/d"),
            ("REGISTRY_AUTH_FILE", "/a.json"),
            ("HOME", "/h"),
        ];
        assert_eq!(files(&named), ["/d/config.json", "/a.json"]);
    }

    #[test]
    fn an_empty_variable_asks_for_nothing() {
        assert!(environment(&[("NO_COLOR", "1")]).refuses_colour());
        assert!(environment(&[("TERM", "dumb")]).refuses_colour());
        assert!(!environment(&[("NO_COLOR", ""), ("TERM", "xterm")]).refuses_colour());
    }
}
