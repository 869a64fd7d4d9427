//! Content digests: `algorithm:hex`, as the OCI image specification defines them
//! (`descriptor.md`, section "Digests").

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// How many hexadecimal digits a digest has at least where people read it.
const SHORT: usize = 12;

/// A digest algorithm that the OCI image specification registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-256, the default of every registry.
    Sha256,
    /// SHA-512.
    Sha512,
}

impl Algorithm {
    /// Returns the name that stands before the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn hex_length(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// The digest of some bytes, checked when it is parsed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    algorithm: Algorithm,
    /// Shared, since a run keeps the same digests in many places.
    hex: Arc<str>,
}

impl Digest {
    /// Computes the digest of `bytes`.
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// Computes the SHA-256 digest of `bytes`.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self::of(Algorithm::Sha256, bytes)
    }

    /// Returns the algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the lower-case hexadecimal part.
    pub fn hex(&self) -> &str {
        &self.hex
    }

    /// Returns a form for people: the algorithm and the first hexadecimal digits.
    pub fn short(&self) -> String {
        self.cut(SHORT)
    }

    /// Returns the short forms of two digests that stand beside each other: as long as it takes to
    /// tell them apart.
    pub fn short_pair(one: &Self, other: &Self) -> [String; 2] {
        let pairs = one.hex.bytes().zip(other.hex.bytes());
        let alike = pairs.take_while(|(one, other)| one == other).count();
        let length = if one == other {
            SHORT
        } else {
            SHORT.max(alike + 1)
        };
        [one.cut(length), other.cut(length)]
    }

    fn cut(&self, length: usize) -> String {
        let hex = self.hex.get(..length).unwrap_or(&self.hex);
        format!("{}:{hex}", self.algorithm.as_str())
    }

    /// Tells whether `bytes` have this digest.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        *self == Self::of(self.algorithm, bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.as_str(), self.hex)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

/// Why a text is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The text has no colon.
    #[error("`{0}` is not a digest: write `sha256:` and 64 hexadecimal digits")]
    NoAlgorithm(String),
    /// The algorithm is none that the specification registers.
    #[error("digest algorithm `{0}` is not known: use `sha256` or `sha512`")]
    UnknownAlgorithm(String),
    /// The part after the colon has the wrong length or other characters.
    #[error(
        "a {algorithm} digest has {wanted} lower-case hexadecimal digits, this one has {found}"
    )]
    BadHex {
        /// The algorithm before the colon.
        algorithm: &'static str,
        /// How many digits it should have.
        wanted: usize,
        /// What was found, in words.
        found: String,
    },
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let (name, hex) = text
            .split_once(':')
            .ok_or_else(|| DigestError::NoAlgorithm(text.to_owned()))?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(DigestError::UnknownAlgorithm(name.to_owned())),
        };
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let found = if !hex.bytes().all(is_hex) {
            "other characters".to_owned()
        } else if hex.len() != algorithm.hex_length() {
            hex.len().to_string()
        } else {
            return Ok(Self {
                algorithm,
                hex: hex.into(),
            });
        };
        let (algorithm, wanted) = (algorithm.as_str(), algorithm.hex_length());
        Err(DigestError::BadHex {
            algorithm,
            wanted,
            found,
        })
    }
}

/// Computes a [`Digest`] over bytes that arrive in pieces.
#[derive(Debug, Clone)]
pub enum Hasher {
    /// A running SHA-256.
    Sha256(sha2::Sha256),
    /// A running SHA-512.
    Sha512(sha2::Sha512),
}

impl Hasher {
    /// Starts a digest over nothing.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(sha2::Sha512::new()),
        }
    }

    /// Adds `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// Returns the digest of all that was added.
    pub fn finish(self) -> Digest {
        let (algorithm, hex) = match self {
            Self::Sha256(hasher) => (Algorithm::Sha256, hexadecimal(&hasher.finalize())),
            Self::Sha512(hasher) => (Algorithm::Sha512, hexadecimal(&hasher.finalize())),
        };
        Digest {
            algorithm,
            hex: hex.into(),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_input_has_the_published_digests() {
        let sha256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::sha256(b"").to_string(), sha256);
        assert!(
            Digest::of(Algorithm::Sha512, b"")
                .to_string()
                .starts_with("sha512:cf83e1357eef")
        );
    }

    #[test]
    fn refuses_what_is_not_a_digest() {
        for text in ["", "sha256", "sha256:", "sha256:ABC", "md5:00", "sha256:0"] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
        let upper = format!("sha256:{}", "A".repeat(64));
        assert!(
            upper
                .parse::<Digest>()
                .unwrap_err()
                .to_string()
                .contains("other characters")
        );
    }

    #[test]
    fn round_trips() {
        let digest = Digest::sha256(b"x");
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        assert_eq!(digest.short().len(), "sha256:".len() + 12);
    }

    #[test]
    fn two_digests_are_cut_where_they_differ() {
        let digest = |start: &str| -> Digest {
            format!("sha256:{start}{}", "0".repeat(64 - start.len()))
                .parse()
                .unwrap()
        };
        let (one, near, far) = (digest(""), digest("00000000000000000001"), digest("1"));
        assert_eq!(
            Digest::short_pair(&one, &far),
            ["sha256:000000000000", "sha256:100000000000"]
        );
        assert_eq!(
            Digest::short_pair(&near, &one),
            ["sha256:00000000000000000001", "sha256:00000000000000000000"]
        );
        assert_eq!(Digest::short_pair(&one, &one), [one.short(), one.short()]);
        let last: Digest = format!("sha256:{}1", "0".repeat(63)).parse().unwrap();
        assert_eq!(
            Digest::short_pair(&one, &last),
            [one.to_string(), last.to_string()]
        );
        let longer = format!("sha512:{}", "0".repeat(128)).parse().unwrap();
        let [one, other] = Digest::short_pair(&one, &longer);
        assert_ne!(one, other);
    }
}
