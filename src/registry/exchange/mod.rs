//! One request and its answer.
//!
//! | file | job |
//! | --- | --- |
//! | `call` | what a request is, and what comes back |
//! | `try_once` | one try: the request, its redirects, its answer |
//! | `outgoing`, `incoming` | a body on its way out, and on its way in |
//! | `answer` | answers read to their end, handed on, or turned into failures |
//! | `error_body` | what registries say with an error status |

pub(super) mod answer;
pub(super) mod call;
pub(super) mod error_body;
pub(super) mod incoming;
pub(super) mod outgoing;
pub(super) mod try_once;
