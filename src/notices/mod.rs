//! What is told a group of people about a run: one message, as each chat's robot wants it, and what its answer means. Pure.
//!
//! | file | job |
//! | --- | --- |
//! | `service` | the chats that are known, and how an address tells which it is |
//! | `destination` | where messages go, as the environment says it |
//! | `event` | what a message is sent for |
//! | `message` | what is told |
//! | `told` | what a program that goes on for ever has told before |
//! | `lines` | that as lines, made harmless for a dialect and cut at a line where there is no more room |
//! | `sign` | who signs, and how |
//! | `request` | the one request that carries it |
//! | `document` | the form for programs |
//! | `answer` | whether it was taken: the body tells, not the status |

mod answer;
mod destination;
mod document;
mod event;
mod lines;
mod message;
mod request;
mod service;
mod sign;
mod told;

pub use answer::{Refused, judge};
pub use destination::{Destination, Wrong, destinations};
pub use document::schema;
pub use event::{Event, NoEvent, events};
pub use message::{Item, Message, Place};
pub use request::{Request, request};
pub use service::Service;
pub use told::Told;
