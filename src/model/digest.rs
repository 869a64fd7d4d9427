//! Content digests: `algorithm:hex`, as the OCI image specification defines them
//! (`descriptor.md`, section "Digests").

use std::fmt::{self, Write as _};
use std::str::FromStr;

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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(Bytes);

/// The bytes that a digest stands for: a run keeps many digests, and half of what their digits take is enough.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Bytes {
    Sha256([u8; 32]),
    /// Few registries have any.
    Sha512(Box<[u8; 64]>),
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
        match self.0 {
            Bytes::Sha256(_) => Algorithm::Sha256,
            Bytes::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Returns the lower-case hexadecimal part.
    pub fn hex(&self) -> String {
        digits(self.bytes()).collect()
    }

    fn bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Sha256(bytes) => bytes,
            Bytes::Sha512(bytes) => &**bytes,
        }
    }

    /// Returns a form for people: the algorithm and the first hexadecimal digits.
    pub fn short(&self) -> String {
        self.cut(SHORT)
    }

    /// Returns the short forms of two digests that stand beside each other: as long as it takes to
    /// tell them apart.
    pub fn short_pair(one: &Self, other: &Self) -> [String; 2] {
        let pairs = digits(one.bytes()).zip(digits(other.bytes()));
        let alike = pairs.take_while(|(one, other)| one == other).count();
        let length = if one == other {
            SHORT
        } else {
            SHORT.max(alike + 1)
        };
        [one.cut(length), other.cut(length)]
    }

    fn cut(&self, length: usize) -> String {
        let hex: String = digits(self.bytes()).take(length).collect();
        format!("{}:{hex}", self.algorithm().as_str())
    }

    /// Tells whether `bytes` have this digest.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        *self == Self::of(self.algorithm(), bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.algorithm().as_str())?;
        digits(self.bytes()).try_for_each(|digit| f.write_char(digit))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestError {
    /// The text has no colon.
    NoAlgorithm(String),
    /// The algorithm is none that the specification registers.
    UnknownAlgorithm(String),
    /// The part after the colon has the wrong length or other characters.
    BadHex {
        /// The algorithm before the colon.
        algorithm: &'static str,
        /// How many digits it should have.
        wanted: usize,
        /// How many it has; none where there are other characters among them.
        found: Option<usize>,
    },
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAlgorithm(text) => write_tr!(
                f,
                "`{text}` is not a digest: write `sha256:` and 64 hexadecimal digits",
                "`{text}` 不是摘要：写 `sha256:` 加 64 个十六进制数字"
            ),
            Self::UnknownAlgorithm(name) => write_tr!(
                f,
                "digest algorithm `{name}` is not known: use `sha256` or `sha512`",
                "不认识摘要算法 `{name}`：用 `sha256` 或 `sha512`"
            ),
            Self::BadHex {
                algorithm,
                wanted,
                found: Some(found),
            } => write_tr!(
                f,
                "a {algorithm} digest has {wanted} lower-case hexadecimal digits, this one has {found}",
                "{algorithm} 摘要有 {wanted} 个小写十六进制数字，这个有 {found} 个"
            ),
            Self::BadHex {
                algorithm,
                wanted,
                found: None,
            } => write_tr!(
                f,
                "a {algorithm} digest has {wanted} lower-case hexadecimal digits, this one has other \
                 characters",
                "{algorithm} 摘要有 {wanted} 个小写十六进制数字，这个含有别的字符"
            ),
        }
    }
}

impl std::error::Error for DigestError {}

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
        let nibble = |digit: &u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let nibbles: Option<Vec<u8>> = hex.as_bytes().iter().map(nibble).collect();
        let found = match nibbles {
            None => None,
            Some(nibbles) if nibbles.len() != algorithm.hex_length() => Some(nibbles.len()),
            Some(nibbles) => {
                let byte = |at: usize| nibbles[2 * at] << 4 | nibbles[2 * at + 1];
                return Ok(Self(match algorithm {
                    Algorithm::Sha256 => Bytes::Sha256(std::array::from_fn(byte)),
                    Algorithm::Sha512 => Bytes::Sha512(Box::new(std::array::from_fn(byte))),
                }));
            }
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
        Digest(match self {
            Self::Sha256(hasher) => Bytes::Sha256(hasher.finalize().into()),
            Self::Sha512(hasher) => Bytes::Sha512(Box::new(hasher.finalize().into())),
        })
    }
}

/// Returns the hexadecimal digits of some bytes.
fn digits(bytes: &[u8]) -> impl Iterator<Item = char> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes
        .iter()
        .flat_map(move |byte| [digit(byte >> 4), digit(byte & 15)])
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
