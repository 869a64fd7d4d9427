//! `pusher` against its peers, between two registries on this machine.
//!
//! ```text
//! cargo bench --bench transfer                        everything, as in docs/benchmarks.md
//! cargo bench --bench transfer -- --case no-op-rtt    one case
//! cargo test --bench transfer -- --quick              small numbers: does the harness work?
//! ```
//!
//! | file | job |
//! | --- | --- |
//! | `arguments` | what can be typed |
//! | `cases` | what is measured, on what |
//! | `contest` | the tools of a case, interleaved, round by round |
//! | `standing` | what came of one tool |
//! | `tools` | how each tool is told to do the job; the floor: as many pairs of `curl` as there are blobs |
//! | `hosts` | ten thousand entries of many hosts |
//! | `made_up` | cases on registries inside this process: one huge layer |
//! | `identity`, `login` | the certificate of registries with TLS; who gets tokens, and where |
//! | `breaks` | a thin way on which connections break, and what they cost |
//! | `scale` | ever more images, and a list of a million lines |
//! | `images` | the images, and how they come into a registry |
//! | `registry` | CNCF distribution, a process and a folder each |
//! | `way` | the way to a registry: `proxy` makes it longer and thinner, `gate` answers 429 |
//! | `measure` | a program's time, processor time and peak memory |
//! | `machine`, `table` | what it ran on, and what is printed |

mod arguments;
mod breaks;
mod cases;
mod contest;
mod gate;
mod hosts;
mod identity;
mod images;
mod login;
mod machine;
mod made_up;
mod measure;
mod proxy;
mod registry;
mod scale;
mod standing;
mod table;
mod tools;
mod way;

// The tests have these too.
#[allow(
    clippy::unwrap_used,
    reason = "a way that can't be opened ends the run"
)]
#[path = "../../tests/suite/support/cutting_proxy.rs"]
mod cutting_proxy;
#[allow(
    clippy::unwrap_used,
    reason = "a server that can't be started ends the run"
)]
#[path = "../../tests/suite/support/token_server.rs"]
mod token_server;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

/// What can go wrong is told, and ends the run.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    // Cargo adds `--bench` of its own accord.
    let mut typed: Vec<_> = std::env::args_os()
        .filter(|word| word != "--bench")
        .collect();
    if typed.get(1).is_some_and(|word| word == measure::COMMAND) {
        return measure::inside(&typed.split_off(2));
    }
    let arguments = arguments::Arguments::parse_from(typed);
    let ran = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(cases::run(&arguments)));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
