//! Runs the program as a user would: in a folder of its own, with an environment of its own.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use chrono::{DateTime, SecondsFormat, TimeDelta};
use pusher::sandbox::{Options, Sandbox};
use tempfile::TempDir;

/// The namespace below which every test mirrors.
pub(crate) const NAMESPACE: &str = "team";

/// A folder with files in it, and the variables that commands run in it see.
pub(crate) struct Place {
    folder: TempDir,
    variables: Vec<(String, String)>,
    /// What is written instead of a text that differs from run to run.
    names: Vec<(String, &'static str)>,
}

/// How a command ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
            names: Vec::new(),
        }
    }

    /// A folder for a mirror into `target`; its files may say `SOURCE` and `TARGET` for the hosts.
    pub(crate) fn between(source: &Sandbox, target: &Sandbox) -> Self {
        Self::empty()
            .naming(source.address(), "SOURCE")
            .naming(target.address(), "TARGET")
            .variable("ALIYUN_REGISTRY", target.address())
            .variable("ALIYUN_NAME_SPACE", NAMESPACE)
    }

    pub(crate) fn naming(mut self, text: &str, name: &'static str) -> Self {
        self.names.push((text.to_owned(), name));
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.write(name, text);
        self
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let mut text = text.to_owned();
        for (real, name) in &self.names {
            text = text.replace(name, real);
        }
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Declares images in a mirror file.
    pub(crate) fn declare(&self, images: &[&str]) {
        let images = images.iter().map(|image| format!("  - {image}\n"));
        let images: String = images.collect();
        let target = format!("target: {{ registry: TARGET, namespace: {NAMESPACE} }}");
        let text = format!("version: 1\n{target}\nimages:\n{images}");
        self.write("mirror.yaml", &text);
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `pusher` with what would be typed after it.
    pub(crate) fn run(&self, typed: &str) -> Ran {
        let mut command = self.command(typed);
        // The registries that it talks to live in this process.
        tokio::task::block_in_place(|| self.ran(&command.output().unwrap()))
    }

    /// Starts `pusher`, to be ended by [`Self::wait`].
    pub(crate) fn start(&self, typed: &str) -> Child {
        let mut command = self.command(typed);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Starts `pusher`, whatever it prints.
    pub(crate) fn start_unheard(&self, typed: &str) -> Child {
        let mut command = self.command(typed);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    pub(crate) fn wait(&self, child: Child) -> Ran {
        tokio::task::block_in_place(|| self.ran(&child.wait_with_output().unwrap()))
    }

    pub(crate) fn command(&self, typed: &str) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_pusher"));
        command.args(typed.split_whitespace());
        command
    }

    /// Runs what would be typed into a shell; `pusher` is there.
    #[cfg(unix)]
    pub(crate) fn shell(&self, script: &str) -> Ran {
        let pusher = env!("CARGO_BIN_EXE_pusher");
        let script = format!("pusher() {{ '{pusher}' \"$@\"; }}\n{script}");
        let mut command = self.program("bash");
        command.args(["-c", &script]);
        tokio::task::block_in_place(|| self.ran(&command.output().unwrap()))
    }

    fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    fn ran(&self, output: &Output) -> Ran {
        let text = |bytes: &[u8]| self.steady(std::str::from_utf8(bytes).unwrap());
        Ran {
            status: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Lets time pass: what the lock has seen, it saw earlier.
    pub(crate) fn hours_pass(&self, hours: i64) {
        let earlier = |line: &str| {
            let (key, seen) = line.split_once(" = ")?;
            let seen = DateTime::parse_from_rfc3339(seen).ok()? - TimeDelta::hours(hours);
            let seen = seen.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true);
            Some(format!("{key} = {seen}"))
        };
        let text = fs::read_to_string(self.path().join("mirror.lock")).unwrap();
        let lines = text.lines();
        let lines: Vec<_> = lines
            .map(|line| earlier(line).unwrap_or_else(|| line.to_owned()))
            .collect();
        self.write("mirror.lock", &(lines.join("\n") + "\n"));
    }

    /// Replaces what differs from run to run: addresses and times.
    pub(crate) fn steady(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (real, name) in &self.names {
            text = text.replace(real, name);
        }
        without_times(&text)
    }
}

impl Ran {
    /// All of it, as one text for a golden test.
    pub(crate) fn whole(&self) -> String {
        let Self {
            status,
            stdout,
            stderr,
        } = self;
        format!("status: {status}\n----- stdout\n{stdout}----- stderr\n{stderr}")
    }
}

/// Replaces every `1.2 s` and `34 ms` by `TIME`.
fn without_times(text: &str) -> String {
    let is_number =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let unit = [" ms", " s", " 毫秒", " 秒"].into_iter().find(|unit| {
            let after = rest[end..].strip_prefix(unit);
            after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        });
        match unit {
            Some(unit) if is_number(&rest[..end]) && !out.ends_with(char::is_alphanumeric) => {
                out.push_str("TIME");
                rest = &rest[end + unit.len()..];
            }
            _ => {
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Replaces every `127.0.0.1:PORT` by `LOOPBACK-1`, `LOOPBACK-2`, in the order of their appearance.
pub(crate) fn without_ports(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut parts = text.split("127.0.0.1:");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        let port = part[..end].to_owned();
        let number = seen
            .iter()
            .position(|known| *known == port)
            .unwrap_or_else(|| {
                seen.push(port);
                seen.len() - 1
            });
        out.push_str("LOOPBACK-");
        out.push_str(&(number + 1).to_string());
        out.push_str(&part[end..]);
    }
    out
}

#[test]
fn only_times_are_replaced() {
    let text = "0.3 s, 12 ms; 0.3 秒，nginx:1.27 s390 sha256:12 3 sources 4 MiB";
    assert_eq!(
        without_times(text),
        "TIME, TIME; TIME，nginx:1.27 s390 sha256:12 3 sources 4 MiB"
    );
}

/// An open registry on either side.
pub(crate) async fn pair() -> (Sandbox, Sandbox) {
    let start = || async { Sandbox::start(Options::default()).await.unwrap() };
    (start().await, start().await)
}
