//! The library for registries (`oci_distribution`) as the second opinion: its client reads what was
//! applied, its types read what ours read.

mod reads;
mod types;
