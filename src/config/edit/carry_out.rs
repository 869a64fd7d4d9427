//! From a wish to what comes of it.

use crate::config::Input;

use super::adding::add;
use super::outcome::{Edited, Refused};
use super::removing::remove;
use super::setting::set;
use super::texts::Texts;
use super::wish::Wish;

/// Returns the files as the wish has them.
///
/// # Errors
///
/// There are mistakes in the files or in the wish, or a file is laid out so that it cannot be edited safely.
pub fn edit(input: &Input<'_>, wish: &Wish<'_>) -> Result<Edited, Refused> {
    let texts = Texts::of(input);
    match *wish {
        Wish::Add { images, keys } => add(texts, images, &keys.once()),
        Wish::Remove { names } => remove(texts, names),
        Wish::Set { name, keys } => set(texts, name, &keys.once()),
    }
}
