//! Instructions that the hot loops take, counted by valgrind: the same on a busy machine.
//!
//! ```text
//! cargo bench --bench instructions
//! ```
//!
//! This program starts itself under `valgrind --tool=callgrind`, twice for each case: once to
//! prepare everything and do nothing, once to prepare and do it. The difference is the case.

mod cases;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use cases::Case;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The word that makes this program do one case.
const COMMAND: &str = "do-one";

fn main() -> ExitCode {
    // Cargo adds `--bench` of its own accord.
    let typed: Vec<String> = std::env::args().filter(|word| word != "--bench").collect();
    let done = match typed.get(1..) {
        Some([command, name, times]) if command == COMMAND => do_one(name, times),
        _ => count_all(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn do_one(name: &str, times: &str) -> Result<()> {
    let case = Case::ALL.into_iter().find(|case| case.name() == name);
    let case = case.ok_or_else(|| format!("no case is called `{name}`"))?;
    case.run(times.parse()?)
}

fn count_all() -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let mut stdout = std::io::stdout().lock();
    writeln!(
        stdout,
        "| case | instructions | each |\n| --- | --- | --- |"
    )?;
    for case in Case::ALL {
        let idle = count(case, 0, folder.path())?;
        let instructions = count(case, 1, folder.path())?.saturating_sub(idle);
        let each = instructions / case.items();
        let (name, words) = (case.name(), case.words());
        writeln!(stdout, "| {name}: {words} | {instructions} | {each} |")?;
    }
    Ok(())
}

/// Counts what this program takes to do a case so many times.
fn count(case: Case, times: usize, folder: &Path) -> Result<u64> {
    let out = folder.join("counts");
    let status = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe()?)
        .args([COMMAND, case.name(), &times.to_string()])
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("`valgrind` does not start: {error}"))?;
    if !status.success() {
        return Err(format!("`{}` under valgrind ended with {status}", case.name()).into());
    }
    let counts = std::fs::read_to_string(out)?;
    let summary = counts
        .lines()
        .find_map(|line| line.strip_prefix("summary: "))
        .ok_or("valgrind wrote no summary")?;
    Ok(summary.trim().parse()?)
}
