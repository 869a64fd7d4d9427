//! Edits of the files: an image more, an image less, other keys of one; comments and layout stay as they are.
//!
//! An edit is made in the text itself, by the places of what the readers found, so that not one byte outside of the
//! changed lines can be another. Libraries that edit were tried: `toml_edit` writes line ends and the mark at the
//! beginning its own way, and of lists over several lines neither it nor `yaml-edit` keeps the layout.
//!
//! What was made is loaded again: it has to declare what was declared before, with exactly the difference that is
//! meant, or nothing comes of it.
//!
//! | file | job |
//! | --- | --- |
//! | `wish`, `outcome`, `called` | what is asked for, what comes of it, what images are called in that |
//! | `carry_out`, `texts` | from one to the other; the files, as they are and as they become |
//! | `adding`, `removing`, `setting` | one wish each |
//! | `names`, `fits`, `same`, `finish` | which image is meant, what a file can say, what counts as the same, the guard |
//! | `list_text`, `mirror_text`, `set_keys` | the edits of a text |
//! | `yaml_text`, `toml_text`, `brackets`, `line`, `words` | where things stand in it, and how words are written |

mod adding;
mod brackets;
mod called;
mod carry_out;
mod finish;
mod fits;
mod line;
mod list_text;
mod mirror_text;
mod names;
mod outcome;
mod removing;
mod same;
mod set_keys;
mod setting;
mod texts;
mod toml_text;
mod wish;
mod words;
mod yaml_text;

pub use called::Names;
pub use carry_out::edit;
pub use outcome::{Edited, Named, News, Refused, Rewritten};
pub use wish::{Keys, Wish};
