//! What else reads like an image: arguments, variables of the environment, keys that nobody knows.

use crate::config::node::{Node, Value};
use crate::config::tree::text;
use crate::model::Reference;

use super::field::field;
use super::spot::Field;

/// How long an image can be, with a host before it and a digest behind it.
const LONGEST: usize = 600;

/// Finds every text that could be an image.
pub(super) fn walk(whole: &str, node: &Node, found: &mut Vec<Field>) {
    match &node.value {
        Value::Table(pairs) => pairs
            .iter()
            .for_each(|pair| walk(whole, &pair.value, found)),
        Value::List(items) => items.iter().for_each(|item| walk(whole, item, found)),
        Value::Nothing => {}
        Value::Scalar { .. } => {
            let could_be = |text: &str| text.len() < LONGEST && text.contains([':', '@']);
            if text(node).is_some_and(could_be)
                && let Some(Ok(field)) = field(whole, node)
            {
                found.extend(image(&field));
            }
        }
    }
}

/// Returns the image that a text is, or that stands behind the `=` of an argument.
fn image(field: &Field) -> Option<Field> {
    let at = field.text.find('=').map_or(0, |at| at + 1);
    let text = &field.text[at..];
    let last = text.rsplit('/').next().unwrap_or(text);
    if !last.contains([':', '@']) || text.parse::<Reference>().is_err() {
        return None;
    }
    Some(Field {
        span: field.span.start + at..field.span.end,
        text: text.to_owned(),
        is_plain: field.is_plain,
    })
}
