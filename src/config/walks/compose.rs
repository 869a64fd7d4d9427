//! A Compose file: the images of its services.

use crate::config::node::{Node, Pair, Value};
use crate::config::tree::{get, items_of, pairs, text_of};

use super::field::{field, spot};
use super::spot::{Closed, Shape, Spot};
use super::variables::resolve;

pub(in crate::config) fn is(root: &Node) -> bool {
    let is_service = |pair: &Pair| {
        ["image", "build", "extends"]
            .iter()
            .any(|key| get(&pair.value, key).is_some())
    };
    // Values of a chart may have `services` as well, and images that are tables.
    let is_text = |pair: &Pair| {
        let image = get(&pair.value, "image");
        !matches!(
            image.map(|image| &image.value),
            Some(Value::Table(_) | Value::List(_))
        )
    };
    all(root).iter().any(is_service) && all(root).iter().all(is_text)
}

fn all(root: &Node) -> &[Pair] {
    get(root, "services").map_or(&[], pairs)
}

/// Returns the services, each with its image; what is built there has none.
pub(in crate::config) fn services(root: &Node) -> impl Iterator<Item = (&Pair, Option<&Node>)> {
    all(root).iter().map(|service| {
        let is_built = get(&service.value, "build").is_some();
        let image = get(&service.value, "image");
        (service, image.filter(|_| !is_built))
    })
}

pub(super) fn walk(text: &str, root: &Node, spots: &mut Vec<Spot>) {
    for (service, image) in services(root) {
        let platform = text_of(&service.value, "platform");
        let platform = platform.and_then(|written| written.parse().ok());
        let volumes = items_of(&service.value, "volumes").iter();
        let mounted = volumes.filter(|volume| text_of(volume, "type") == Some("image"));
        let mounted = mounted.filter_map(|volume| get(volume, "source"));
        for image in image.into_iter().chain(mounted) {
            spots.extend(with_variables(text, image).map(|spot| spot.on(platform.clone())));
        }
    }
}

/// Takes an image, perhaps with variables in it.
fn with_variables(text: &str, node: &Node) -> Option<Spot> {
    match field(text, node)? {
        Ok(field) if field.text.contains('$') => {
            let found = resolve(&field.text, field.span.start, field.is_plain, &|_| None);
            let closed = || Spot::closed(&field.text, field.span.clone(), Closed::Variable);
            Some(found.map_or_else(closed, |written| Spot {
                shape: Shape::Text(written),
                platform: None,
            }))
        }
        _ => spot(text, node),
    }
}
