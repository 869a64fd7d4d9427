//! What goes wrong at a stick, as the failures of a run.

use crate::model::{
    Attempt, Descriptor, Digest, Failure, Fault, Operation, Reference, Repository, RequestKind,
    StickFault, Text,
};
use crate::registry::UploadSession;

use super::fault::{StickError, other_bytes, reason};
use super::section::name_of;
use super::uploads::Stopped;

/// Says of which file that is told, and why.
pub(super) fn told(why: StickError) -> (String, Text) {
    match why {
        StickError::Disk { file, why } => (file, reason(&why)),
        StickError::Busy(ref stick) | StickError::Changed(ref stick) => {
            (stick.clone(), Text::of(|| why.to_string()))
        }
        other => ("oci-layout".to_owned(), Text::of(|| other.to_string())),
    }
}

/// Says that a file of a stick cannot be written.
pub(super) fn unwritable(reference: &Reference, file: String, why: Text) -> Failure {
    Failure::of_image(
        reference,
        Fault::Stick(StickFault::Unwritable { file, why }),
    )
}

/// Says that a file of a stick cannot be used.
pub(super) fn broken(reference: &Reference, digest: &Digest, why: Text) -> Failure {
    let file = name_of(digest);
    Failure::of_image(reference, Fault::Stick(StickFault::Broken { file, why }))
}

/// Says that a blob cannot be read.
pub(super) fn unreadable(
    repository: &Repository,
    blob: &Descriptor,
    file: String,
    why: &std::io::Error,
) -> Failure {
    let attempt = Attempt::Blob(repository.clone(), blob.digest.clone());
    let why = reason(why);
    let fault = Fault::Stick(StickFault::Broken { file, why });
    Failure::new(&repository.registry, attempt, fault)
}

/// Says why a blob did not get onto the stick.
pub(super) fn stopped(session: &UploadSession, digest: Option<&Digest>, why: Stopped) -> Failure {
    let repository = session.repository();
    let name = digest.map_or_else(|| repository.name.clone(), Digest::short);
    let operation = Operation::new(
        RequestKind::FinishUpload,
        Text::verbatim(format!("`{name}`")),
    );
    let file = digest.map_or_else(|| "blobs".to_owned(), name_of);
    let fault = match why {
        Stopped::Source => Fault::CutShort,
        Stopped::Disk(why) => Fault::Stick(StickFault::Unwritable {
            file,
            why: reason(&why),
        }),
        Stopped::Pieces => Fault::Stick(StickFault::Unwritable {
            file,
            why: text!("it takes no pieces", "不能分段写"),
        }),
        Stopped::Other(found) => Fault::Damaged(other_bytes(&found)),
    };
    Failure::new(&repository.registry, Attempt::Request(operation), fault)
}
