//! Children before the indexes that name them: the order in which a registry takes manifests.

use std::collections::HashMap;

use crate::model::{Digest, Excess, INDEX_LEVELS};

use super::node::{Names, Node};

/// Sorts the manifests of an image, of which the first is the root, so that it is the last and none
/// stands before what it names; otherwise they stand as they are named.
pub(super) fn innermost_first(nodes: Vec<Node>) -> Result<Vec<Node>, Excess> {
    let digests = nodes.iter().map(|node| &node.manifest.descriptor.digest);
    let places: HashMap<&Digest, usize> = digests.clone().zip(0..).collect();
    let mut visit = Visit {
        nodes: &nodes,
        places,
        levels: vec![None; nodes.len()],
        order: Vec::with_capacity(nodes.len()),
    };
    if !nodes.is_empty() {
        visit.node(0, 0)?;
    }
    let order = visit.order;
    let mut nodes: Vec<_> = nodes.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|place| nodes[place].take());
    Ok(in_order.collect())
}

struct Visit<'a> {
    nodes: &'a [Node],
    places: HashMap<&'a Digest, usize>,
    /// How many indexes stand one in another, for each node that was visited.
    levels: Vec<Option<usize>>,
    order: Vec<usize>,
}

impl Visit<'_> {
    /// Visits a node below so many indexes.
    fn node(&mut self, place: usize, above: usize) -> Result<usize, Excess> {
        let levels = if let Some(known) = self.levels[place] {
            known
        } else {
            let levels = self.below(place, above)?;
            self.levels[place] = Some(levels);
            self.order.push(place);
            levels
        };
        if above + levels > INDEX_LEVELS {
            return Err(Excess::Levels);
        }
        Ok(levels)
    }

    fn below(&mut self, place: usize, above: usize) -> Result<usize, Excess> {
        let nodes = self.nodes;
        let Names::Manifests(children) = &nodes[place].names else {
            return Ok(0);
        };
        if above >= INDEX_LEVELS {
            return Err(Excess::Levels);
        }
        let mut deepest = 0;
        for child in children {
            if let Some(place) = self.places.get(child).copied() {
                deepest = deepest.max(self.node(place, above + 1)?);
            }
        }
        Ok(deepest + 1)
    }
}
