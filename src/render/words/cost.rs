//! What a plan costs.

use crate::plan::Cost;
use crate::render::units::{bytes, counted};

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
    let pulled = pulls(cost)?;
    let requests = requests_to_sources + requests_to_target;
    let mut parts = vec![];
    // An image of which anything is known has a manifest to ask for.
    if requests > 0 {
        let amount = bytes(*bytes_to_copy);
        let all = bytes(*bytes_of_images);
        parts.push(match is_bound {
            true => format!("up to {amount} to copy"),
            false if amount == all => format!("{amount} to copy"),
            false => format!("{amount} of {all} to copy"),
        });
    }
    if *unknown > 0 {
        parts.push(format!("{} of unknown size", counted(*unknown, "image")));
    }
    if requests > 0 && !is_bound {
        parts.push(format!("about {}", counted(requests, "request")));
    }
    parts.push(pulled);
    if *repositories_to_create > 0 {
        let created = match repositories_to_create {
            1 => "1 new repository".to_owned(),
            count => format!("{count} new repositories"),
        };
        parts.push(match repository_limit {
            Some(limit) => format!("{created} (the images need {repositories} of {limit})"),
            None => created,
        });
    }
    Some(format!("Cost: {}.", parts.join(", ")))
}

fn pulls(cost: &Cost) -> Option<String> {
    let all = counted(cost.pulls.values().sum(), "pull");
    match cost.pulls.iter().collect::<Vec<_>>()[..] {
        [] => None,
        [(registry, _)] => Some(format!("{all} from {registry}")),
        ref many => {
            let each = many
                .iter()
                .map(|(registry, n)| format!("{n} from {registry}"));
            Some(format!("{all} ({})", each.collect::<Vec<_>>().join(", ")))
        }
    }
}
