//! What was tried, and what came of it.

use std::fmt;

use crate::model::{Attempt, Facts, Failure, Operation, RequestKind};
use crate::plan::{Hit, Role};
use crate::render::units::minutes;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { host, attempt, .. } = &**self;
        match attempt {
            Attempt::Request(operation) => write_tr!(
                f,
                "cannot {operation} at `{host}`: ",
                "没能{operation}（`{host}`）："
            ),
            Attempt::Image(image) => write_tr!(f, "{image}: ", "{image}："),
            Attempt::Blob(repository, digest) => write_tr!(
                f,
                "cannot read blob {repository}@{digest}: ",
                "读不了 blob {repository}@{digest}："
            ),
            Attempt::Deletion(tag) => write_tr!(f, "cannot delete {tag}: ", "删不了 {tag}："),
        }?;
        came_of_it(self, f)
    }
}

/// Says what a host did, whatever it was asked for.
pub(in crate::render) fn what_came_of(failure: &Failure) -> String {
    let mut text = String::new();
    // Writing into a `String` cannot fail.
    let _ = came_of_it(failure, &mut text);
    text
}

fn came_of_it(facts: &Facts, f: &mut dyn fmt::Write) -> fmt::Result {
    if let Some(place) = &facts.elsewhere {
        write_tr!(f, "`{place}`, where it points to: ", "它指向的 `{place}`：")?;
    }
    write!(f, "{}", facts.fault)?;
    if facts.tries > 1 {
        write_tr!(f, ", tried {} times", "，试了 {} 次", facts.tries)?;
    }
    if !facts.waited.is_zero() {
        let waited = minutes(facts.waited);
        write_tr!(f, ", waited for it for {waited}", "，等了它 {waited}")?;
    }
    Ok(())
}

/// Says what is in the way of several images, without what each of them was asked for.
impl fmt::Display for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, failure } = self;
        let host = &failure.host;
        match role {
            Role::Source => write_tr!(
                f,
                "the source `{host}` cannot be read: ",
                "读不了源 `{host}`："
            ),
            Role::Referrers => write_tr!(
                f,
                "signatures and other referrers cannot be read at `{host}`: ",
                "读不了 `{host}` 上的签名和其他附属内容："
            ),
            Role::Target => write_tr!(
                f,
                "the target `{host}` cannot be read: ",
                "读不了目标 `{host}`："
            ),
            Role::Run { at_target: true } => {
                write_tr!(f, "at the target `{host}`: ", "在目标 `{host}` 上：")
            }
            Role::Run { at_target: false } => {
                write_tr!(f, "at the source `{host}`: ", "在源 `{host}` 上：")
            }
        }?;
        came_of_it(failure, f)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match self.kind {
            RequestKind::HeadManifest => {
                write_tr!(f, "look up manifest {object}", "查询清单 {object}")
            }
            RequestKind::GetManifest => write_tr!(f, "read manifest {object}", "读清单 {object}"),
            RequestKind::PutManifest => write_tr!(f, "push manifest {object}", "推送清单 {object}"),
            RequestKind::DeleteManifest => {
                write_tr!(f, "delete manifest {object}", "删除清单 {object}")
            }
            RequestKind::HeadBlob => write_tr!(f, "look up blob {object}", "查询 blob {object}"),
            RequestKind::GetBlob => write_tr!(f, "read blob {object}", "读 blob {object}"),
            RequestKind::MountBlob => write_tr!(f, "mount blob {object}", "挂载 blob {object}"),
            RequestKind::StartUpload => {
                write_tr!(f, "open an upload to {object}", "对 {object} 开一个上传")
            }
            RequestKind::AppendUpload | RequestKind::FinishUpload => {
                write_tr!(f, "upload blob {object}", "上传 blob {object}")
            }
            RequestKind::UploadOffset => write_tr!(
                f,
                "ask for the state of an upload to {object}",
                "查询对 {object} 的上传"
            ),
            RequestKind::CancelUpload => {
                write_tr!(f, "give up an upload to {object}", "取消对 {object} 的上传")
            }
            RequestKind::ListTags => {
                write_tr!(f, "list the tags of {object}", "列出 {object} 的标签")
            }
            // Of the host, which is named in any case.
            RequestKind::ListRepositories => {
                write_tr!(f, "list the repositories", "列出镜像仓库")
            }
            RequestKind::ListReferrers => write_tr!(
                f,
                "list the referrers of {object}",
                "列出 {object} 的附属内容"
            ),
            RequestKind::Token => write_tr!(f, "get a token for {object}", "为 {object} 取令牌"),
            RequestKind::Ping => {
                write_tr!(f, "ask for a login {object}", "询问要不要账号{object}")
            }
            RequestKind::SignIn => write_tr!(
                f,
                "get a temporary password for {object}",
                "为 {object} 取临时密码"
            ),
            // To whom is not told.
            RequestKind::Notice => write_tr!(f, "send a message", "发消息"),
        }
    }
}
