//! A stick: an OCI image layout in the place of the target or of the sources, where no network is.
//!
//! | file | job |
//! | --- | --- |
//! | `layout` | the texts of a layout: `oci-layout`, `index.json`, and what this program adds to them |
//! | `fault` | why a stick cannot be used |
//! | `failures` | the same as failures of a run |
//! | `section` | what the files of a layout are called, and their bytes |
//! | `folder` | a layout that is a folder; nothing outside of it is read or written |
//! | `parts` | one file, or several that are read and written as one |
//! | `tape` | a layout that is a tar |
//! | `store` | the files of a layout, whatever form it has |
//! | `stream` | the bytes of a blob as they come |
//! | `contents` | which images of a layout are whole |
//! | `state` | what is on a stick, and what of it is whole |
//! | `filling` | a stick in the target's place: it takes what a registry would |
//! | `ending` | what is written when all of a run is done |
//! | `uploads` | blobs on their way onto a stick |
//! | `given` | sticks in the sources' place |
//! | `check` | whether sticks carry all that plans copy |
//! | `answers` | what sources said, so that the other side hears the same |
//! | `fuzzing` | the readers of texts, for the fuzzer alone |
//! | `ends` | the registries of a run, with a stick for one side |
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

mod answers;
mod check;
mod contents;
mod ending;
mod ends;
mod failures;
mod fault;
mod filling;
mod folder;
#[cfg(fuzzing)]
pub mod fuzzing;
mod given;
mod layout;
mod parts;
mod section;
mod state;
mod store;
mod stream;
mod tape;
mod uploads;

pub use check::Lack;
pub use ending::Written;
pub use ends::Ends;
pub use fault::StickError;
pub use filling::Filling;
pub use given::Given;
pub use store::is_tar;
