//! How the images of a map stand in the mirror, as its registry says.

use crate::model::{Descriptor, Digest, Failure};
use crate::plan::{Absence, Observation};

use super::map::Mapping;

/// How an image stands in the mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there, as it is locked where it is.
    There(Digest),
    /// Its name is there, and is another image than is locked.
    Differs(Digest),
    /// The registry says that it does not have it.
    Missing(Absence),
    /// The registry did not say.
    Unreadable(Failure),
}

/// How many images stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundCounts {
    /// See [`Found::There`].
    pub there: usize,
    /// See [`Found::Differs`].
    pub differs: usize,
    /// See [`Found::Missing`].
    pub missing: usize,
    /// See [`Found::Unreadable`].
    pub unreadable: usize,
}

impl Found {
    /// Judges what the registry said of an image's name.
    pub fn of(image: &Mapping, said: &Observation<Descriptor>) -> Self {
        match said {
            Observation::Absent(absence) => Self::Missing(*absence),
            Observation::Unreadable(why) => Self::Unreadable(why.clone()),
            Observation::Present(found) => {
                let is_other = image.held().is_some_and(|held| held.digest != found.digest);
                let digest = found.digest.clone();
                if is_other {
                    Self::Differs(digest)
                } else {
                    Self::There(digest)
                }
            }
        }
    }

    /// Returns what its name stands for, where that is known.
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::There(digest) | Self::Differs(digest) => Some(digest),
            Self::Missing(_) | Self::Unreadable(_) => None,
        }
    }
}

impl FoundCounts {
    /// Counts how many stand how.
    pub fn of<'f>(found: impl IntoIterator<Item = &'f Found>) -> Self {
        let mut counts = Self::default();
        for one in found {
            let count = match one {
                Found::There(_) => &mut counts.there,
                Found::Differs(_) => &mut counts.differs,
                Found::Missing(_) => &mut counts.missing,
                Found::Unreadable(_) => &mut counts.unreadable,
            };
            *count += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{desired, digest, locked, map};
    use super::*;
    use crate::model::media_type;

    #[test]
    fn what_is_there_is_held_against_the_lock() {
        let desired = desired(&[("a:1", "a:1", "all"), ("b:1", "b:1", "all")]);
        let map = map(&locked(desired, "a:1", "index", "child"));
        let present = |content: &str| {
            Observation::Present(Descriptor {
                media_type: media_type::OCI_INDEX.to_owned(),
                digest: digest(content),
                size: 1,
            })
        };
        let [a, b] = &map.images[..] else {
            panic!("{map:?}");
        };
        assert_eq!(
            Found::of(a, &present("child")),
            Found::There(digest("child"))
        );
        assert_eq!(
            Found::of(a, &present("index")),
            Found::Differs(digest("index"))
        );
        // Whatever it is, nobody said what it should be.
        assert_eq!(Found::of(b, &present("any")), Found::There(digest("any")));
        let absent = Observation::Absent(Absence::Plain);
        assert_eq!(Found::of(b, &absent), Found::Missing(Absence::Plain));
    }
}
