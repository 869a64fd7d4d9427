//! A user and a password as they stand in a table, with what must never be shown of it.

use crate::config::diagnostics::Diagnostic;
use crate::config::files::Place;
use crate::config::node::{Pair, Value};
use crate::config::reader::Reader;
use crate::config::table::Table;
use crate::config::variables::has_variables;
use crate::model::{Secret, Text};

/// The pairs of a table that tell a login.
#[derive(Clone, Copy)]
pub(super) struct LoginPairs<'n> {
    username: Option<&'n Pair>,
    password: Option<&'n Pair>,
}

impl<'n> LoginPairs<'n> {
    /// Takes them out of a table of which all other keys were asked for.
    pub(super) fn take(reader: &mut Reader<'_>, table: &mut Table<'n>) -> Self {
        let pairs = Self {
            username: table.take_pair("username"),
            password: table.take_pair("password"),
        };
        // Whatever stands beside a misspelt key may be the password.
        let is_secret = |pair: &&&Pair| matches!(table.meant(&pair.key), None | Some("password"));
        let secrets = table.rest().iter().filter(is_secret);
        reader
            .secrets
            .extend(secrets.map(|pair| pair.value.span.clone()));
        pairs
    }

    /// Returns one of them, if there is any.
    pub(super) fn any(self) -> Option<&'n Pair> {
        self.username.or(self.password)
    }

    /// Reads the user.
    pub(super) fn username(self, reader: &mut Reader<'_>) -> Option<Secret> {
        self.username.and_then(|pair| login(reader, pair))
    }

    /// Reads the password.
    pub(super) fn password(self, reader: &mut Reader<'_>) -> Option<Secret> {
        self.password.and_then(|pair| secret(reader, pair))
    }

    /// Tells of half a login.
    pub(super) fn require_both(self, reader: &mut Reader<'_>) {
        let (alone, missing) = match (self.username, self.password) {
            (Some(username), None) => (username, "password"),
            (None, Some(password)) => (password, "username"),
            _ => return,
        };
        let message = text!(
            "`{}` is of no use without `{missing}`",
            "只有 `{}` 没有 `{missing}`，不起作用",
            alone.key
        );
        let place = reader.place(&alone.key_span);
        reader.report(Diagnostic::error("missing-key", message).at(place));
    }
}

fn login(reader: &mut Reader<'_>, pair: &Pair) -> Option<Secret> {
    reader
        .expanded_if_needed(&pair.value, &pair.key)
        .map(|text| Secret::new(text.value))
}

/// Reads a password; one that stands in the file itself is never shown, and warned about.
fn secret(reader: &mut Reader<'_>, pair: &Pair) -> Option<Secret> {
    let Value::Scalar { text, .. } = &pair.value.value else {
        return login(reader, pair);
    };
    if !has_variables(text) {
        reader.secrets.push(pair.value.span.clone());
        let place = reader.place(&pair.key_span);
        let warning = text!(
            "this password can be read by everyone who can read the file",
            "能读这个文件的人都能看到这个密码"
        );
        reader.report(in_the_file(warning, place));
    }
    login(reader, pair)
}

/// Warns of a secret that stands in the file itself.
pub(super) fn in_the_file(warning: Text, place: Place) -> Diagnostic {
    let told = Diagnostic::warning("password-in-file", warning).at(place);
    told.help(text!(
        "put it into an environment variable and write `${{NAME}}` here",
        "放进环境变量，这里写 `${{NAME}}`"
    ))
}
