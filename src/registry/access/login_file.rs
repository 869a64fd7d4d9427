//! What a file of logins says, as `docker login` and `podman login` write it.
//!
//! Which names and fields count follows docker/cli (`cli/config/configfile`, `cli/config/credentials`) and
//! containers-auth.json(5). No library reads such a file as these tools do: `docker_credential` takes the
//! file before the store, and no name in other letters, with a slash or with a line break in its login.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::{DOCKER_HUB, Secret, Text};

use super::Login;

/// The names under which docker, podman and old docker keep the login for Docker Hub.
const DOCKER_HUB_KEYS: [&str; 4] = [
    "https://index.docker.io/v1/",
    DOCKER_HUB,
    "index.docker.io",
    "registry-1.docker.io",
];

/// Go takes base64 with padding alone; other programs leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns the names under which a host's login may stand, the usual one first.
pub(super) fn keys(host: &str) -> Vec<&str> {
    match host {
        DOCKER_HUB => DOCKER_HUB_KEYS.to_vec(),
        _ => vec![host],
    }
}

/// A file of logins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginFile {
    auths: BTreeMap<String, Option<Entry>>,
    #[serde(rename = "credhelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsstore")]
    store: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "identitytoken")]
    identity_token: Option<String>,
}

// It holds passwords.
impl fmt::Debug for LoginFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.auths.keys()).finish()
    }
}

impl LoginFile {
    /// Reads a file's text. An error says what is wrong, without a word of the text: it holds passwords.
    pub(super) fn parse(text: &str) -> Result<Self, Text> {
        let value = json(text)?;
        let mut fields = in_small_letters(value)?;
        if let Some(Value::Object(entries)) = fields.get_mut("auths") {
            for entry in entries.values_mut() {
                if entry.is_object() {
                    *entry = Value::Object(in_small_letters(entry.take())?);
                }
            }
        }
        Self::deserialize(Value::Object(fields)).map_err(|_| not_as_written())
    }

    /// Reads a file of the first docker versions, which has nothing but entries.
    pub(super) fn parse_legacy(text: &str) -> Result<Self, Text> {
        let auths = BTreeMap::deserialize(json(text)?).map_err(|_| not_as_written())?;
        Ok(Self {
            auths,
            ..Self::default()
        })
    }

    /// Returns the programs to ask for a host's login before the entries count, and under which name.
    pub(super) fn helpers<'a>(&'a self, host: &'a str) -> Vec<(&'a str, &'a str)> {
        let keys = keys(host);
        let own = keys
            .iter()
            .filter_map(|key| Some((self.helpers.get(*key)?.as_str(), *key)));
        let store = self.store.iter();
        let all = store.flat_map(|store| keys.iter().map(|key| (store.as_str(), *key)));
        let named = |(program, _): &(&str, _)| !program.is_empty();
        own.chain(all).filter(named).collect()
    }

    /// Returns the namespaces and repositories of a host that have an entry of their own
    /// (`podman login HOST/NAMESPACE`).
    pub(super) fn namespaces(&self, host: &str) -> impl Iterator<Item = &str> {
        let names = self.auths.keys().filter_map(|key| namespace(key));
        names.filter_map(move |(of, name)| keys(host).contains(&of).then_some(name))
    }

    /// Returns the login in the entry of a host's namespace.
    pub(super) fn namespace_login(&self, host: &str, name: &str) -> Option<Result<Login, Text>> {
        let of = |(key, _): &(&String, _)| {
            namespace(key).is_some_and(|(of, below)| keys(host).contains(&of) && below == name)
        };
        let (key, entry) = self.auths.iter().find(of)?;
        entry.as_ref()?.login(key)
    }

    /// Returns the login in a host's entry: of several the one under the host's plain name, then under its
    /// address with TLS.
    pub(super) fn host_login(&self, host: &str) -> Option<Result<Login, Text>> {
        let keys = keys(host);
        let rank = |key: &str| {
            let rank = keys.iter().position(|known| *known == key);
            let (scheme, rest) = match key.split_once("://") {
                Some((scheme, rest)) => (Some(scheme), rest),
                None => (None, key),
            };
            let of = rest.split('/').next().unwrap_or_default();
            rank.or_else(|| {
                let is_it = namespace(key).is_none() && keys.contains(&of);
                is_it.then_some(keys.len() + usize::from(scheme == Some("http")))
            })
        };
        let entries = self.auths.iter();
        let mut own: Vec<_> = entries
            .filter_map(|(key, entry)| Some((rank(key)?, key, entry.as_ref()?)))
            .collect();
        own.sort_by_key(|(rank, key, _)| (*rank, *key));
        own.into_iter().find_map(|(_, key, entry)| entry.login(key))
    }
}

impl Entry {
    /// Returns the login that an entry holds; none where it is empty, as where a program keeps the login.
    fn login(&self, key: &str) -> Option<Result<Login, Text>> {
        let set = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        if let Some(token) = set(&self.identity_token) {
            return Some(Ok(Login::IdentityToken(Secret::new(token))));
        }
        if let Some(auth) = set(&self.auth) {
            let login = decoded(&auth);
            return Some(login.ok_or_else(|| {
                text!(
                    "`auth` of `{key}` is not a user name and a password in base64",
                    "`{key}` 的 `auth` 不是 base64 编码的用户名和密码"
                )
            }));
        }
        let (username, password) = (set(&self.username)?, set(&self.password)?);
        Some(Ok(Login::Password {
            username,
            password: Secret::new(password),
        }))
    }
}

/// Reads a name and a password that docker has put together.
fn decoded(auth: &str) -> Option<Login> {
    let text: String = auth.split_ascii_whitespace().collect();
    let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    // Old versions of docker filled the password up with these.
    let password = password.trim_matches('\0');
    (!username.is_empty()).then(|| Login::Password {
        username: username.to_owned(),
        password: Secret::new(password.to_owned()),
    })
}

/// Splits the key of a login for a namespace; docker's own keys may be addresses, whose path says
/// nothing (`https://index.docker.io/v1/`).
fn namespace(key: &str) -> Option<(&str, &str)> {
    let (host, rest) = key.split_once('/')?;
    let rest = rest.trim_end_matches('/');
    let is_address = host.ends_with(':') || matches!(rest, "" | "v1" | "v2");
    (!is_address).then_some((host, rest))
}

fn json(text: &str) -> Result<Value, Text> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if text.trim().is_empty() {
            text!("it is empty", "它是空的")
        } else {
            text!(
                "it is not valid JSON (line {line}, column {column})",
                "它不是有效的 JSON（第 {line} 行，第 {column} 列）"
            )
        }
    })
}

/// Go finds a field whatever letters its name has.
fn in_small_letters(value: Value) -> Result<Map<String, Value>, Text> {
    let Value::Object(fields) = value else {
        return Err(not_as_written());
    };
    let fields = fields.into_iter();
    Ok(fields
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect())
}

fn not_as_written() -> Text {
    text!(
        "it is not what `docker login` or `podman login` writes",
        "它不是 `docker login` 或 `podman login` 写的内容"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(value: &Value) -> LoginFile {
        LoginFile::parse(&value.to_string()).unwrap()
    }

    fn user(login: Option<Result<Login, Text>>) -> Option<String> {
        match login?.unwrap() {
            Login::Password { username, password } => {
                Some(format!("{username}:{}", password.expose()))
            }
            Login::IdentityToken(token) => Some(format!("token {}", token.expose())),
            Login::Acr(_) => None,
        }
    }

    fn encoded(text: &str) -> String {
        BASE64.encode(text)
    }

    #[test]
    fn a_host_is_found_under_every_name_that_docker_takes() {
        let auth = json!({ "auth": encoded("u:p:w") });
        for key in [
            "r.example.com:5000",
            "r.example.com:5000/",
            "r.example.com:5000/v2/",
            "https://r.example.com:5000",
            "https://r.example.com:5000/v1/",
            "http://r.example.com:5000",
        ] {
            let found = file(&json!({ "auths": { key: auth } })).host_login("r.example.com:5000");
            assert_eq!(user(found).as_deref(), Some("u:p:w"), "{key}");
        }
        for key in ["r.example.com", "r.example.com:5000/team", "https://other/"] {
            let found = file(&json!({ "auths": { key: auth } })).host_login("r.example.com:5000");
            assert_eq!(user(found), None, "{key}");
        }
        for key in DOCKER_HUB_KEYS {
            let found = file(&json!({ "auths": { key: auth } })).host_login(DOCKER_HUB);
            assert_eq!(user(found).as_deref(), Some("u:p:w"), "{key}");
        }
    }

    #[test]
    fn of_several_the_same_is_always_taken() {
        let auth = |name: &str| json!({ "auth": encoded(&format!("{name}:p")) });
        let mut auths = json!({
            "http://r.example.com": auth("plain"),
            "https://r.example.com/v2/": auth("second"),
            "https://r.example.com/v1/": auth("first"),
            "r.example.com": auth("name"),
        });
        for expected in ["name:p", "first:p", "second:p", "plain:p"] {
            let found = file(&json!({ "auths": auths })).host_login("r.example.com");
            assert_eq!(user(found).as_deref(), Some(expected));
            let entries = auths.as_object_mut().unwrap();
            let name = expected.strip_suffix(":p").unwrap();
            entries.retain(|_, entry| *entry != auth(name));
        }
    }

    #[test]
    fn an_entry_is_read_as_docker_reads_it() {
        for (entry, expected) in [
            (json!({ "auth": encoded("u:p:w") + "\n" }), Some("u:p:w")),
            (json!({ "auth": encoded("u:p\0\0") }), Some("u:p")),
            (json!({ "auth": encoded("ü:pä ß") }), Some("ü:pä ß")),
            (
                json!({ "auth": "", "username": "u", "password": "p" }),
                Some("u:p"),
            ),
            (
                json!({ "auth": encoded("u:p"), "username": "x", "password": "y" }),
                Some("u:p"),
            ),
            (
                json!({ "auth": encoded("u:p"), "identitytoken": "" }),
                Some("u:p"),
            ),
            (
                json!({ "auth": encoded("u:p"), "identitytoken": "t" }),
                Some("token t"),
            ),
            (json!({ "Auth": encoded("u:p") }), Some("u:p")),
            (json!({ "auth": "" }), None),
            (json!({ "username": "u" }), None),
            (Value::Null, None),
        ] {
            let found = file(&json!({ "AUTHS": { "h": entry } })).host_login("h");
            assert_eq!(user(found).as_deref(), expected, "{entry}");
        }
        for auth in ["%", &encoded("no colon"), &encoded(":p")] {
            let entry = json!({ "auths": { "h": { "auth": auth } } });
            let error = file(&entry).host_login("h").unwrap().unwrap_err();
            assert!(
                error.english().starts_with("`auth` of `h` is not"),
                "{error}"
            );
        }
    }

    #[test]
    fn programs_are_asked_before_the_file_counts() {
        let file = file(&json!({
            "credHelpers": { "h": "own", "docker.io": "podmans", "empty": "" },
            "credsStore": "all",
        }));
        assert_eq!(file.helpers("h"), [("own", "h"), ("all", "h")]);
        assert_eq!(file.helpers("empty"), [("all", "empty")]);
        assert_eq!(
            file.helpers(DOCKER_HUB)[..2],
            [
                ("podmans", "docker.io"),
                ("all", "https://index.docker.io/v1/")
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_what_is_in_it() {
        for (text, expected) in [
            ("", "it is empty"),
            (
                r#"{"auths":{"h":{"auth":"c2VjcmV0"},}}"#,
                "it is not valid JSON (line 1, column 35)",
            ),
            (
                "[]",
                "it is not what `docker login` or `podman login` writes",
            ),
            (
                r#"{"auths":"c2VjcmV0"}"#,
                "it is not what `docker login` or `podman login` writes",
            ),
        ] {
            let error = LoginFile::parse(text).err().unwrap();
            let error = error.english();
            assert_eq!(error, expected, "{text}");
        }
    }
}
