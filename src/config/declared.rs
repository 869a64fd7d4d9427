//! A declared image: what one line of an image list, or one item of a mirror file, asks for.

use crate::model::Reference;
use crate::plan::{DeclaredAt, Entry, TargetName};
use crate::selection::Selection;

use super::files::Place;
use super::format::Format;
use super::mirror_file::Choices;
use super::name_template::NameTemplate;

/// What one line of an image list, or one item of a mirror file, asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    /// The image as it was written; the flat name depends on that.
    pub(super) written: String,
    /// The image, written out.
    pub(super) source: Reference,
    /// What this very line or item says about the image.
    pub(super) choices: Choices,
    /// Which tags of the repository are meant, where rules choose them: then the image stands for all of them, and the
    /// tags of the source and of a given name mean nothing.
    pub(super) selection: Option<Selection>,
    /// Where the name in the target comes from.
    pub(super) naming: Naming,
    /// How it is written.
    pub(super) form: Form,
    /// Where the image stands.
    pub(super) place: Place,
    /// The same as a line.
    pub(super) origin: DeclaredAt,
}

impl Declared {
    /// Returns what is declared of one tag of the source.
    pub(super) fn with_tag(&self, tag: &str) -> Self {
        let naming = match &self.naming {
            Naming::Flat { platform } => Naming::Flat {
                platform: platform.clone(),
            },
            template @ Naming::Template { .. } => template.clone(),
            Naming::Given { name, place } => Naming::Given {
                name: TargetName {
                    repository: name.repository.clone(),
                    tag: tag.to_owned(),
                },
                place: place.clone(),
            },
        };
        let form = match self.form {
            Form::Table(format) => Form::Tag(format, self.place.span.start),
            form => form,
        };
        Self {
            written: format!("{}:{tag}", self.written),
            form,
            source: Reference::tagged(self.source.repository().clone(), tag),
            selection: None,
            naming,
            ..self.clone()
        }
    }
}

/// Where an image's name in the target comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Naming {
    /// From the image and the others beside it.
    Flat {
        /// The platform as a line of an image list writes it: it goes into the name.
        platform: Option<String>,
    },
    /// From the image, by a template of its own.
    Template {
        /// The template.
        template: NameTemplate,
        /// Where it stands.
        place: Place,
    },
    /// From what is declared.
    Given {
        /// The name.
        name: TargetName,
        /// Where it stands.
        place: Place,
    },
}

/// How an image is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As a line of an image list.
    Line,
    /// As a `FROM` of a Dockerfile.
    From,
    /// As a text in a mirror file.
    Text(Format),
    /// As a table in a mirror file.
    Table(Format),
    /// As one of the tags in a table in a mirror file, whose source begins at this byte.
    Tag(Format, usize),
}

/// An entry with what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolved {
    pub(super) entry: Entry,
    pub(super) declared: Declared,
}

impl Resolved {
    /// Returns where the name in the target comes from: its own place, or the image's.
    pub(super) fn name_place(&self) -> &Place {
        match &self.declared.naming {
            Naming::Given { place, .. } | Naming::Template { place, .. } => place,
            Naming::Flat { .. } => &self.declared.place,
        }
    }
}
