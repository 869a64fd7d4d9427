//! The lock: what is written, what is read back, what is refused.

mod command;
mod merged;
mod owner;
mod recipe;
mod text;
