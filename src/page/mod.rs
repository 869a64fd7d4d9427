//! One page that shows a mirror to whoever pulls from it: a single file that asks for nothing else. Pure.
//!
//! Plans told as drift, what is known of the images, and what earlier runs kept go in; a text goes out. All that comes
//! from outside is data in it, which the page's own script shows as text and never reads as HTML; no other script, no
//! style and no address is let in. What failed at a registry, and what breaks a rule, is told in this folder's own few
//! words: sentences for who runs the mirror may name what is not for everyone.
//!
//! | file | job |
//! | --- | --- |
//! | `state` | what an image can be, as it is shown and filtered by |
//! | [`image`] | what is told of an image |
//! | `told`, `unread` | what is said about that, in sentences |
//! | `place` | where something is declared, without a path of the machine |
//! | [`history`], `kept` | what earlier runs kept: the files they left, and what they copied when |
//! | `document` | all of it as JSON |
//! | `words` | the words of the page |
//! | [`html`] | the file: what is around the JSON, and what keeps everything in its place |

mod document;
pub mod history;
pub mod html;
pub mod image;
mod kept;
mod place;
mod state;
mod told;
mod unread;
mod words;

use chrono::{DateTime, Utc};

use crate::model::Text;
use crate::plan::Target;

pub use history::{History, Record};
pub use html::write;
pub use image::{Image, Known, held, images};
pub use kept::read;
pub use state::State;

/// What a page shows.
#[derive(Debug)]
pub struct Page {
    /// When it was made.
    pub made: DateTime<Utc>,
    /// From which commit of the files, where that is known.
    pub commit: Option<String>,
    /// The targets, each with its images.
    pub targets: Vec<OfTarget>,
    /// What earlier runs copied.
    pub history: History,
    /// What is to be told of the page itself.
    pub told: Vec<Text>,
}

impl Page {
    /// Returns how many images there are of each kind that there is, with what the page calls it. An image counts
    /// wherever it is one: one that is in place can have moved upstream.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let images = || self.targets.iter().flat_map(|of| &of.images);
        let each = state::GROUPS.iter().map(|(group, of)| {
            let is_one = |image: &&Image| image.states.iter().any(|state| of.contains(state));
            (words::group(group), images().filter(is_one).count())
        });
        each.filter(|(_, count)| *count > 0).collect()
    }
}

/// What a page shows of a target.
#[derive(Debug)]
pub struct OfTarget {
    /// The target.
    pub target: Target,
    /// Its images, in the order of the files.
    pub images: Vec<Image>,
}
