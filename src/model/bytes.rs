//! Amounts of bytes as people write and read them: `500MB`, `2GiB`.

use std::fmt;

/// An amount of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// The units that may be written, with how many bytes one is.
const WRITTEN: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

impl Bytes {
    /// What a written amount looks like.
    pub const PATTERN: &str = "^[0-9]{1,12}(\\.[0-9]{1,3})? ?([KMGT]i?B|B)$";

    /// Reads an amount such as `2GiB`, `500MB` or `1.5 GiB`; none if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = WRITTEN
            .iter()
            .find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)))?;
        let number = number.strip_suffix(' ').unwrap_or(number);
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 12) || !is_number(part, 3) {
            return None;
        }
        let thousandths = format!("{whole}{part:0<3}").parse::<u128>().ok()?;
        let bytes = thousandths * u128::from(unit) / 1000;
        u64::try_from(bytes).ok().map(Self)
    }
}

/// In the largest binary unit that keeps it at 1 or more: `3.5 MiB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        let Self(count) = *self;
        if count < 1024 {
            return write!(f, "{count} B");
        }
        // Tenths, rounded, in integers: the same on every machine. What rounds up to a whole 1024 is
        // one of the next unit.
        let tenths = |unit: u32| (u128::from(count) * 10 + (1 << (10 * unit - 1))) >> (10 * unit);
        for (unit, name) in (1_u32..).zip(UNITS) {
            let tenths = tenths(unit);
            if tenths < 10240 || name == UNITS[5] {
                return write!(f, "{}.{} {name}", tenths / 10, tenths % 10);
            }
        }
        write!(f, "{count} B")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write_and_nothing_else() {
        for (text, expected) in [
            ("2GiB", Some(2 << 30)),
            ("500MB", Some(500_000_000)),
            ("1.5 GiB", Some(3 << 29)),
            ("0.001KB", Some(1)),
            ("0B", Some(0)),
            ("1B", Some(1)),
            ("999999999999TiB", None),
            ("2", None),
            ("GiB", None),
            ("2G", None),
            ("2gib", None),
            ("-2GiB", None),
            ("+2GiB", None),
            ("2.GiB", None),
            (".5GiB", None),
            ("1.2345GiB", None),
            ("2  GiB", None),
            ("1.5.5GiB", None),
            ("1e3GiB", None),
            ("", None),
        ] {
            assert_eq!(Bytes::parse(text), expected.map(Bytes), "{text}");
        }
    }
}
