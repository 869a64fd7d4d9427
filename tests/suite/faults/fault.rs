//! What may go wrong with one request.

use pusher::model::RequestKind;

/// One way in which a request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    /// The connection is reset before anything was done.
    ResetBefore,
    /// It arrives, and the connection is reset in the middle of the answer.
    ResetInAnswer,
    /// It is answered, and the connection is reset after that.
    ResetAfter,
    /// It arrives, and nothing comes back.
    AnswerLost,
    /// It arrives twice, and the second answer comes back.
    Twice,
    /// The answer's body ends early, as if that were its end.
    Truncated,
    /// One byte of the answer's body is another.
    Corrupted,
    /// The answer announces more bytes than it has.
    TooLong,
    /// The answer announces fewer bytes than it has.
    TooShort,
    /// The answer names another digest than that of its body, or of what was sent.
    OtherDigest,
    /// The answer names another digest, and there is nothing that it could be compared with.
    MadeUpDigest,
    /// One byte of what is sent is another when it arrives.
    SentCorrupted,
    /// 429, and nothing else.
    TooMany,
    /// 429, and when to come back.
    TooManyForNow,
    /// 500.
    Broken,
    /// 502, as a proxy says it: a page.
    BadGateway,
    /// 503.
    Unavailable,
    /// 504.
    GatewayTimeout,
    /// 401, as if its token had ended.
    Unauthorized,
    /// 401 in the middle of what is sent.
    UnauthorizedInBody,
    /// The upload is gone.
    UploadLost,
    /// The upload is gone, since it was closed: the blob is there.
    UploadClosed,
    /// Nothing is done and nothing is said.
    Stall,
    /// It arrives, and nothing is said.
    StallAfter,
    /// The answer stops in the middle and does not go on.
    StallInAnswer,
    /// The answer comes a few bytes at a time.
    Trickle,
    /// It is pointed to itself for ever.
    RedirectLoop,
    /// 507: no room.
    StorageFull,
}

impl Fault {
    pub(super) const ALL: [Self; 28] = [
        Self::ResetBefore,
        Self::ResetInAnswer,
        Self::ResetAfter,
        Self::AnswerLost,
        Self::Twice,
        Self::Truncated,
        Self::Corrupted,
        Self::TooLong,
        Self::TooShort,
        Self::OtherDigest,
        Self::MadeUpDigest,
        Self::SentCorrupted,
        Self::TooMany,
        Self::TooManyForNow,
        Self::Broken,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
        Self::Unauthorized,
        Self::UnauthorizedInBody,
        Self::UploadLost,
        Self::UploadClosed,
        Self::Stall,
        Self::StallAfter,
        Self::StallInAnswer,
        Self::Trickle,
        Self::RedirectLoop,
        Self::StorageFull,
    ];

    /// Tells whether nothing that a client does can get over it.
    pub(super) fn is_lasting(self) -> bool {
        matches!(self, Self::MadeUpDigest | Self::StorageFull)
    }

    /// Tells whether it has to be waited for.
    pub(super) fn is_slow(self) -> bool {
        matches!(
            self,
            Self::Stall | Self::StallAfter | Self::StallInAnswer | Self::TooManyForNow
        )
    }

    /// Returns of how many requests one meets it where it is played alone. Whoever refuses for the rate is asked
    /// more slowly, and a proxy that refuses whatever the rate is never gets slow enough.
    pub(super) fn alone_one_in(self) -> u64 {
        if self.is_slow() || self == Self::TooMany {
            20
        } else {
            3
        }
    }

    /// Returns how often this is played compared with others: seldom what is slow, often what few requests
    /// can meet.
    pub(super) fn weight(self) -> usize {
        match self {
            _ if self.is_slow() => 1,
            Self::UnauthorizedInBody | Self::UploadLost | Self::UploadClosed => 12,
            _ => 4,
        }
    }

    /// Tells whether this can happen to a request of this kind that sends so many bytes.
    pub(super) fn fits(self, kind: RequestKind, sends: usize) -> bool {
        use RequestKind::{FinishUpload, GetBlob, GetManifest, HeadManifest, PutManifest, Token};
        match self {
            Self::Truncated | Self::Corrupted | Self::TooLong | Self::TooShort => {
                matches!(kind, GetManifest | GetBlob | Token)
            }
            Self::OtherDigest => matches!(kind, GetManifest | PutManifest),
            Self::MadeUpDigest => kind == HeadManifest,
            Self::SentCorrupted => kind == FinishUpload && sends > 0,
            Self::Unauthorized => kind != Token,
            Self::UnauthorizedInBody => kind == FinishUpload && sends > STREAMED,
            Self::UploadLost | Self::UploadClosed => kind == FinishUpload,
            Self::StorageFull => kind.is_write(),
            Self::Twice => kind.is_write() || kind == Token,
            Self::ResetBefore
            | Self::ResetInAnswer
            | Self::ResetAfter
            | Self::AnswerLost
            | Self::TooMany
            | Self::TooManyForNow
            | Self::Broken
            | Self::BadGateway
            | Self::Unavailable
            | Self::GatewayTimeout
            | Self::Stall
            | Self::StallAfter
            | Self::StallInAnswer
            | Self::Trickle
            | Self::RedirectLoop => true,
        }
    }
}

/// What is larger is sent as a stream, and is gone when it was.
pub(super) const STREAMED: usize = 128 * 1024;
