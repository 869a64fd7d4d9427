//! Values of options: what is typed, as what it means.

use std::time::Duration;

use crate::config::parse_duration;
use crate::model::Bytes;
use crate::plan::shards::{MOST_SHARDS, ShardNumber};

/// Takes a number of shards.
pub(super) fn shard_count(typed: &str) -> Result<usize, String> {
    let count = typed.parse().ok();
    let count = count.filter(|count| (1..=MOST_SHARDS).contains(count));
    count.ok_or_else(|| {
        tr!(
            "write a number from 1 to {MOST_SHARDS}: GitHub makes no more jobs of one matrix",
            "要写 1 到 {MOST_SHARDS} 的数字：GitHub 一个 matrix 不会有更多任务"
        )
    })
}

/// Takes an amount of bytes.
pub(super) fn amount(typed: &str) -> Result<Bytes, String> {
    let amount = Bytes::parse(typed).filter(|Bytes(bytes)| *bytes > 0);
    amount.ok_or_else(|| {
        tr!(
            "write an amount such as `20GiB` or `500MB`",
            "要写大小，如 `20GiB` 或 `500MB`"
        )
    })
}

/// Takes one of several shards.
pub(super) fn shard(typed: &str) -> Result<ShardNumber, String> {
    ShardNumber::parse(typed).ok_or_else(|| {
        tr!(
            "write which one of how many, such as `2/4`; the first is `1/4`, or `0+1/4` where machines are counted from 0",
            "要写第几个和总数，如 `2/4`；第一个是 `1/4`，机器从 0 数起时写 `0+1/4`"
        )
    })
}

/// Takes a length of time, more than none.
pub(super) fn duration(typed: &str) -> Result<Duration, String> {
    let time = parse_duration(typed).filter(|time| !time.is_zero());
    time.ok_or_else(|| {
        tr!(
            "write a length of time such as `90s`, `45m` or `5h30m`",
            "要写时长，如 `90s`、`45m`、`5h30m`"
        )
    })
}
