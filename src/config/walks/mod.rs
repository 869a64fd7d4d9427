//! Where images stand in the files of those who use them: manifests of Kubernetes, Compose files, values of Helm,
//! kustomizations, Dockerfiles.
//!
//! `import` takes the images from there, `rewrite` puts others in their place; both find them by the walks here.
//!
//! | file | job |
//! | --- | --- |
//! | `spot`, `walked` | an image and the bytes that it is made of; what was found in a file |
//! | `field`, `variables` | what is written as it is meant, and what has variables with defaults in it |
//! | `documents`, `elsewhere` | a file of YAML or JSON, document by document; what else in it reads like an image |
//! | `uses` | words that an anchor gives to an image and to what is none |
//! | `kubernetes`, `paths`, `well_known` | containers of all kinds, and where other images stand in a kind |
//! | `compose`, `values`, `kustomization`, `build_file` | a form each |

mod build_file;
mod compose;
mod documents;
mod elsewhere;
mod field;
mod kubernetes;
mod kustomization;
mod paths;
mod spot;
mod uses;
mod values;
mod variables;
mod walked;
mod well_known;

use super::diagnostics::Diagnostic;

pub use paths::{ImagePath, ImagePathError};
pub use spot::{Closed, Field, Grown, Kustomized, Piece, Room, Shape, Spot, Table, Written};
pub use walked::Walked;

pub(super) use compose::{is as is_compose, services};
pub(super) use kubernetes::{images as images_of_kubernetes, is as is_kubernetes};
pub(super) use variables::resolve;

/// Finds the images of a file; a byte order mark is gone already.
///
/// # Errors
///
/// It is neither a Dockerfile nor YAML.
#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each file"
)]
pub fn walk(path: &str, text: &str, paths: &[ImagePath]) -> Result<Walked, Diagnostic> {
    if build_file::is(path, text) {
        return Ok(build_file::walk(text));
    }
    documents::walk(path, text, paths)
}
