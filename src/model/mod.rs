//! The words of the field, each parsed once into a checked type. Pure.

pub mod digest;

pub use digest::{Algorithm, Digest, DigestError};
