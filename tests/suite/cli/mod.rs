//! The commands, each run as a program.

mod harness;
