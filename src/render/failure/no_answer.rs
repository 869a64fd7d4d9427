//! The way to a registry: no answer came.

use std::fmt;

use crate::model::NoAnswer;

use super::error_status::no_registry;

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost(why) => write_tr!(f, "no such host ({why})", "没有这个主机（{why}）"),
            Self::PlainHttp => write_tr!(f, "it does not speak TLS", "它不用 TLS"),
            Self::Certificate(why) => write_tr!(
                f,
                "its certificate is not trusted ({why})",
                "它的证书不可信（{why}）"
            ),
            Self::Proxy(why) => write_tr!(
                f,
                "the proxy did not let it through ({why})",
                "代理没有放行（{why}）"
            ),
            Self::Refused(why) | Self::Connect(why) => {
                write_tr!(f, "no connection ({why})", "连不上（{why}）")
            }
            Self::Silence(time) => write_tr!(
                f,
                "no byte for {} s",
                "{} 秒没有收到一个字节",
                time.as_secs()
            ),
            Self::Slow { least, time } => write_tr!(
                f,
                "fewer than {least} bytes came in {} s",
                "{} 秒里收到的不足 {least} 个字节",
                time.as_secs()
            ),
            Self::Trickle(time) => write_tr!(
                f,
                "its answer came bit by bit, and did not begin in {} s",
                "它的回答一点一点地来，{} 秒还没有开始",
                time.as_secs()
            ),
            Self::Head(why) => write_tr!(
                f,
                "the head of its answer cannot be read ({why})",
                "读不懂它的响应头（{why}）"
            ),
            Self::Broken(why) => write_tr!(f, "the connection broke ({why})", "连接断了（{why}）"),
            Self::Unread => write_tr!(
                f,
                "it closed the connection before it read the request",
                "它没有读请求就关了连接"
            ),
            Self::Body(why) | Self::Setup(why) => why.fmt(f),
        }
    }
}

/// Says what to do about it; what a setting is named after is `host`, what did not answer `place`.
pub(super) fn advice(why: &NoAnswer, host: &str, place: &str) -> Option<String> {
    Some(match why {
        NoAnswer::PlainHttp => tr!(
            "if `{place}` has no TLS, and the network to it can be trusted, set \
             `registries.{host}.plain-http: true`",
            "如果 `{place}` 没有 TLS，而到它的网络可信，设置 `registries.{host}.plain-http: true`"
        ),
        NoAnswer::Certificate(_) => tr!(
            "if `{place}` has a certificate of your own authority, name that one's file in \
             `registries.{host}.ca-file`",
            "如果 `{place}` 的证书是你们自己的 CA 发的，在 `registries.{host}.ca-file` 里写上 CA 证书的文件"
        ),
        NoAnswer::Slow { .. } | NoAnswer::Trickle(_) => tr!(
            "`{place}` is there, and it or the line to it is too slow: try again later, or with fewer requests \
             at once (`registries.{host}.concurrency: 1`)",
            "`{place}` 在，但它或者到它的线路太慢：过一会儿再试，或者减少并发请求（`registries.{host}.concurrency: 1`）"
        ),
        NoAnswer::Head(_) => no_registry(place),
        NoAnswer::Proxy(_) => tr!(
            "see `registries.{host}.proxy` in the mirror file, and `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in the \
             environment",
            "看 mirror 文件里的 `registries.{host}.proxy`，以及环境变量 `HTTPS_PROXY`、`HTTP_PROXY`、`NO_PROXY`"
        ),
        NoAnswer::UnknownHost(_)
        | NoAnswer::Refused(_)
        | NoAnswer::Connect(_)
        | NoAnswer::Silence(_)
        | NoAnswer::Broken(_)
        | NoAnswer::Unread
        | NoAnswer::Body(_)
        | NoAnswer::Setup(_) => return None,
    })
}
