//! An answer that is an error.

use std::fmt;

use crate::model::{Asked, ErrorAnswer, LoginOrigin, Meaning};

impl fmt::Display for ErrorAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            code,
            message,
            asked,
            meaning,
            login,
        } = self;
        match (status, asked) {
            // Docker Hub and others do not tell strangers whether a repository exists.
            (401, Asked::WithToken | Asked::WithStrangersToken) => match login {
                Some(login) => write_tr!(
                    f,
                    "it does not exist, or the login from {login} is not allowed to see it (401)",
                    "它不存在，或者来自 {login} 的账号无权查看（401）"
                ),
                None => write_tr!(
                    f,
                    "it does not exist, or you are not allowed to see it (401)",
                    "它不存在，或者你无权查看（401）"
                ),
            },
            (401, Asked::WithLogin) => match login {
                Some(login) => write_tr!(
                    f,
                    "the login from {login} was refused (401)",
                    "来自 {login} 的账号被拒绝（401）"
                ),
                None => write_tr!(f, "the login was refused (401)", "账号被拒绝（401）"),
            },
            (401, Asked::Anonymously) => {
                write_tr!(f, "it wants a login (401)", "它要账号（401）")
            }
            (403, Asked::AnonymouslyDespiteLogin) => write_tr!(
                f,
                "not allowed (403), and it did not ask for the login that is configured for it",
                "没有权限（403），而且它没有要为它配置的账号"
            ),
            (403, _) => match login {
                Some(login) => write_tr!(
                    f,
                    "the login from {login} is not allowed to (403)",
                    "来自 {login} 的账号没有权限（403）"
                ),
                None => write_tr!(f, "not allowed (403)", "没有权限（403）"),
            },
            (429, _) if *meaning == Some(Meaning::PullsUsedUp) => write_tr!(
                f,
                "its limit on pulls is used up (429)",
                "它的拉取次数用完了（429）"
            ),
            (429, _) => write_tr!(f, "too many requests (429)", "请求太多（429）"),
            _ => {
                let status = status_line(*status);
                write_tr!(f, "it answered {status}", "它回答 {status}")
            }
        }?;
        if *meaning == Some(Meaning::HtmlPage) {
            write_tr!(f, ", with a page for people", "，是一个给人看的网页")?;
        }
        match (code, message) {
            (Some(code), Some(message)) => {
                write_tr!(f, ": {code}: {message}", "：{code}: {message}")
            }
            (Some(text), None) | (None, Some(text)) => write_tr!(f, ": {text}", "：{text}"),
            (None, None) => Ok(()),
        }
    }
}

/// Returns a status with its name, where it has one.
fn status_line(status: u16) -> String {
    let known = http::StatusCode::from_u16(status).ok();
    let name = known.and_then(|status| status.canonical_reason());
    name.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

/// Says what to do about it, whatever was asked.
pub(super) fn advice(answer: &ErrorAnswer, host: &str, place: &str) -> Option<String> {
    let Some(meaning) = answer.meaning else {
        let is_acrs = matches!(answer.login.as_deref(), Some(LoginOrigin::Acr(_)));
        if is_acrs && matches!(answer.status, 401 | 403) {
            return Some(tr!(
                "check in RAM that whoever asks may `cr:PullRepository` there, and for an apply \
                 `cr:PushRepository` and `cr:CreateRepository` (docs/acr.md has the policies)",
                "到 RAM 里看来者有没有 `cr:PullRepository` 权限，`apply` 还要 `cr:PushRepository` 和 \
                 `cr:CreateRepository`（策略见 docs/zh/acr.md）"
            ));
        }
        return (answer.asked == Asked::AnonymouslyDespiteLogin).then(|| unasked_login(host));
    };
    match meaning {
        Meaning::WantsTls => Some(tr!(
            "`{host}` speaks https: set `registries.{host}.plain-http: false`",
            "`{host}` 用的是 https：设置 `registries.{host}.plain-http: false`"
        )),
        Meaning::ImagesOnly => Some(tr!(
            "the registry takes images alone: set `profile: acr-personal` under `target` in `mirror.yaml`, and what \
             it refuses is left out",
            "这个仓库只收镜像：在 `mirror.yaml` 的 `target` 里设置 `profile: acr-personal`，它不收的就会去掉"
        )),
        Meaning::HtmlPage => Some(no_registry(place)),
        Meaning::PullsUsedUp => None,
    }
}

/// Says what to do where there is a login that the registry never asked for: to log in is no advice.
pub(in crate::render) fn unasked_login(host: &str) -> String {
    tr!(
        "check the spelling of the name and of the tag; what is private at `{host}` can be had only when \
         it asks for the login (401): see its settings, or those of a proxy before it",
        "检查名字和标签有没有写错；`{host}` 上私有的内容，要它来要账号（401）才拿得到：看它的设置，或者它前面代理的设置"
    )
}

/// Says what to do about an answer that is no registry's.
pub(super) fn no_registry(place: &str) -> String {
    tr!(
        "check that `{place}` is a container registry, and that no proxy answers in its place",
        "检查 `{place}` 是不是镜像仓库的地址，是不是有代理在替它回答"
    )
}
