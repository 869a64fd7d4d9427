//! What a tag's first number counts: versions, or days.

/// What the first number of a version counts. Tags of different schemes cannot be compared: `20240102` is
/// not newer than `3.20.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Versions: `1.27.3`, `22.04`.
    Version,
    /// Years, with more numbers behind: `2024.1`, `2024.01.02`, `2024-01-02`.
    Year,
    /// Months, days or times, all in one number of so many digits: `202401`, `20240102`.
    Date(usize),
}

impl Scheme {
    /// Finds the scheme of a first number as it is written.
    pub fn of(digits: &str) -> Self {
        let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u32>().ok();
        let between = |range, least, most| number(range).is_some_and(|n| n >= least && n <= most);
        let is_year = between(0..4, 1970, 2099);
        let is_month = is_year && between(4..6, 1, 12);
        let is_day = is_month && between(6..8, 1, 31);
        match digits.len() {
            4 if is_year => Self::Year,
            6 if is_month => Self::Date(6),
            // With hours, minutes and seconds behind it, too.
            length @ (8 | 10 | 12 | 14) if is_day => Self::Date(length),
            _ => Self::Version,
        }
    }

    /// Tells whether it counts days rather than versions.
    pub fn is_date(self) -> bool {
        self != Self::Version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_versions() {
        for (digits, scheme) in [
            ("1", Scheme::Version),
            ("24", Scheme::Version),
            ("1969", Scheme::Version),
            ("1970", Scheme::Year),
            ("2099", Scheme::Year),
            ("2100", Scheme::Version),
            ("202401", Scheme::Date(6)),
            ("202413", Scheme::Version),
            ("20240102", Scheme::Date(8)),
            ("20241302", Scheme::Version),
            ("20240132", Scheme::Version),
            ("2024010203", Scheme::Date(10)),
            ("20240102030405", Scheme::Date(14)),
            ("1700000000", Scheme::Version),
        ] {
            assert_eq!(Scheme::of(digits), scheme, "{digits}");
        }
    }
}
