//! What a file is read for, and how large it may be for that.

use crate::config::FileKind;
use crate::render::units::bytes;

const MIB: u64 = 1024 * 1024;

/// What a file is read as: that decides how large it may be, since it decides what reading it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An image list, or what may be one.
    List,
    /// A mirror file.
    Mirror,
    /// A lock.
    Lock,
    /// A saved plan.
    Plan,
    /// Certificates.
    Certificates,
}

impl Purpose {
    /// Returns what a file that says what to mirror is read as.
    pub fn of(kind: FileKind) -> Self {
        match kind {
            FileKind::List => Self::List,
            FileKind::Yaml | FileKind::Toml => Self::Mirror,
        }
    }

    /// Returns how many bytes it may have. A device may go on for ever.
    pub const fn limit(self) -> u64 {
        match self {
            Self::List | Self::Lock | Self::Plan => 128 * MIB,
            Self::Mirror => 16 * MIB,
            Self::Certificates => 4 * MIB,
        }
    }

    /// Says what is wrong with a file of so many bytes, where that is known, and what to do about it.
    pub fn too_large(self, size: Option<u64>) -> String {
        let (what, advice) = match self {
            Self::List => (
                "an image list",
                "divide it, and let each part be a mirror file's of its own",
            ),
            Self::Mirror => (
                "a mirror file",
                "move its images to image lists, and `include` those",
            ),
            Self::Lock => (
                "a lock",
                "divide the list that it is the lock of, and lock each part",
            ),
            Self::Plan => ("a saved plan", "divide the list that it was made from"),
            Self::Certificates => (
                "a file of certificates",
                "keep only those of who signs for this registry",
            ),
        };
        let limit = bytes(self.limit());
        let size = size.map(bytes).filter(|size| *size != limit);
        let size = size.unwrap_or_else(|| format!("more than {limit}"));
        format!("it has {size}, and {what} has {limit} at most; {advice}")
    }

    /// Says that several files have more together than one of their kind may have.
    pub fn too_much(self) -> String {
        let limit = bytes(self.limit());
        format!(
            "with those before it, it has more than {limit}; divide them between several mirror files"
        )
    }
}
