//! An answer that is an error.

use std::fmt;

use crate::model::{Asked, ErrorAnswer, LoginOrigin, Meaning};

impl fmt::Display for ErrorAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            code,
            message,
            asked,
            meaning,
            login,
        } = self;
        match (status, asked) {
            // Docker Hub and others do not tell strangers whether a repository exists.
            (401, Asked::WithToken | Asked::WithStrangersToken) => match login {
                Some(login) => write!(
                    f,
                    "it does not exist, or the login from {login} is not allowed to see it (401)"
                ),
                None => f.write_str("it does not exist, or you are not allowed to see it (401)"),
            },
            (401, Asked::WithLogin) => match login {
                Some(login) => write!(f, "the login from {login} was refused (401)"),
                None => f.write_str("the login was refused (401)"),
            },
            (401, Asked::Anonymously) => f.write_str("it wants a login (401)"),
            (403, Asked::AnonymouslyDespiteLogin) => f.write_str(
                "not allowed (403), and it did not ask for the login that is configured for it",
            ),
            (403, _) => match login {
                Some(login) => write!(f, "the login from {login} is not allowed to (403)"),
                None => f.write_str("not allowed (403)"),
            },
            (429, _) if *meaning == Some(Meaning::PullsUsedUp) => {
                f.write_str("its limit on pulls is used up (429)")
            }
            (429, _) => f.write_str("too many requests (429)"),
            _ => write!(f, "it answered {}", status_line(*status)),
        }?;
        if *meaning == Some(Meaning::HtmlPage) {
            f.write_str(", with a page for people")?;
        }
        match (code, message) {
            (Some(code), Some(message)) => write!(f, ": {code}: {message}"),
            (Some(text), None) | (None, Some(text)) => write!(f, ": {text}"),
            (None, None) => Ok(()),
        }
    }
}

/// Returns a status with its name, where it has one.
fn status_line(status: u16) -> String {
    let known = http::StatusCode::from_u16(status).ok();
    let name = known.and_then(|status| status.canonical_reason());
    name.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

/// Says what to do about it, whatever was asked.
pub(super) fn advice(answer: &ErrorAnswer, host: &str, place: &str) -> Option<String> {
    let Some(meaning) = answer.meaning else {
        let is_acrs = matches!(answer.login.as_deref(), Some(LoginOrigin::Acr(_)));
        if is_acrs && matches!(answer.status, 401 | 403) {
            return Some(
                "check in RAM that whoever asks may `cr:PullRepository` there, and for an apply \
                 `cr:PushRepository` and `cr:CreateRepository` (docs/acr.md has the policies)"
                    .to_owned(),
            );
        }
        return (answer.asked == Asked::AnonymouslyDespiteLogin).then(|| unasked_login(host));
    };
    match meaning {
        Meaning::WantsTls => Some(format!(
            "`{host}` speaks https: set `registries.{host}.plain-http: false`"
        )),
        Meaning::ImagesOnly => Some(
            "the registry takes images alone: set `profile: acr-personal` under `target` in \
             `mirror.yaml`, and what it refuses is left out"
                .to_owned(),
        ),
        Meaning::HtmlPage => Some(no_registry(place)),
        Meaning::PullsUsedUp => None,
    }
}

/// Says what to do where there is a login that the registry never asked for: to log in is no advice.
pub(in crate::render) fn unasked_login(host: &str) -> String {
    format!(
        "check the spelling of the name and of the tag; what is private at `{host}` can be had only when \
         it asks for the login (401): see its settings, or those of a proxy before it"
    )
}

/// Says what to do about an answer that is no registry's.
pub(super) fn no_registry(place: &str) -> String {
    format!("check that `{place}` is a container registry, and that no proxy answers in its place")
}
