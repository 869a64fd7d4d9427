//! Whether an image is signed by whom a rule names: bytes and a rule go in, a verdict comes out.
//!
//! What is signed is the digest that the source has. The cryptography, the certificates and the log of sigstore are a
//! library's (`sigstore-verify`): it asks nobody, and looks at the clock for nothing but to refuse what the log or an
//! authority claims to have seen in the future. When something was signed, the log or an authority's timestamp tells.
//!
//! | file | about |
//! | --- | --- |
//! | `evidence` | what registries hold of signatures, in each of their forms |
//! | `simple` | cosign's older form: a payload, and annotations beside it |
//! | `statement` | the newer one, of GitHub as well: a bundle with a statement in it |
//! | `keys` | what a key alone tells |
//! | `roots`, `certified` | what a certificate tells, and who vouches for it |
//! | `check` | all that is there of one image |

mod certified;
mod check;
mod evidence;
mod keys;
mod roots;
mod simple;
mod statement;

pub use check::Check;
pub use evidence::{BUNDLE_SIZE_LIMIT, Candidate, Evidence, Form, ListedBundle, candidates};
pub use keys::{is_private, read_keys};
pub use roots::read_root;
