//! Sizes, counts, times and lists for people.

use std::time::Duration;

use crate::model::{Bytes, Language};

/// Returns a number of bytes in the largest binary unit that keeps it at 1 or more: `3.5 MiB`.
pub fn bytes(count: u64) -> String {
    Bytes(count).to_string()
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// An image.
    Image,
    /// An image beside those that were named.
    OtherImage,
    /// A tag.
    Tag,
    /// A mistake in the files.
    Mistake,
    /// A diagnostic that is an error.
    Error,
    /// A diagnostic that is a warning.
    Warning,
    /// A diagnostic that is a note.
    Note,
    /// A step of a checkup.
    Check,
    /// A request to a registry.
    Request,
    /// A pull, as Docker Hub counts them.
    Pull,
    /// A platform.
    Platform,
    /// A layer.
    Layer,
    /// A file.
    File,
    /// A line of an answer.
    Line,
    /// A setting beside those that were shown.
    MoreSetting,
    /// An attestation.
    Attestation,
    /// An artifact that is no image.
    Artifact,
    /// What names an image as its subject.
    Referrer,
}

impl Noun {
    /// Returns the word for one; in Chinese with the measure word before it.
    fn word(self) -> &'static str {
        match self {
            Self::Image => tr_word!("image", "个镜像"),
            Self::OtherImage => tr_word!("other image", "个其他镜像"),
            Self::Tag => tr_word!("tag", "个标签"),
            Self::Mistake => tr_word!("mistake", "处错误"),
            Self::Error => tr_word!("error", "个错误"),
            Self::Warning => tr_word!("warning", "个警告"),
            Self::Note => tr_word!("note", "个注意"),
            Self::Check => tr_word!("check", "项检查"),
            Self::Request => tr_word!("request", "个请求"),
            Self::Pull => tr_word!("pull", "次拉取"),
            Self::Platform => tr_word!("platform", "个平台"),
            Self::Layer => tr_word!("layer", "层"),
            Self::File => tr_word!("file", "个文件"),
            Self::Line => tr_word!("line", "行"),
            Self::MoreSetting => tr_word!("more setting", "项设置"),
            Self::Attestation => tr_word!("attestation", "个 attestation"),
            Self::Artifact => tr_word!("artifact", "个其他制品"),
            Self::Referrer => tr_word!("referrer", "个附属内容"),
        }
    }
}

/// Returns a count with its noun: `1 image`, `2 images`, `2 个镜像`.
pub fn counted(count: usize, noun: Noun) -> String {
    let plural = match (Language::spoken(), count) {
        (Language::English, 1) | (Language::Chinese, _) => "",
        (Language::English, _) => "s",
    };
    format!("{count} {}{plural}", noun.word())
}

/// Returns clauses, or counts with what they count, one after the other.
pub fn clauses(parts: &[String]) -> String {
    parts.join(tr_word!(", ", "，"))
}

/// Returns how long something took: `0.4 s`, `73 s`, `12 min`.
pub fn seconds(time: Duration) -> String {
    match time.as_secs() {
        whole @ 0..10 => {
            let tenths = time.subsec_millis() / 100;
            tr!("{whole}.{tenths} s", "{whole}.{tenths} 秒")
        }
        whole @ 10..600 => tr!("{whole} s", "{whole} 秒"),
        long => tr!("{} min", "{} 分钟", long / 60),
    }
}

/// Returns how long someone waits: `42 s`, `5 min`, `2 h 3 min`.
pub fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => tr!("{} s", "{} 秒", seconds.max(1)),
        seconds @ ..7200 => tr!("{} min", "{} 分钟", seconds.div_ceil(60)),
        seconds => tr!(
            "{} h {} min",
            "{} 小时 {} 分钟",
            seconds / 3600,
            seconds % 3600 / 60
        ),
    }
}

/// Returns a length of time as it is written in a mirror file: `3d`, `1d12h`, `90s` as `1m30s`.
pub fn exact(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [
        (seconds / 86400, 'd'),
        (seconds / 3600 % 24, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect::<Vec<_>>()
        .concat()
}

/// Returns how long something has to wait, rounded up: `42 min`, `41 h`, `3 d`.
pub fn days(time: Duration) -> String {
    let hours = time.as_secs().div_ceil(3600);
    match time.as_secs() {
        seconds @ ..3600 => tr!("{} min", "{} 分钟", seconds.div_ceil(60)),
        _ if hours < 72 => tr!("{hours} h", "{hours} 小时"),
        _ => tr!("{} d", "{} 天", hours.div_ceil(24)),
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
        let all = || {
            let time = |milliseconds| seconds(Duration::from_millis(milliseconds));
            let wait = |seconds| minutes(Duration::from_secs(seconds));
            let times = [time(440), time(73_900), time(720_000), wait(0), wait(7380)];
            let counts = [counted(1, Noun::Image), counted(0, Noun::Image)];
            format!("{}; {}", clauses(&times), counts.join("; "))
        };
        assert_eq!(
            all(),
            "0.4 s, 73 s, 12 min, 1 s, 2 h 3 min; 1 image; 0 images"
        );
        assert_eq!(
            Language::Chinese.speak(all),
            "0.4 秒，73 秒，12 分钟，1 秒，2 小时 3 分钟; 1 个镜像; 0 个镜像"
        );
    }
}
