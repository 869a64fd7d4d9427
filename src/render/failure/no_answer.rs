//! The way to a registry: no answer came.

use std::fmt;

use crate::model::NoAnswer;

use super::error_status::no_registry;

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownHost(why) => write!(f, "no such host ({why})"),
            Self::PlainHttp => f.write_str("it does not speak TLS"),
            Self::Certificate(why) => write!(f, "its certificate is not trusted ({why})"),
            Self::Proxy(why) => write!(f, "the proxy did not let it through ({why})"),
            Self::Refused(why) | Self::Connect(why) => write!(f, "no connection ({why})"),
            Self::Silence(time) => write!(f, "no byte for {} s", time.as_secs()),
            Self::Slow { least, time } => {
                write!(f, "fewer than {least} bytes came in {} s", time.as_secs())
            }
            Self::Trickle(time) => write!(
                f,
                "its answer came bit by bit, and did not begin in {} s",
                time.as_secs()
            ),
            Self::Head(why) => write!(f, "the head of its answer cannot be read ({why})"),
            Self::Broken(why) => write!(f, "the connection broke ({why})"),
            Self::Unread => f.write_str("it closed the connection before it read the request"),
            Self::Body(why) | Self::Setup(why) => f.write_str(why),
        }
    }
}

/// Says what to do about it; what a setting is named after is `host`, what did not answer `place`.
pub(super) fn advice(why: &NoAnswer, host: &str, place: &str) -> Option<String> {
    Some(match why {
        NoAnswer::PlainHttp => format!(
            "if `{place}` has no TLS, and the network to it can be trusted, set \
             `registries.{host}.plain-http: true`"
        ),
        NoAnswer::Certificate(_) => format!(
            "if `{place}` has a certificate of your own authority, name that one's file in \
             `registries.{host}.ca-file`"
        ),
        NoAnswer::Slow { .. } | NoAnswer::Trickle(_) => format!(
            "`{place}` is there, and it or the line to it is too slow: try again later, or with fewer requests \
             at once (`registries.{host}.concurrency: 1`)"
        ),
        NoAnswer::Head(_) => no_registry(place),
        NoAnswer::Proxy(_) => {
            "see `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` in the environment".to_owned()
        }
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
