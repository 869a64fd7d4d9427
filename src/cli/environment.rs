//! The environment, read once and here alone; only the proxies are read by the library that goes through them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::model::{Language, Secret};
use crate::registry::LoginSource;
use crate::render::Signs;

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

    /// Returns where docker and podman keep logins, what comes first going first.
    ///
    /// What a variable names goes before what is at its usual place, and there podman's before docker's, as
    /// podman and skopeo have it
    /// (<https://docs.podman.io/en/stable/markdown/podman-login.1.html#authfile-path>, containers-auth.json(5)).
    pub fn login_sources(&self) -> Vec<LoginSource> {
        let path = |variable| self.get(variable).map(PathBuf::from);
        let home = path(Variable::Home).or_else(|| path(Variable::UserProfile));
        let below_home = |rest: &str| home.as_ref().map(|home| home.join(rest));
        let variable = Variable::DockerLogins;
        let text = self.get(variable).map(|text| LoginSource::Variable {
            name: variable.name(),
            text: Secret::new(text.to_owned()),
        });
        let podman = |folder: PathBuf| folder.join("containers/auth.json");
        let docker = |folder: PathBuf| folder.join("config.json");
        let runtime = path(Variable::RuntimeFolder).map(podman);
        let config = path(Variable::ConfigFolder).or_else(|| below_home(".config"));
        let files = [
            path(Variable::AuthFile),
            path(Variable::DockerConfig).map(docker),
            runtime.or_else(usual_runtime_file),
            config.map(podman),
            below_home(".docker").map(docker),
        ];
        let legacy = below_home(".dockercfg").map(LoginSource::LegacyFile);
        let files = files.into_iter().flatten().map(LoginSource::File);
        text.into_iter().chain(files).chain(legacy).collect()
    }

    /// Returns the language of its locale, as far as that is spoken here and its letters can be shown.
    pub fn language(&self) -> Language {
        let locale = self.locale(Variable::LocaleOfMessages);
        let is_chinese = locale.is_some_and(|locale| {
            // `zh_CN.UTF-8`, `zh`: a language of another name may begin alike.
            let language = locale.split(['_', '.', '-', '@']).next();
            language.is_some_and(|language| language.eq_ignore_ascii_case("zh"))
        });
        if is_chinese && self.signs() == Signs::Unicode {
            Language::Chinese
        } else {
            Language::English
        }
    }

    /// Returns the locale of what a variable is about: the first of three that is set decides
    /// (<https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02>).
    fn locale(&self, of: Variable) -> Option<&str> {
        let named = [Variable::LocaleOfAll, of, Variable::Locale];
        named.into_iter().find_map(|variable| self.get(variable))
    }

    /// Tells which signs can be shown: those that its locale has. Where none is named, as in containers and in the
    /// jobs of CI, UTF-8 is what is read.
    pub fn signs(&self) -> Signs {
        let locale = self.locale(Variable::LocaleOfLetters);
        let has_all = |locale: &str| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        };
        if locale.is_none_or(has_all) {
            Signs::Unicode
        } else {
            Signs::Ascii
        }
    }

    /// Tells whether the environment asks for text without colours (<https://no-color.org>).
    pub fn refuses_colour(&self) -> bool {
        self.get(Variable::NoColor).is_some() || self.get(Variable::Term) == Some("dumb")
    }
}

/// Returns the file with podman's logins of a user for whom no runtime folder is named.
#[cfg(target_os = "linux")]
fn usual_runtime_file() -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    let user = std::fs::metadata("/proc/self").ok()?.uid();
    Some(format!("/run/containers/{user}/auth.json").into())
}

#[cfg(not(target_os = "linux"))]
fn usual_runtime_file() -> Option<PathBuf> {
    None
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
        let places = |pairs: &[_]| {
            let sources = environment(pairs).login_sources().into_iter();
            let place = |source| match source {
                LoginSource::File(path) | LoginSource::LegacyFile(path) => {
                    path.display().to_string()
                }
                LoginSource::Variable { name, text: _ } => name.to_owned(),
            };
            sources.map(place).collect::<Vec<_>>()
        };
        assert_eq!(
            places(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/1")]),
            [
                "/run/1/containers/auth.json",
                "/h/.config/containers/auth.json",
                "/h/.docker/config.json",
                "/h/.dockercfg",
            ]
        );
        let named = [
            ("DOCKER_AUTH_CONFIG", "{}"),
            ("DOCKER_CONFIG", "/d"),
            ("REGISTRY_AUTH_FILE", "/a.json"),
            ("XDG_RUNTIME_DIR", "/run/1"),
            ("XDG_CONFIG_HOME", "/c"),
        ];
        assert_eq!(
            places(&named),
            [
                "DOCKER_AUTH_CONFIG",
                "/a.json",
                "/d/config.json",
                "/run/1/containers/auth.json",
                "/c/containers/auth.json",
            ]
        );
        let empty = named.map(|(name, _)| (name, ""));
        assert!(
            places(&empty)
                .iter()
                .all(|place| place.starts_with("/run/containers/"))
        );
    }

    #[test]
    fn signs_are_those_that_the_locale_has() {
        for (pairs, signs) in [
            (&[][..], Signs::Unicode),
            (&[("LANG", "zh_CN.UTF-8")], Signs::Unicode),
            (&[("LANG", "en_US.utf8"), ("LC_ALL", "")], Signs::Unicode),
            (&[("LANG", "zh_CN.GBK")], Signs::Ascii),
            (&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")], Signs::Ascii),
        ] {
            assert_eq!(environment(pairs).signs(), signs, "{pairs:?}");
        }
    }

    #[test]
    fn the_language_is_that_of_the_locale_where_its_letters_can_be_shown() {
        for (pairs, language) in [
            (&[][..], Language::English),
            (&[("LANG", "zh_CN.UTF-8")], Language::Chinese),
            (&[("LANG", "zh-Hans.utf8")], Language::Chinese),
            (&[("LANG", "zha_CN.UTF-8")], Language::English),
            (&[("LANG", "zh_CN.GBK")], Language::English),
            (
                &[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")],
                Language::English,
            ),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "zh_CN.UTF-8")],
                Language::Chinese,
            ),
            (
                &[("LANG", "zh_CN.UTF-8"), ("LC_CTYPE", "POSIX")],
                Language::English,
            ),
        ] {
            assert_eq!(environment(pairs).language(), language, "{pairs:?}");
        }
    }

    #[test]
    fn an_empty_variable_asks_for_nothing() {
        assert!(environment(&[("NO_COLOR", "1")]).refuses_colour());
        assert!(environment(&[("TERM", "dumb")]).refuses_colour());
        assert!(!environment(&[("NO_COLOR", ""), ("TERM", "xterm")]).refuses_colour());
    }
}
