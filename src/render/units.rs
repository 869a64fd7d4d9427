//! Sizes, counts and times for people.

use std::time::Duration;

/// Returns a number of bytes in the largest binary unit that keeps it at 1 or more: `3.5 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    // Tenths, rounded, in integers: the same on every machine. What rounds up to a whole 1024 is
    // one of the next unit.
    let tenths = |unit: u32| (u128::from(count) * 10 + (1 << (10 * unit - 1))) >> (10 * unit);
    for (unit, name) in (1_u32..).zip(UNITS) {
        let tenths = tenths(unit);
        if tenths < 10240 || name == UNITS[5] {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
    }
    format!("{count} B")
}

/// Returns a count with its noun: `1 image`, `2 images`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Returns how long something took: `0.4 s`, `73 s`, `12 min`.
pub fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
        whole @ 10..600 => format!("{whole} s"),
        long => format!("{} min", long / 60),
    }
}

/// Returns how long someone waits: `42 s`, `5 min`, `2 h 3 min`.
pub fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{} s", seconds.max(1)),
        seconds @ ..7200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_one_decimal() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (65_116_569, "62.1 MiB"),
            (2 << 30, "2.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn times_and_counts() {
        let time = |milliseconds| seconds(Duration::from_millis(milliseconds));
        assert_eq!(
            [time(440), time(73_900), time(720_000)],
            ["0.4 s", "73 s", "12 min"]
        );
        assert_eq!(
            [counted(1, "image"), counted(0, "image")],
            ["1 image", "0 images"]
        );
    }
}
