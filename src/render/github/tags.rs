//! What was made of the tags of a repository, as an annotation.

use std::fmt;

use crate::render::inputs::{Found, Tagged};
use crate::render::units::{Noun, counted};
use crate::render::words::selection as words;

use super::annotations::{Annotation, Level, write};

/// Writes how many tags are meant, or there, or why none is.
pub fn tags(tagged: &Tagged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let (level, message, hint) = match tagged.found {
        Found::Survey(survey) => {
            let all = counted(survey.listed, Noun::Tag);
            (Level::Notice, all, words::offered(survey))
        }
        Found::Selected(Ok(chosen)) => {
            let count = counted(chosen.tags.len(), Noun::Tag);
            (Level::Notice, count, None)
        }
        Found::Selected(Err(refused)) => {
            let hint = words::refusal_hint(&refused.why);
            (Level::Error, words::refusal(refused), hint)
        }
    };
    let found = Annotation {
        level,
        at: None,
        title: tagged.repository.to_string(),
        message,
        hint,
    };
    write(&[found], out)
}
