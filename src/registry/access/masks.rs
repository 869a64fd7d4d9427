//! What was sent as a secret, to be masked in whatever comes back: a registry may say it in an error, in
//! a header, in the name of a place.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::HeaderValue;
use url::form_urlencoded::byte_serialize;

use crate::model::{Fault, Secret};

/// A shorter secret can't be cut out of a text without telling it: the text goes as a whole.
const SHORTEST: usize = 4;

/// How many tokens are known at a time, the latest: a run has one for each repository, and what comes back
/// is what was sent just now.
const TOKENS: usize = 256;

/// What a client has sent as a secret, to whichever host: all logins, and the latest tokens.
#[derive(Default)]
pub(crate) struct Masks(RwLock<Known>);

#[derive(Default)]
struct Known {
    secrets: HashSet<String>,
    /// How logins may come back.
    logins: Vec<String>,
    /// Tokens and how they may come back, the latest last.
    tokens: VecDeque<(String, Vec<String>)>,
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masks")
    }
}

impl Masks {
    /// Notes what is about to be sent, for good.
    pub(crate) fn add(&self, secret: &str) {
        if let Some(mut known) = self.unknown(secret) {
            known.logins.extend(forms(secret));
        }
    }

    /// Notes a token that is about to be sent.
    fn add_token(&self, token: &str) {
        let Some(mut known) = self.unknown(token) else {
            return;
        };
        let forms = forms(token).collect::<BTreeSet<_>>();
        known
            .tokens
            .push_back((token.to_owned(), forms.into_iter().collect()));
        if known.tokens.len() > TOKENS
            && let Some((oldest, _)) = known.tokens.pop_front()
        {
            known.secrets.remove(&oldest);
        }
    }

    /// Notes a secret, and returns where its forms go; none if it is known or empty.
    fn unknown(&self, secret: &str) -> Option<RwLockWriteGuard<'_, Known>> {
        if secret.is_empty() || self.read(|known| known.secrets.contains(secret)) {
            return None;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.secrets.insert(secret.to_owned()).then_some(known)
    }

    /// Notes a login that is about to be sent: the password, and both together.
    pub(crate) fn add_login(&self, username: &str, password: &str) {
        self.add(password);
        self.add(&format!("{username}:{password}"));
    }

    /// Notes the value of a header that says who asks: what stands behind its scheme, and the login in it.
    pub(crate) fn add_header(&self, value: &HeaderValue) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let (scheme, secret) = text.split_once(' ').unwrap_or(("", &text));
        if scheme != "Basic" {
            return self.add_token(secret);
        }
        self.add(secret);
        let login = STANDARD.decode(secret).ok();
        if let Some((user, password)) = login
            .as_deref()
            .and_then(|login| str::from_utf8(login).ok()?.split_once(':'))
        {
            self.add_login(user, password);
        }
    }

    /// Returns a text from outside with a mask wherever something stands that was sent as a secret.
    pub(crate) fn hide(&self, text: &str) -> String {
        self.read(|known| {
            let tokens = known.tokens.iter().flat_map(|(_, forms)| forms);
            let all = known.logins.iter().chain(tokens);
            let mut found: Vec<_> = all.filter(|form| text.contains(&***form)).collect();
            // The longest first: one may stand in another.
            found.sort_unstable_by_key(|form| Reverse(form.len()));
            let mut hidden = text.to_owned();
            for form in found {
                if form.len() < SHORTEST {
                    return Secret::MASK.to_owned();
                }
                hidden = hidden.replace(form, Secret::MASK);
            }
            hidden
        })
    }

    /// Masks what a failure tells in words that may be those of others.
    pub(crate) fn hide_in(&self, fault: Fault) -> Fault {
        fault.map_words(&|words| self.hide(&words))
    }

    fn read<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Returns how a secret may come back: as it is, in base64, in an address, in JSON, in HTML.
fn forms(secret: &str) -> impl Iterator<Item = String> {
    let form: String = byte_serialize(secret.as_bytes()).collect();
    let address = form.replace('+', "%20").replace("%7E", "~");
    let lower = |text: &str| {
        let mut pieces = text.split('%');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |all, piece| {
            let (code, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
            format!("{all}%{}{rest}", code.to_ascii_lowercase())
        })
    };
    let json = serde_json::Value::from(secret).to_string();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let forms = [
        secret.to_owned(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        lower(&form),
        lower(&address),
        form,
        address,
        json.trim_matches('"').to_owned(),
        html.replace('"', "&quot;").replace('\'', "&#39;"),
        html,
    ];
    forms.into_iter().filter(|form| !form.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Language, NoAnswer, SignInFault, SignInService};

    #[test]
    fn a_secret_is_known_in_every_form() {
        let masks = Masks::default();
        masks.add_login("me", "p\"ss w&rd/~");
        for echoed in [
            "p\"ss w&rd/~",
            "me:p\"ss w&rd/~",
            "p%22ss%20w%26rd%2F~",
            "p%22ss+w%26rd%2f%7e",
            r#"p\"ss w&rd/~"#,
            "p&quot;ss w&amp;rd/~",
            "p\"ss w&amp;rd/~",
            "bWU6cCJzcyB3JnJkL34=",
            "bWU6cCJzcyB3JnJkL34",
            "cCJzcyB3JnJkL34",
        ] {
            let hidden = masks.hide(&format!("no: {echoed} is wrong"));
            let rest = hidden
                .replace(Secret::MASK, "")
                .replace('=', "")
                .replace("me:", "");
            assert_eq!(rest, "no:  is wrong", "{echoed}: {hidden}");
        }
        assert_eq!(masks.hide("nothing to see"), "nothing to see");
    }

    #[test]
    fn of_many_tokens_the_latest_are_known() {
        let masks = Masks::default();
        masks.add_login("me", "password");
        for number in 0..=TOKENS {
            let header = HeaderValue::try_from(format!("Bearer token-{number:04}")).unwrap();
            masks.add_header(&header);
            masks.add_header(&header);
        }
        let known = masks.0.read().unwrap();
        assert_eq!(known.tokens.len(), TOKENS);
        assert_eq!(known.secrets.len(), TOKENS + 2);
        drop(known);
        assert_eq!(masks.hide("no token-0000"), "no token-0000");
        for told in ["no token-0001", "no token-0256", "no password"] {
            assert_eq!(masks.hide(told), format!("no {}", Secret::MASK));
        }
    }

    #[test]
    fn a_fault_is_masked_in_every_language() {
        let masks = Masks::default();
        masks.add_login("me", "password");
        let host = "password.example.com";
        let text = || text!("it points to `{host}`", "它重定向到 `{host}`");
        for fault in [
            Fault::Login(text()),
            Fault::Protocol(text()),
            Fault::Damaged(text()),
            Fault::NoAnswer(NoAnswer::Proxy(text())),
            Fault::SignIn(Box::new(SignInFault::Unusable {
                service: SignInService::Sts,
                host: String::new(),
                why: text(),
            })),
        ] {
            let fault = masks.hide_in(fault);
            for (language, told) in [
                (Language::English, "it points to `********.example.com`"),
                (Language::Chinese, "它重定向到 `********.example.com`"),
            ] {
                let shown = language.speak(|| fault.to_string());
                assert!(shown.contains(told), "{shown}");
            }
        }
    }

    #[test]
    fn what_has_a_very_short_secret_is_not_told_at_all() {
        let masks = Masks::default();
        masks.add("abc");
        assert_eq!(masks.hide("unknown: abcdef"), Secret::MASK);
        assert_eq!(masks.hide("unknown"), "unknown");
    }
}
