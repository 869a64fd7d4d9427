//! How a plan is parted for several machines.

use crate::plan::shards::{ShardLoad, ShardNumber};
use crate::render::units::{Noun, bytes, clauses, counted};

/// How many shards are told one by one.
const TOLD: usize = 8;

/// Says what is to be done in each shard.
pub fn shards(loads: &[ShardLoad]) -> String {
    let each = loads.iter().enumerate().take(TOLD).map(|(at, load)| {
        let shard = ShardNumber {
            number: at + 1,
            count: loads.len(),
        };
        let (images, amount) = (counted(load.images, Noun::Image), bytes(load.bytes));
        tr!(
            "{shard} {images} with {amount}",
            "{shard} {images}共 {amount}"
        )
    });
    let mut told: Vec<_> = each.collect();
    let more = loads.len().saturating_sub(TOLD);
    if more > 0 {
        told.push(tr!("{more} more", "另外 {more} 个"));
    }
    tr!("Shards: {}.", "分片：{}。", clauses(&told))
}
