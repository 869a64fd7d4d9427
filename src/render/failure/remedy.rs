//! What to do by the kind of cause, and by the side that the registry is on.

use crate::config::{PASSWORD_VARIABLE, USER_VARIABLE};
use crate::model::{Cause, DOCKER_HUB, Failure};
use crate::plan::Target;

/// Says how to log in.
pub(super) fn login(failure: &Failure) -> String {
    let host = &failure.host;
    if failure.is_targets {
        return tr!("set {}", "设置 {}", login_of_target(host));
    }
    tr!(
        "log in with `docker login {host}`, or set `username` and `password` under `registries.{host}` in the \
         mirror file",
        "用 `docker login {host}` 登录，或者在 mirror 文件的 `registries.{host}` 里设置 `username` 和 `password`"
    )
}

/// Says where the target's login is set; goes on after "set" or "check".
pub(super) fn login_of_target(host: &str) -> String {
    tr!(
        "`{USER_VARIABLE}` and `{PASSWORD_VARIABLE}`, or run `docker login {host}`",
        "`{USER_VARIABLE}` 和 `{PASSWORD_VARIABLE}`，或者运行 `docker login {host}`"
    )
}

/// Says what to do at the source.
pub(in crate::render) fn for_source(cause: Cause, host: &str) -> Option<String> {
    Some(match cause {
        Cause::Unauthorized => tr!(
            "check the spelling: a registry may answer so for what does not exist; if the image is private, run \
             `docker login {host}` or set `registries.{host}.username` and `password` in `mirror.yaml`",
            "检查有没有写错：不存在的，仓库也可能这样回答；如果镜像是私有的，运行 `docker login {host}`，或者在 \
             `mirror.yaml` 里设置 `registries.{host}.username` 和 `password`"
        ),
        Cause::Denied => tr!(
            "check the spelling, and that the account used at {host} may pull this image \
             (`docker login {host}`, or `registries.{host}.username` and `password`)",
            "检查有没有写错，{host} 的账号有没有权限拉取这个镜像（`docker login {host}`，或者 \
             `registries.{host}.username` 和 `password`）"
        ),
        Cause::RateLimited if host == DOCKER_HUB => tr!(
            "run `docker login`: an account may pull more than an address without one; or wait, Docker Hub counts \
             pulls over 6 hours",
            "运行 `docker login`：有账号可以拉取更多次；或者等一等，Docker Hub 按 6 小时计"
        ),
        other => return for_host(other, host),
    })
}

/// Says what to do at the target.
pub(super) fn for_target(cause: Cause, target: &Target) -> Option<String> {
    let host = &target.registry;
    Some(match cause {
        Cause::Unauthorized => tr!("check {}", "检查 {}", login_of_target(host)),
        Cause::Denied => match &target.namespace {
            Some(namespace) => tr!(
                "check that `{namespace}` exists at {host} and that the account may pull and push there",
                "检查 {host} 上有没有 `{namespace}`，账号有没有权限在那里拉取和推送"
            ),
            None => tr!(
                "check that the account may pull and push at {host}",
                "检查账号有没有权限在 {host} 上拉取和推送"
            ),
        },
        other => return for_host(other, host),
    })
}

/// Says what to do where it does not matter which side the registry is on.
fn for_host(cause: Cause, host: &str) -> Option<String> {
    Some(match cause {
        Cause::RateLimited => tr!(
            "wait a while, or lower `registries.{host}.concurrency` in `mirror.yaml`",
            "等一等，或者在 `mirror.yaml` 里把 `registries.{host}.concurrency` 调低"
        ),
        Cause::Unreachable if host.contains("-vpc.") || host.contains("-internal.") => tr!(
            "run this inside the region's private network, or use the public host name: `{host}` cannot be reached \
             from elsewhere",
            "在同地域的内网里运行，或者改用公网地址：`{host}` 从别处访问不到"
        ),
        Cause::Unreachable => tr!(
            "check the host name `{host}` and the network; a proxy is taken from `HTTPS_PROXY`",
            "检查域名 `{host}` 和网络；代理取自 `HTTPS_PROXY`"
        ),
        Cause::Server => tr!(
            "try again later: the fault is at {host}",
            "过一会儿再试：是 {host} 那边的问题"
        ),
        Cause::Protocol | Cause::Refused | Cause::Unauthorized | Cause::Denied => return None,
    })
}
