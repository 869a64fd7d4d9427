//! What was tried, and what came of it.

use std::fmt;

use crate::model::{Attempt, Facts, Failure, Operation, RequestKind};
use crate::plan::{Hit, Role};
use crate::render::units::minutes;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { host, attempt, .. } = &**self;
        match attempt {
            Attempt::Request(operation) => {
                write!(f, "cannot {operation} at `{host}`: ")
            }
            Attempt::Image(image) => write!(f, "{image}: "),
            Attempt::Blob(repository, digest) => {
                write!(f, "cannot read blob {repository}@{digest}: ")
            }
            Attempt::Deletion(tag) => write!(f, "cannot delete {tag}: "),
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
        write!(f, "`{place}`, where it points to: ")?;
    }
    write!(f, "{}", facts.fault)?;
    if facts.tries > 1 {
        write!(f, ", tried {} times", facts.tries)?;
    }
    if !facts.waited.is_zero() {
        write!(f, ", waited for it for {}", minutes(facts.waited))?;
    }
    Ok(())
}

/// Says what is in the way of several images, without what each of them was asked for.
impl fmt::Display for Hit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, failure } = self;
        let host = &failure.host;
        match role {
            Role::Source => write!(f, "the source `{host}` cannot be read: "),
            Role::Referrers => write!(
                f,
                "signatures and other referrers cannot be read at `{host}`: "
            ),
            Role::Target => write!(f, "the target `{host}` cannot be read: "),
            Role::Run { at_target: true } => write!(f, "at the target `{host}`: "),
            Role::Run { at_target: false } => write!(f, "at the source `{host}`: "),
        }?;
        came_of_it(failure, f)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", words(self.kind), self.object)
    }
}

/// Returns what a request tries to do, in words that go on with its object.
fn words(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::HeadManifest => "look up manifest",
        RequestKind::GetManifest => "read manifest",
        RequestKind::PutManifest => "push manifest",
        RequestKind::DeleteManifest => "delete manifest",
        RequestKind::HeadBlob => "look up blob",
        RequestKind::GetBlob => "read blob",
        RequestKind::MountBlob => "mount blob",
        RequestKind::StartUpload => "open an upload to",
        RequestKind::AppendUpload | RequestKind::FinishUpload => "upload blob",
        RequestKind::UploadOffset => "ask for the state of an upload to",
        RequestKind::CancelUpload => "give up an upload to",
        RequestKind::ListTags => "list the tags of",
        RequestKind::ListReferrers => "list the referrers of",
        RequestKind::Token => "get a token for",
        RequestKind::Ping => "ask for a login",
        RequestKind::SignIn => "get a temporary password for",
    }
}
