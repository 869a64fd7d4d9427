//! What a plan costs.

use crate::plan::Cost;
use crate::render::units::{Noun, bytes, clauses, counted};

/// Says what a plan costs; nothing where it copies nothing.
pub fn cost(cost: &Cost) -> Option<String> {
    let Cost {
        is_bound,
        bytes_to_copy,
        bytes_of_images,
        images_of_unknown_size: unknown,
        requests_to_sources,
        requests_to_target,
        pulls: _,
        repositories_to_create,
        repositories,
        repository_limit,
    } = cost;
    let pulled = pulls(cost);
    let requests = requests_to_sources + requests_to_target;
    // Beside another target that reads the same there may be no pull.
    if pulled.is_none() && requests == 0 && *unknown == 0 {
        return None;
    }
    let mut parts = vec![];
    // An image of which anything is known has a manifest to ask for.
    if requests > 0 {
        let amount = bytes(*bytes_to_copy);
        let all = bytes(*bytes_of_images);
        parts.push(match is_bound {
            true => tr!("up to {amount} to copy", "最多传 {amount}"),
            false if amount == all => tr!("{amount} to copy", "要传 {amount}"),
            false => tr!("{amount} of {all} to copy", "要传 {amount}（镜像共 {all}）"),
        });
    }
    if *unknown > 0 {
        let images = counted(*unknown, Noun::Image);
        parts.push(tr!("{images} of unknown size", "{images}大小未知"));
    }
    if requests > 0 && !is_bound {
        let requests = counted(requests, Noun::Request);
        parts.push(tr!("about {requests}", "约 {requests}"));
    }
    parts.extend(pulled);
    if *repositories_to_create > 0 {
        let created = match repositories_to_create {
            1 => tr!("1 new repository", "新建 1 个镜像仓库"),
            count => tr!("{count} new repositories", "新建 {count} 个镜像仓库"),
        };
        parts.push(match repository_limit {
            Some(limit) => tr!(
                "{created} (the images need {repositories} of {limit})",
                "{created}（镜像共需要 {repositories} 个，上限 {limit} 个）"
            ),
            None => created,
        });
    }
    Some(tr!("Cost: {}.", "开销：{}。", clauses(&parts)))
}

fn pulls(cost: &Cost) -> Option<String> {
    let all = counted(cost.pulls.values().sum(), Noun::Pull);
    match cost.pulls.iter().collect::<Vec<_>>()[..] {
        [] => None,
        [(registry, _)] => Some(tr!("{all} from {registry}", "{all}（{registry}）")),
        ref many => {
            let each = many
                .iter()
                .map(|(registry, n)| tr!("{n} from {registry}", "{registry} {n} 次"));
            let each = clauses(&each.collect::<Vec<_>>());
            Some(tr!("{all} ({each})", "{all}（{each}）"))
        }
    }
}
