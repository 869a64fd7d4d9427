//! What is told of a registry that did not say what it has: that, and no more. The whole sentence may name proxies,
//! addresses and logins, and the page is for everyone.

use crate::model::{Cause, Failure};

/// Says which registry did not say what it has, and of which kind that is.
pub(super) fn unread(failure: &Failure) -> String {
    let host = &failure.host;
    match failure.cause() {
        Cause::Unauthorized => tr!(
            "`{host}` wants a login, or another one",
            "`{host}` 要账号，或者要别的账号"
        ),
        Cause::Denied => tr!("`{host}` does not allow it", "`{host}` 不允许"),
        Cause::RateLimited => tr!("`{host}` asks for fewer requests", "`{host}` 要求减少请求"),
        Cause::Unreachable => tr!("`{host}` was not reached", "连不上 `{host}`"),
        Cause::Server => tr!("`{host}` has a fault of its own", "`{host}` 自己出错了"),
        Cause::Protocol => tr!(
            "`{host}` gave an answer that makes no sense",
            "`{host}` 的回答不合规范"
        ),
        Cause::Refused => tr!("`{host}` refused the question", "`{host}` 拒绝回答"),
    }
}
