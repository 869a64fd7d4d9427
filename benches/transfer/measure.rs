//! A program's time, processor time and peak memory.
//!
//! The system counts a child's peak memory from what its parent held at the fork. So this program
//! starts itself once more, small, and that one starts the program to be measured.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use crate::Result;
use crate::tools::Program;

/// The word that makes this program the small one in between.
pub(crate) const COMMAND: &str = "measure-one";

/// For how long a run may last where no case says less.
pub(crate) const PATIENCE: Duration = Duration::from_secs(600);

/// What one run of a program took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// From start to end.
    pub(crate) time: Duration,
    /// Processor time, of its children too.
    pub(crate) cpu: Duration,
    /// The most memory that one of its processes held, in bytes.
    pub(crate) peak: u64,
}

/// Runs a program and measures it; its words go to files in `folder`. An exit status other than 0
/// is an error, and so is a run that takes longer than `patience`.
pub(crate) async fn run(program: &Program, folder: &Path, patience: Duration) -> Result<Usage> {
    let answer = folder.join("usage");
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg(COMMAND)
        .arg(&answer)
        .args(["timeout", &patience.as_secs().to_string()])
        .args(&program.words)
        .envs(
            program
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(File::create(folder.join("stdout"))?)
        .stderr(File::create(folder.join("stderr"))?);
    let begun = Instant::now();
    let status = tokio::task::spawn_blocking(move || command.status()).await??;
    if !status.success() {
        let said = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
        let (stdout, stderr) = (said("stdout"), said("stderr"));
        let lines: Vec<&str> = stdout.lines().chain(stderr.lines()).collect();
        let last = lines[lines.len().saturating_sub(20)..].join("\n");
        let name = program.words.first().map(|word| word.to_string_lossy());
        let (name, limit) = (name.unwrap_or_default(), patience.as_secs());
        return Err(if begun.elapsed() >= patience {
            format!("`{name}` was stopped after {limit} s").into()
        } else {
            format!("`{name}` ended with {status}:\n{last}").into()
        });
    }
    let numbers: Vec<u64> = fs::read_to_string(answer)?
        .split_whitespace()
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()?;
    let [time, cpu, peak] = numbers[..] else {
        return Err("the measuring process wrote something else than three numbers".into());
    };
    Ok(Usage {
        time: Duration::from_micros(time),
        cpu: Duration::from_micros(cpu),
        peak,
    })
}

/// The small one in between: takes a file for the answer, and a program with its arguments.
pub(crate) fn inside(arguments: &[OsString]) -> ExitCode {
    let [answer, program, rest @ ..] = arguments else {
        return ExitCode::FAILURE;
    };
    let begun = Instant::now();
    let ended = Command::new(program)
        .args(rest)
        .spawn()
        .and_then(|mut child| child.wait4());
    let time = begun.elapsed();
    let Ok(ended) = ended else {
        return ExitCode::FAILURE;
    };
    let cpu = ended.rusage.utime + ended.rusage.stime;
    let peak = ended.rusage.maxrss;
    let numbers = format!("{} {} {peak}", time.as_micros(), cpu.as_micros());
    if fs::write(answer, numbers).is_ok() && ended.status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
