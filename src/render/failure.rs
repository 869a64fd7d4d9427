//! The sentences for what went wrong with a registry, and what to do where the way there tells.

use std::fmt;
use std::time::Duration;

use crate::model::{
    Asked, Attempt, ErrorAnswer, Facts, Failure, Fault, Kind, Meaning, Need, NoAnswer, Operation,
    Outage, OutageStage, Part,
};
use crate::plan::{Hit, Role};

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
fn came_of_it(facts: &Facts, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(answer) => answer.fmt(f),
            Self::Paused(left) => {
                write!(f, "it asks for a pause, come back in {}", minutes(*left))
            }
            Self::Login(text) | Self::Protocol(text) | Self::Damaged(text) => f.write_str(text),
            Self::NoAnswer(why) => why.fmt(f),
            Self::TooLong { size } => write!(f, "it sends more than the {size} bytes it should have"),
            Self::CutShort => f.write_str("it ended before its last byte"),
            Self::OtherBytes { found } => write!(f, "it sent other bytes, which have {found}"),
            Self::Manifest { digest, error } => write!(f, "its manifest {digest}: {error}"),
            Self::Lacks(Part::Manifest(digest)) => {
                write!(f, "it names manifest {digest}, which its registry lacks")
            }
            Self::Lacks(Part::Config(digest)) => {
                write!(f, "it names config {digest}, which its registry lacks")
            }
            Self::Lacks(Part::NoManifest { digest, media_type }) => write!(
                f,
                "its index names {digest}, which is not a manifest: its media type is `{media_type}`"
            ),
            Self::OtherSize {
                digest,
                size,
                announced,
            } => write!(
                f,
                "its manifest {digest} has {size} bytes, {announced} are announced"
            ),
            Self::TooMuch(excess) => excess.fmt(f),
            Self::Needed { tag, by } => {
                f.write_str("the registry deletes whole manifests, not tags, and ")?;
                match by {
                    Need::Same => write!(f, "the tag `{tag}` needs this one"),
                    Need::Listed => write!(f, "the index behind the tag `{tag}` needs this one"),
                    Need::Perhaps => {
                        write!(f, "perhaps what the tag `{tag}` points to needs this one")
                    }
                }
            }
            Self::TagsUnknown => f.write_str(
                "the registry deletes whole manifests, not tags, and does not list the tags of this \
                 repository: what else would go cannot be told",
            ),
            Self::CannotDelete => f.write_str("the registry does not delete"),
        }
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            registry,
            stage,
            away,
        } = self;
        match stage {
            OutageStage::Begun {
                fault,
                was_there: true,
                patience,
            } => write!(
                f,
                "{host} is away: {fault}; waiting for it for up to {} (Ctrl-C stops, \
                 `registries.{registry}.patience` says how long)",
                minutes(*patience)
            ),
            OutageStage::Begun {
                fault,
                was_there: false,
                patience,
            } => write!(
                f,
                "{host} has never answered in this run: {fault}; waiting for it for up to {} (Ctrl-C stops; \
                 is this its name?)",
                minutes(*patience)
            ),
            OutageStage::Lasting { patience } => write!(
                f,
                "{host} is still away, waiting for it: {} of {}",
                minutes(*away),
                minutes(*patience)
            ),
            OutageStage::Over => write!(f, "{host} is back after {}", minutes(*away)),
            OutageStage::GivenUp => {
                write!(f, "{host} did not come back in {}", minutes(*away))
            }
        }
    }
}

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

impl fmt::Display for ErrorAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            code,
            message,
            asked,
            meaning,
        } = self;
        match (status, asked) {
            // Docker Hub and others do not tell strangers whether a repository exists.
            (401, Asked::WithToken | Asked::WithStrangersToken) => {
                f.write_str("it does not exist, or you are not allowed to see it (401)")
            }
            (401, Asked::WithLogin) => f.write_str("the login was refused (401)"),
            (401, Asked::Anonymously) => f.write_str("it wants a login (401)"),
            (403, Asked::AnonymouslyDespiteLogin) => f.write_str(
                "not allowed (403), and it did not ask for the login that is configured for it",
            ),
            (403, _) => f.write_str("not allowed (403)"),
            (429, _) if *meaning == Some(Meaning::PullsUsedUp) => {
                f.write_str("its limit on pulls is used up (429)")
            }
            (429, _) => f.write_str("too many requests (429)"),
            _ => write!(f, "it answered {}", status_line(*status)),
        }?;
        if *meaning == Some(Meaning::Page) {
            f.write_str(", with a page for people")?;
        }
        match (code, message) {
            (Some(code), Some(message)) => write!(f, ": {code}: {message}"),
            (Some(text), None) | (None, Some(text)) => write!(f, ": {text}"),
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

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{} s", seconds.max(1)),
        seconds @ ..7200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Returns what a request tries to do, in words that go on with its object.
fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::HeadManifest => "look up manifest",
        Kind::GetManifest => "read manifest",
        Kind::PutManifest => "push manifest",
        Kind::DeleteManifest => "delete manifest",
        Kind::HeadBlob => "look up blob",
        Kind::GetBlob => "read blob",
        Kind::MountBlob => "mount blob",
        Kind::StartUpload => "open an upload to",
        Kind::AppendUpload | Kind::FinishUpload => "upload blob",
        Kind::UploadOffset => "ask for the state of an upload to",
        Kind::CancelUpload => "give up an upload to",
        Kind::ListTags => "list the tags of",
        Kind::ListReferrers => "list the referrers of",
        Kind::Token => "get a token for",
        Kind::Ping => "ask for a login",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_from_its_beginning_to_its_end() {
        let told = |stage, seconds| {
            Outage {
                host: "s.example.com".to_owned(),
                registry: "r.example.com".to_owned(),
                stage,
                away: Duration::from_secs(seconds),
            }
            .to_string()
        };
        let patience = Duration::from_secs(300);
        let begun = |was_there| OutageStage::Begun {
            fault: Fault::NoAnswer(NoAnswer::Refused("connection refused".to_owned())),
            was_there,
            patience,
        };
        for (stage, seconds, expected) in [
            (
                begun(true),
                0,
                "s.example.com is away: no connection (connection refused); waiting for it for up to 5 min \
                 (Ctrl-C stops, `registries.r.example.com.patience` says how long)",
            ),
            (
                begun(false),
                0,
                "s.example.com has never answered in this run: no connection (connection refused); waiting \
                 for it for up to 5 min (Ctrl-C stops; is this its name?)",
            ),
            (
                OutageStage::Lasting { patience },
                30,
                "s.example.com is still away, waiting for it: 30 s of 5 min",
            ),
            (OutageStage::Over, 42, "s.example.com is back after 42 s"),
            (
                OutageStage::GivenUp,
                300,
                "s.example.com did not come back in 5 min",
            ),
        ] {
            assert_eq!(told(stage, seconds), expected);
        }
    }
}
