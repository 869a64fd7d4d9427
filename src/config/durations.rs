//! Lengths of time as people write them: `90s`, `5m`, `1h30m`, `3d`, and `0`.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::Text;

/// What a length of time looks like.
const PATTERN: &str = "^(0|([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?)$";

/// Says what is wanted.
pub(super) fn wanted() -> Text {
    text!(
        "a length of time such as `5m`, `90s`, `1h30m` or `3d`, or 0",
        "时长，如 `5m`、`90s`、`1h30m`、`3d` 或 0"
    )
}

/// The units, from the longest; each may stand once, and in this order.
const UNITS: [(char, u64); 4] = [('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

/// Reads a length of time; none if it is not one.
pub fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut seconds = 0;
    for (unit, length) in UNITS {
        let Some((count, after)) = rest.split_once(unit) else {
            continue;
        };
        let is_number = (1..=6).contains(&count.len()) && count.bytes().all(|b| b.is_ascii_digit());
        let count: u64 = count.parse().ok().filter(|_| is_number)?;
        seconds += count * length;
        rest = after;
    }
    (rest.is_empty() && !text.is_empty()).then_some(Duration::from_secs(seconds))
}

/// A length of time as it is written, for the schema.
pub(super) struct Written;

impl JsonSchema for Written {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "pattern": PATTERN, "minLength": 1 },
                { "type": "integer", "const": 0 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write_and_nothing_else() {
        for (text, expected) in [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("30s", Some(30)),
            ("5m", Some(300)),
            ("2h", Some(7200)),
            ("1h30m", Some(5400)),
            ("1h1m1s", Some(3661)),
            ("3d", Some(259_200)),
            ("1d12h", Some(129_600)),
            ("12h1d", None),
            ("", None),
            ("5", None),
            ("m", None),
            ("5 m", None),
            ("5m5", None),
            ("-5m", None),
            ("+5m", None),
            ("1.5h", None),
            ("5M", None),
            ("5min", None),
            ("1s1m", None),
            ("1m1m", None),
            ("9999999s", None),
        ] {
            assert_eq!(parse(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
