//! `show --matrix`: the shards of a saved plan, as a CI system's matrix takes them.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::shards::{ShardLoad, ShardNumber};

use super::document::{schema, write};

/// The shards of a saved plan in which something is to be done.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "pusher show --matrix")]
struct Matrix {
    /// Whether there is such a shard: GitHub takes no empty matrix.
    #[serde(rename = "has-work")]
    has_work: bool,
    /// How many shards there are, with those in which nothing is to be done.
    shards: usize,
    /// What `strategy.matrix` takes.
    #[serde(rename = "matrix")]
    jobs: Include,
}

/// The jobs of a matrix.
#[derive(Debug, Serialize, JsonSchema)]
struct Include {
    /// A job for each shard.
    include: Vec<Job>,
}

/// A shard.
#[derive(Debug, Serialize, JsonSchema)]
struct Job {
    /// What `pusher apply PLAN --shard` takes.
    shard: String,
    /// Which of them it is, counted from 1: for names that have no `/` in them.
    number: usize,
    /// How many tags are created, moved or deleted.
    images: usize,
    /// How many bytes of blobs are copied; what cannot be told before is not counted.
    bytes: u64,
}

/// Writes the matrix of shards in which so much is to be done.
pub fn matrix(loads: &[ShardLoad], out: &mut dyn fmt::Write) -> fmt::Result {
    let count = loads.len();
    let jobs = loads.iter().enumerate().filter(|(_, load)| load.images > 0);
    let jobs = jobs.map(|(at, load)| Job {
        shard: ShardNumber {
            number: at + 1,
            count,
        }
        .to_string(),
        number: at + 1,
        images: load.images,
        bytes: load.bytes,
    });
    let include: Vec<_> = jobs.collect();
    let matrix = Matrix {
        has_work: !include.is_empty(),
        shards: count,
        jobs: Include { include },
    };
    write(&matrix, out)
}

/// Returns the JSON Schema of what [`matrix`] writes.
pub fn matrix_schema() -> serde_json::Value {
    schema::<Matrix>()
}
