//! The one test binary: what crosses the borders between modules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod apply;
mod cli;
mod client;
mod config;
mod deploy;
mod faults;
mod languages;
mod layering;
mod library;
mod lock;
mod mistakes;
mod page;
mod profile_table;
mod profiles;
mod readme;
mod registries;
mod render;
mod rewrite;
mod schemas;
mod selection;
mod story;
mod support;
mod trips;
mod verify;
mod workflows;
