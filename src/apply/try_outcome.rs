//! Why a try to bring a blob to its target ended, and so whether another may do.

use crate::model::{ErrorCode, Failure, Fault};

use super::chunking::Chunking;

/// Why a try did not bring the blob to its target.
pub(super) enum Ended {
    /// Another try may do.
    Broke(Failure),
    /// The source was silent for long, which says nothing about the target.
    Waited(Failure),
    /// What the target got is not the blob; begun anew it may be.
    Spoilt(Failure),
    Failed(Failure),
}

/// Tells what the failures of one blob mean. Bytes may suffer on their way, but once.
#[derive(Default)]
pub(super) struct Judge {
    /// Whether the source sent other bytes than it should have.
    read_again: bool,
    /// Whether the target got other bytes than it was sent.
    sent_again: bool,
}

impl Judge {
    /// Tells what a failure of the source means.
    pub(super) fn source_failed(&mut self, failure: Failure) -> Ended {
        let is_other = matches!(
            failure.fault,
            Fault::OtherBytes { .. } | Fault::TooLong { .. }
        );
        // Where it came from a mirror, that says nothing about the source.
        let is_worth_it = failure.is_mended || !std::mem::replace(&mut self.read_again, true);
        if is_other && is_worth_it {
            return Ended::Spoilt(failure);
        }
        Ended::Failed(failure)
    }

    /// Tells what a failure of the target means for a blob that goes out like this.
    pub(super) fn target_failed(&mut self, failure: Failure, chunking: &mut Chunking) -> Ended {
        let is_damaged = matches!(failure.fault, Fault::Damaged(_));
        let may_pass = failure.may_pass() || is_damaged;
        if may_pass || failure.is_mended || is_session_lost(&failure) {
            return Ended::Broke(failure);
        }
        // What went out was the blob.
        let is_other = failure.error_code() == Some(ErrorCode::DigestInvalid);
        if chunking.refused() || is_other && !std::mem::replace(&mut self.sent_again, true) {
            return Ended::Spoilt(failure);
        }
        Ended::Failed(failure)
    }
}

/// Tells whether a registry says that it knows the upload no more, or that it stands elsewhere.
fn is_session_lost(failure: &Failure) -> bool {
    matches!(failure.status(), Some(404 | 409 | 410 | 416))
        || matches!(
            failure.error_code(),
            Some(ErrorCode::BlobUploadUnknown | ErrorCode::BlobUploadInvalid)
        )
}
