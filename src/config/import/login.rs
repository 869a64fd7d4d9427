//! What logs in to a registry, as a mirror file names it: by variables of the environment.

/// What a mirror file says of a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    /// The variables that hold the user and the password.
    pub(super) user_and_password: Option<(String, String)>,
    pub(super) plain_http: bool,
}

impl Login {
    /// Makes up the name of a variable for what a host wants: `REGISTRY_EXAMPLE_COM_PASSWORD`.
    pub(super) fn variable(host: &str, what: &str) -> String {
        let host = host.to_ascii_uppercase();
        let host = host.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        if host.starts_with(|c: char| c.is_ascii_digit()) {
            format!("REGISTRY_{host}_{what}")
        } else {
            format!("{host}_{what}")
        }
    }
}

/// Returns the variable that a text takes its whole value from: `${NAME}`, `$NAME`, `{{env "NAME"}}`.
pub(super) fn variable_for(text: &str) -> Option<String> {
    let text = text.trim();
    let template = || {
        let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
        let name = inner.trim_matches(['-', ' ']).strip_prefix("env")?.trim();
        Some(name.trim_matches(['"', '\'', '`']))
    };
    let shell = || {
        let name = text.strip_prefix('$')?;
        let braced = name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        Some(braced.unwrap_or(name))
    };
    let name = template().or_else(shell)?;
    is_name(name).then(|| name.to_owned())
}

/// Tells whether a text can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(begins) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_known_by_its_form() {
        for (text, name) in [
            ("${A_1}", Some("A_1")),
            ("$A", Some("A")),
            ("{{env \"A\"}}", Some("A")),
            ("{{ env `A` }}", Some("A")),
            ("{{- env \"A\" -}}", Some("A")),
            ("hunter2", None),
            ("$(cat x)", None),
            ("${A:-hunter2}", None),
            ("a${A}", None),
            ("{{file \"/run/x\"}}", None),
            ("", None),
        ] {
            assert_eq!(variable_for(text).as_deref(), name, "{text}");
        }
        assert_eq!(
            Login::variable("127.0.0.1:5000", "USERNAME"),
            "REGISTRY_127_0_0_1_5000_USERNAME"
        );
    }
}
