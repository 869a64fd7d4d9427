//! What earlier runs copied: which run, when, from which commit, and what each image was before.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::model::{Digest, Reference};
use crate::plan::AliyunHosts;

/// How many runs a page tells of, the newest.
const RUNS: usize = 50;
/// How many images it tells of each.
const IMAGES_OF_A_RUN: usize = 200;
/// How many copies it tells of an image, the newest.
const COPIES: usize = 5;

/// An image that a run put into the target, as it kept that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When the run ended.
    pub time: DateTime<Utc>,
    /// The commit of the files, where that was known.
    pub commit: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// What the source pointed to.
    pub source_digest: Digest,
    /// The name that it is pulled by.
    pub image: Reference,
    /// What that points to since.
    pub digest: Digest,
    /// Why it was taken before it was old enough, where it was.
    pub overridden: Option<String>,
}

/// What earlier runs copied.
#[derive(Debug, Default)]
pub struct History {
    /// The runs, the newest first.
    pub runs: Vec<Run>,
    /// How many older runs are not told of.
    pub older: usize,
    /// What became of each image, the newest first.
    of: HashMap<String, Vec<Copied>>,
}

/// What a run copied.
#[derive(Debug)]
pub struct Run {
    /// When it ended.
    pub time: DateTime<Utc>,
    /// The commit of the files, where that was known.
    pub commit: Option<String>,
    /// The images that it copied, or the first of many.
    pub copied: Vec<Copied>,
    /// How many it copied beside those.
    pub more: usize,
}

/// An image that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The name that it is pulled by, under the public host.
    pub image: String,
    /// What was copied.
    pub record: Record,
    /// What was there before, and what its source pointed to, where an earlier run kept that.
    pub before: Option<(Digest, Digest)>,
}

/// Returns the name by which an image is known, whichever host it is pulled from: all hosts of one Aliyun registry lead
/// to the same.
pub fn public_name(image: &Reference) -> String {
    let text = image.to_string();
    let host = image.registry();
    match AliyunHosts::of_host(host) {
        Some(hosts) if hosts.public != host => text.replacen(host, &hosts.public, 1),
        _ => text,
    }
}

impl History {
    /// Puts records in their order, each once: a run may have kept the same twice, in a report and beside it.
    pub fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut seen = HashSet::new();
        let mut records: Vec<(String, Record)> = records
            .into_iter()
            .map(|record| (public_name(&record.image), record))
            .filter(|(image, record)| {
                seen.insert((record.time, image.clone(), record.digest.clone()))
            })
            .collect();
        records.sort_by_key(|(_, record)| record.time);
        let mut last: HashMap<String, (Digest, Digest)> = HashMap::new();
        let mut runs: BTreeMap<(DateTime<Utc>, Option<String>), Vec<Copied>> = BTreeMap::new();
        let mut of: HashMap<String, Vec<Copied>> = HashMap::new();
        for (image, record) in records {
            let now = (record.digest.clone(), record.source_digest.clone());
            let copied = Copied {
                before: last.insert(image.clone(), now),
                image: image.clone(),
                record,
            };
            of.entry(image).or_default().push(copied.clone());
            let run = (copied.record.time, copied.record.commit.clone());
            runs.entry(run).or_default().push(copied);
        }
        for each in of.values_mut() {
            each.reverse();
            each.truncate(COPIES);
        }
        Self {
            older: runs.len().saturating_sub(RUNS),
            runs: runs.into_iter().rev().take(RUNS).map(Run::of).collect(),
            of,
        }
    }

    /// Returns what became of an image, the newest first.
    pub fn of_image(&self, image: &Reference) -> &[Copied] {
        self.of.get(&public_name(image)).map_or(&[], Vec::as_slice)
    }
}

impl Run {
    fn of(((time, commit), mut copied): ((DateTime<Utc>, Option<String>), Vec<Copied>)) -> Self {
        let more = copied.len().saturating_sub(IMAGES_OF_A_RUN);
        copied.truncate(IMAGES_OF_A_RUN);
        Self {
            time,
            commit,
            copied,
            more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at: i64, image: &str, content: &str) -> Record {
        Record {
            time: DateTime::from_timestamp(at, 0).unwrap(),
            commit: Some(format!("c{at}")),
            source: "docker.io/library/nginx:1".to_owned(),
            source_digest: Digest::sha256(format!("source of {content}").as_bytes()),
            image: image.parse().unwrap(),
            digest: Digest::sha256(content.as_bytes()),
            overridden: None,
        }
    }

    #[test]
    fn each_copy_is_told_with_what_was_there_before_in_whatever_order_it_was_kept() {
        let (public, vpc) = (
            "registry.cn-beijing.aliyuncs.com/n/nginx:1",
            "registry-vpc.cn-beijing.aliyuncs.com/n/nginx:1",
        );
        let records = [
            record(30, public, "b"),
            record(10, vpc, "a"),
            record(30, public, "b"),
            record(10, "registry.cn-beijing.aliyuncs.com/n/redis:7", "r"),
        ];
        let history = History::of(records);
        let times: Vec<_> = history
            .runs
            .iter()
            .map(|run| run.time.timestamp())
            .collect();
        assert_eq!(times, [30, 10]);
        assert_eq!(history.runs[1].copied.len(), 2);
        let of = history.of_image(&vpc.parse().unwrap());
        let [newest, first] = of else {
            panic!("{of:?}");
        };
        let digests = |content: &str| {
            let record = record(0, public, content);
            (record.digest, record.source_digest)
        };
        assert_eq!(newest.before, Some(digests("a")));
        assert_eq!(first.before, None);
    }

    #[test]
    fn what_nobody_reads_any_more_is_counted() {
        let name = |number: usize| format!("h.example.com/n/i{number}:1");
        let many = (0..IMAGES_OF_A_RUN + 3).map(|number| record(1, &name(number), "a"));
        let later = (0..RUNS).map(|at| record(10 + i64::try_from(at).unwrap(), &name(0), "a"));
        let history = History::of(many.clone().chain(later));
        assert_eq!((history.runs.len(), history.older), (RUNS, 1));
        assert_eq!(history.of_image(&name(0).parse().unwrap()).len(), COPIES);
        let history = History::of(many);
        assert_eq!(
            (history.runs[0].copied.len(), history.runs[0].more),
            (IMAGES_OF_A_RUN, 3)
        );
    }
}
