//! The files that earlier runs left: reports of `apply`, and what `apply --records` adds to.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::model::{Digest, Reference, Text};
use crate::render::sanitize;

use super::history::Record;

/// A record, as it is kept.
#[derive(Deserialize)]
struct Line {
    format_version: String,
    time: DateTime<Utc>,
    commit: Option<String>,
    source: String,
    source_digest: String,
    image: String,
    digest: String,
    #[serde(default)]
    r#override: Option<String>,
}

impl Line {
    fn record(self) -> Option<Record> {
        // What a later version of the form says differently is not guessed at.
        self.format_version.starts_with("1.").then_some(())?;
        let image: Reference = self.image.parse().ok()?;
        let clean = |text: &String| sanitize::excerpt(text);
        Some(Record {
            time: self.time,
            commit: self.commit.as_ref().map(clean),
            source: clean(&self.source),
            source_digest: self.source_digest.parse::<Digest>().ok()?,
            image,
            digest: self.digest.parse().ok()?,
            overridden: self.r#override.as_ref().map(clean),
        })
    }
}

/// What a file holds.
#[derive(Default)]
struct Found {
    records: Vec<Record>,
    /// How many could not be read, and where the first of them is.
    bad: usize,
    first_bad: usize,
}

impl Found {
    fn take(&mut self, line: Option<Line>, at: usize) {
        if let Some(record) = line.and_then(Line::record) {
            self.records.push(record);
            return;
        }
        if self.bad == 0 {
            self.first_bad = at;
        }
        self.bad += 1;
    }
}

/// Reads a file that earlier runs left. What is damaged in it, and that it is none at all, is told; the rest counts.
pub fn read(file: &str, text: &str) -> (Vec<Record>, Option<Text>) {
    let mut found = Found::default();
    let whole: Value = serde_json::from_str(text).unwrap_or_default();
    let Some(reports) = reports(&whole) else {
        return lines(file, text);
    };
    for (at, record) in reports.into_iter().flatten().enumerate() {
        found.take(Line::deserialize(record).ok(), at + 1);
    }
    let (bad, first) = (found.bad, found.first_bad);
    let told = (bad > 0).then(|| {
        text!(
            "`{file}`: {bad} of its records cannot be read, the first is number {first}",
            "`{file}`：有 {bad} 条记录读不了，第一条是第 {first} 条"
        )
    });
    (found.records, told)
}

/// Reads a line each. A run that broke off may have left a part of the last one.
fn lines(file: &str, text: &str) -> (Vec<Record>, Option<Text>) {
    let mut found = Found::default();
    let lines = text.lines().enumerate();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        found.take(serde_json::from_str(line).ok(), at + 1);
    }
    let (bad, first) = (found.bad, found.first_bad);
    let told = match (bad, found.records.is_empty()) {
        (0, _) => None,
        (_, true) => Some(foreign(file)),
        (1, false) => Some(text!(
            "`{file}`: line {first} cannot be read; the others are",
            "`{file}`：第 {first} 行读不了，其余的都读了"
        )),
        (_, false) => Some(text!(
            "`{file}`: {bad} lines cannot be read, the first is line {first}; the others are",
            "`{file}`：有 {bad} 行读不了，第一处是第 {first} 行；其余的都读了"
        )),
    };
    (found.records, told)
}

/// Returns the lists of records in what stands in one piece; none if it is something else.
fn reports(whole: &Value) -> Option<Vec<&Vec<Value>>> {
    if let Some(records) = whole.get("records") {
        return Some(vec![records.as_array()?]);
    }
    if let Some(targets) = whole.get("targets") {
        let each = targets.as_array()?.iter();
        return each
            .map(|target| target.get("records")?.as_array())
            .collect();
    }
    None
}

fn foreign(file: &str) -> Text {
    text!(
        "`{file}` is neither a report of `pusher apply` nor what its `--records` wrote",
        "`{file}` 既不是 `pusher apply` 的报告，也不是它的 `--records` 写的文件"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(image: &str) -> String {
        let digest = Digest::sha256(b"a");
        format!(
            "{{\"format_version\":\"1.0\",\"time\":\"2026-11-27T01:02:03Z\",\"commit\":null,\"source\":\"s\",\
             \"source_digest\":\"{digest}\",\"image\":\"{image}\",\"digest\":\"{digest}\",\"more\":1}}"
        )
    }

    #[test]
    fn what_a_run_kept_is_read_in_each_form_and_what_is_damaged_is_told() {
        let (a, b) = (line("h.example.com/n/a:1"), line("h.example.com/n/b:1"));
        let report = format!("{{\"records\": [{a}, {b}], \"changes\": []}}");
        let several = format!("{{\"targets\": [{{\"records\": [{a}]}}, {{\"records\": [{b}]}}]}}");
        let of = |text: &str| {
            let (records, told) = read("f", text);
            (records.len(), told.map(|told| told.english().to_owned()))
        };
        assert_eq!(of(&format!("{a}\n{b}\n")), (2, None));
        assert_eq!(of(&a), (1, None));
        assert_eq!(of(""), (0, None));
        assert_eq!(of(&report), (2, None));
        assert_eq!(of(&several), (2, None));
        let cut = &b[..b.len() - 9];
        let (count, told) = of(&format!("{a}\n{cut}"));
        assert_eq!(count, 1);
        assert_eq!(told.unwrap(), "`f`: line 2 cannot be read; the others are");
        let bad = report.replace("n/b:1", "n/B!");
        let (count, told) = of(&bad);
        assert_eq!(count, 1);
        assert!(told.unwrap().contains("number 2"));
        for text in [
            "{}",
            "[]",
            "x",
            "{\"changes\": []}",
            &a.replace("1.0", "2.0"),
        ] {
            let (count, told) = of(text);
            assert_eq!(count, 0);
            assert!(told.unwrap().contains("neither a report"), "{text}");
        }
    }

    #[test]
    fn what_a_record_says_is_harmless() {
        let hostile = line("h.example.com/n/a:1").replace("\"s\"", "\"\\u202e\\u001b[2J\"");
        let (records, _) = read("f", &hostile);
        assert_eq!(records[0].source, "\\u{202e}\\u{1b}[2J");
    }
}
