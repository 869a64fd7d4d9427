//! Mirrors: what is asked for by digest is asked of them first, in order, and of the registry itself only then.
//!
//! A digest proves what it names, wherever it came from. A tag proves nothing: tags, and lists of tags or of
//! referrers, are asked of the registry itself. Each mirror is a host of its own, with a login, limits and outages
//! of its own, and with no patience: there always is another place.
//!
//! | file | job |
//! | --- | --- |
//! | `mirror` | one mirror of a registry: what it was found not to have, and whether it is asked any more |
//! | `standing` | what all registries share that have a mirror in common |
//! | `ask` | which mirrors are asked for something; what their answers mean for them |
//! | `whole` | manifests and small blobs |
//! | `relay` | a blob from one place after the other |
//! | `givers` | who gave the bytes of a blob |

mod ask;
mod givers;
mod mirror;
mod relay;
mod standing;
mod whole;

pub use givers::Givers;
pub(super) use mirror::{Mirror, MirrorMap};
pub(super) use relay::open;
pub(super) use whole::{blob, manifest};
