//! The commands, each run as a program: exit status, standard output, standard error.
//!
//! Golden texts are in `snapshots/`; `INSTA_UPDATE=always cargo test --test suite cli` writes them
//! anew, to be read before they are committed.

mod acr;
mod apply;
mod attest;
mod canaries;
mod cooldown;
mod declared;
mod demo;
mod diff;
mod doctor;
mod drift;
mod edits;
mod failed;
mod families;
mod files;
mod first_hour;
pub(crate) mod harness;
mod hostile_text;
mod immutable;
mod import_from;
mod init;
mod languages;
mod logins;
mod map;
mod mirrors;
mod names;
mod notices;
mod one_cause;
mod outputs;
mod part;
mod pinned;
mod plan;
mod policy;
mod probe;
mod profiles;
mod proxies;
mod prune_together;
mod rego;
mod rewrite;
mod same_content;
mod saved;
mod saved_files;
mod saved_prune;
mod secrets;
mod shells;
mod show;
mod sizes;
mod standard_input;
mod status;
mod stop;
mod tags;
mod targets;
mod terminal;
mod usage;
mod verify;
