//! What to do about what Alibaba Cloud's registry refuses: each rule once, with the words of its console.
//!
//! What it answers in which case is from its documentation and from users' reports.

use crate::model::{Asked, Cause, ErrorCode, Failure, Fault, NoAnswer, ProfileLogin, RequestKind};
use crate::plan::Target;

use super::remedy::login_of_target;

/// What one of Alibaba Cloud's registries means by a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The login is none of its own.
    Login,
    /// The RAM user has no password for registries.
    NoPassword,
    /// The namespace is not there, makes no repositories, or is another account's.
    Push,
    /// The namespace is not there, or is another account's.
    Pull,
    /// The name has a form that it does not take.
    Name,
    /// Nobody is at a host of this name.
    Host,
}

/// Says what to do about a failure at the target, where that is one of Alibaba Cloud's and it is known.
pub(super) fn advice(failure: &Failure, target: &Target) -> Option<String> {
    let kind = &target.profile.name;
    if target.profile.login != ProfileLogin::Acr {
        return None;
    }
    let host = &target.registry;
    let namespace = match &target.namespace {
        Some(namespace) => tr!(
            "the namespace (命名空间) `{namespace}`",
            "命名空间 `{namespace}`"
        ),
        None => tr!(
            "the namespace (命名空间) of the image",
            "镜像名里的命名空间"
        ),
    };
    let login = || login_of_target(host);
    Some(match refusal(failure)? {
        Refusal::Login if is_shared_host(host) => tr!(
            "check {}: it takes the fixed password (固定密码) that is set at 访问凭证 in its console, not that of \
             the Aliyun account, nor a temporary one, which ends after an hour; a newer instance has a host of \
             its own, `{NEWER_HOST}`, which stands there, too",
            "检查 {}：要用控制台“访问凭证”里设置的固定密码，不是阿里云账号的登录密码，也不是一小时就失效的临时密码；\
             较新的实例有自己的地址 `{NEWER_HOST}`，也写在那里",
            login()
        ),
        Refusal::Login => tr!(
            "check {}: it takes the fixed password (固定密码) that is set at 访问凭证 in its console, not that of \
             the Aliyun account, nor a temporary one, which ends after an hour; a RAM user has one of their own",
            "检查 {}：要用控制台“访问凭证”里设置的固定密码，不是阿里云账号的登录密码，也不是一小时就失效的临时密码；\
             RAM 用户有自己的固定密码",
            login()
        ),
        Refusal::NoPassword => tr!(
            "log in to the console as this RAM user, and set a fixed password (固定密码) at 访问凭证: a RAM user \
             has none before that",
            "用这个 RAM 用户登录控制台，在“访问凭证”里设置固定密码：设置之前 RAM 用户没有密码"
        ),
        Refusal::Push => tr!(
            "check in the console of {host} that {namespace} exists, that 自动创建仓库 (create repositories at \
             a push) is on for it, and that the account may push there",
            "到 {host} 的控制台里看有没有{namespace}，它的“自动创建仓库”开没开，账号有没有推送权限"
        ),
        Refusal::Pull => tr!(
            "check in the console of {host} that {namespace} exists, and that the account may pull there",
            "到 {host} 的控制台里看有没有{namespace}，账号有没有拉取权限"
        ),
        Refusal::Name => match target.profile.name_levels {
            Some(1) => tr!(
                "{kind} takes one level below the namespace, of lower-case letters, digits, `.`, `_` and `-`: give \
                 the image a name with `target:` in `mirror.yaml`",
                "{kind} 的命名空间下面只有一级，由小写字母、数字、`.`、`_`、`-` 组成：在 `mirror.yaml` 里用 `target:` \
                 给镜像起个名字"
            ),
            _ => tr!(
                "{kind} takes lower-case letters, digits, `.`, `_`, `-` and `/`: give the image a name with \
                 `target:` in `mirror.yaml`",
                "{kind} 的名字由小写字母、数字、`.`、`_`、`-`、`/` 组成：在 `mirror.yaml` 里用 `target:` 给镜像起个名字"
            ),
        },
        Refusal::Host => tr!(
            "check the host name `{host}`: it stands at 访问凭证 in the console, such as \
             `registry.cn-hangzhou.aliyuncs.com`, for a newer instance `{NEWER_HOST}`, for the Enterprise Edition \
             `<name>-registry.<region>.cr.aliyuncs.com`",
            "检查域名 `{host}`：控制台的“访问凭证”里写着，例如 `registry.cn-hangzhou.aliyuncs.com`，较新的实例是 \
             `{NEWER_HOST}`，企业版是 `<name>-registry.<region>.cr.aliyuncs.com`"
        ),
    })
}

/// The form of the hosts of newer instances of the Personal Edition.
const NEWER_HOST: &str = "crpi-<id>.<region>.personal.cr.aliyuncs.com";

/// Says where the target's login is set, with what it is where that is known.
pub(in crate::render) fn set_login(target: &Target) -> String {
    let host = &target.registry;
    let place = login_of_target(host);
    match target.profile.login {
        ProfileLogin::None => tr!("set {place}", "设置 {place}"),
        ProfileLogin::Acr => tr!(
            "set {place}: the user name and the fixed password (固定密码) stand at 访问凭证 in the console",
            "设置 {place}：用户名和固定密码在控制台的“访问凭证”里"
        ),
    }
}

fn refusal(failure: &Failure) -> Option<Refusal> {
    let writes = failure.request().is_some_and(RequestKind::is_write);
    let not_allowed = if writes { Refusal::Push } else { Refusal::Pull };
    match &failure.fault {
        Fault::NoAnswer(NoAnswer::UnknownHost(_)) if failure.elsewhere.is_none() => {
            return Some(Refusal::Host);
        }
        Fault::Answered(answer) if answer.code.as_deref() == Some("USER_NOT_EXIST") => {
            return Some(Refusal::NoPassword);
        }
        Fault::Answered(_) => {}
        _ => return None,
    }
    match (failure.cause(), failure.error_code()) {
        (_, Some(ErrorCode::NameInvalid)) => Some(Refusal::Name),
        (Cause::Unauthorized, _) => match failure.answer()?.asked {
            Asked::WithLogin => Some(Refusal::Login),
            Asked::WithToken => Some(not_allowed),
            Asked::Anonymously | Asked::AnonymouslyDespiteLogin | Asked::WithStrangersToken => None,
        },
        (Cause::Denied, _) => Some(not_allowed),
        (Cause::Refused, Some(ErrorCode::NameUnknown)) if writes => Some(Refusal::Push),
        _ => None,
    }
}

/// Tells whether a host is shared by the instances of a region, as those of older ones are.
fn is_shared_host(host: &str) -> bool {
    host.starts_with("registry") && !host.contains(".cr.")
}
