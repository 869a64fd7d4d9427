//! Strings as TOML has them.

use std::fmt::{self, Write as _};

/// Writes a basic string: what a registry calls a media type can hold anything.
pub(super) fn quoted(value: impl fmt::Display) -> String {
    let mut quoted = String::from('"');
    for character in value.to_string().chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                // A string takes all that is written to it.
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
