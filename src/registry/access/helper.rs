//! The programs that keep logins: <https://github.com/docker/docker-credential-helpers>.

use std::process::Stdio;

use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::model::{Secret, Text};

use super::Login;

/// The most that an answer may take, in bytes: tokens of clouds have some thousands.
const LONGEST_ANSWER: u64 = 1 << 20;

/// The user name that says that the secret is an identity token.
const TOKEN_USER: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// Returns the file name of a program.
pub(super) fn program(name: &str) -> String {
    format!("docker-credential-{name}")
}

/// Asks a program for the login of a server; none if it knows of none.
///
/// An error says nothing of what it printed, which may hold anything. Dropped, it ends the program.
pub(super) async fn ask(name: &str, server: &str) -> Result<Option<Login>, Text> {
    let program = program(name);
    let mut child = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            text!(
                "`{program}` cannot be run: {error}",
                "`{program}` 运行不了：{error}"
            )
        })?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that always gives the same login need not read which is asked for.
        let _ = stdin.write_all(server.as_bytes()).await;
    }
    let mut text = vec![];
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = stdout.take(LONGEST_ANSWER + 1);
        let read = stdout.read_to_end(&mut text).await;
        read.map_err(|error| {
            text!(
                "`{program}` cannot be read: {error}",
                "`{program}` 的输出读不了：{error}"
            )
        })?;
    }
    if text.len() as u64 > LONGEST_ANSWER {
        return Err(text!(
            "`{program}` answers more than {LONGEST_ANSWER} bytes",
            "`{program}` 的回答超过 {LONGEST_ANSWER} 字节"
        ));
    }
    let status = child.wait().await;
    let status = status.map_err(|error| {
        text!(
            "`{program}` cannot be waited for: {error}",
            "等不到 `{program}` 结束：{error}"
        )
    })?;
    if !status.success() {
        // It says so in words, on stdout (`credentials/error.go`).
        let is_unknown = String::from_utf8_lossy(&text).contains("not found");
        return if is_unknown {
            Ok(None)
        } else {
            Err(text!(
                "`{program}` failed ({status})",
                "`{program}` 失败了（{status}）"
            ))
        };
    }
    let Ok(Answer { username, secret }) = serde_json::from_slice(&text) else {
        return Err(text!(
            "`{program}` does not answer as one that keeps logins",
            "`{program}` 的回答不像存放账号的程序"
        ));
    };
    if secret.is_empty() {
        return Ok(None);
    }
    let secret = Secret::new(secret);
    Ok(Some(if username == TOKEN_USER {
        Login::IdentityToken(secret)
    } else {
        Login::Password {
            username,
            password: secret,
        }
    }))
}
