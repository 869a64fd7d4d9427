//! Platforms: operating system, architecture and variant, normalised as containerd does.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

/// What one image runs on, as an index's descriptor or an image's config says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The architecture in Go's terms, such as `amd64`.
    pub architecture: String,
    /// The variant of the architecture, such as `v7`; none where containerd implies it.
    pub variant: Option<String>,
    /// The operating system's version, which Windows images carry.
    pub os_version: Option<String>,
}

impl Platform {
    /// Makes a platform, normalising the architecture and its variant.
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Self {
        let (architecture, variant) = normalise(architecture, variant.unwrap_or_default());
        Self {
            os: os.to_ascii_lowercase(),
            architecture,
            variant,
            os_version: None,
        }
    }

    /// Tells whether this is what BuildKit gives to attestations: `unknown/unknown`.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if let Some(variant) = &self.variant {
            write!(f, "/{variant}")?;
        }
        if let Some(version) = &self.os_version {
            write!(f, " ({version})")?;
        }
        Ok(())
    }
}

/// A platform asked for: `linux/arm/v7`, or every one of an operating system: `linux/*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlatformPattern {
    os: String,
    /// `None` stands for `*`.
    architecture: Option<String>,
    variant: Option<String>,
}

impl PlatformPattern {
    /// Tells whether `platform` is what was asked for.
    ///
    /// Any `os.version` fits: Windows indexes hold several children for one platform.
    pub fn fits(&self, platform: &Platform) -> bool {
        self.os == platform.os
            && self.architecture.as_ref().is_none_or(|architecture| {
                *architecture == platform.architecture && self.variant == platform.variant
            })
    }

    /// Tells whether everything that `other` asks for is asked for by this, too.
    pub fn covers(&self, other: &Self) -> bool {
        self == other || self.is_wildcard() && self.os == other.os
    }

    /// Tells whether this asks for more than one platform: `linux/*`.
    pub fn is_wildcard(&self) -> bool {
        self.architecture.is_none()
    }
}

impl fmt::Display for PlatformPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}",
            self.os,
            self.architecture.as_deref().unwrap_or("*")
        )?;
        self.variant
            .as_ref()
            .map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

/// Why a text is not a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformError {
    /// The text.
    pub text: String,
    /// What was probably meant.
    pub meant: Option<String>,
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        write_tr!(
            f,
            "`{text}` is not a platform: write operating system, architecture and variant, such as \
             `linux/amd64` or `linux/arm/v7`",
            "`{text}` 不是平台：写操作系统、架构和变体，如 `linux/amd64` 或 `linux/arm/v7`"
        )
    }
}

impl std::error::Error for PlatformError {}

// The library's names lack `wasip1`, and have some that no image was ever made for.
const OPERATING_SYSTEMS: [&str; 15] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "linux",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
];
const ARCHITECTURES: [&str; 19] = [
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc",
    "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
];

impl FromStr for PlatformPattern {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let refused = || PlatformError {
            text: text.to_owned(),
            meant: meant(text),
        };
        let mut parts = text.split('/');
        let (os, rest) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(os), Some(architecture), variant, None) => (os, (architecture, variant)),
            _ => return Err(refused()),
        };
        let os = os.to_ascii_lowercase();
        let known_os = OPERATING_SYSTEMS.contains(&os.as_str());
        match rest {
            ("*", None) if known_os => Ok(Self {
                os,
                architecture: None,
                variant: None,
            }),
            (_, Some("")) => Err(refused()),
            (architecture, variant) => {
                let Platform {
                    os,
                    architecture,
                    variant,
                    ..
                } = Platform::new(&os, architecture, variant);
                if !known_os || !ARCHITECTURES.contains(&architecture.as_str()) {
                    return Err(refused());
                }
                Ok(Self {
                    os,
                    architecture: Some(architecture),
                    variant,
                })
            }
        }
    }
}

impl From<PlatformPattern> for String {
    fn from(pattern: PlatformPattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for PlatformPattern {
    type Error = PlatformError;

    fn try_from(text: String) -> Result<Self, PlatformError> {
        text.parse()
    }
}

/// Which platforms of an image are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Platforms {
    /// Every one that the source has.
    All,
    /// These; sorted, without repeats, never empty. Shared, since most images want the same.
    Only(Arc<[PlatformPattern]>),
}

impl Platforms {
    /// What `docker pull` on a GitHub runner takes: `linux/amd64`.
    pub fn linux_amd64() -> Self {
        static ONE: LazyLock<Platforms> = LazyLock::new(|| {
            Platforms::only(vec![PlatformPattern {
                os: "linux".to_owned(),
                architecture: Some("amd64".to_owned()),
                variant: None,
            }])
        });
        ONE.clone()
    }

    /// Asks for `patterns`; the order in which they were written does not matter.
    pub fn only(mut patterns: Vec<PlatformPattern>) -> Self {
        patterns.sort();
        patterns.dedup();
        Self::Only(patterns.into())
    }

    /// Returns the one platform that is asked for, if it is just one.
    pub fn single(&self) -> Option<&PlatformPattern> {
        match self {
            Self::Only(patterns) => match &**patterns {
                [one] if !one.is_wildcard() => Some(one),
                _ => None,
            },
            Self::All => None,
        }
    }
}

impl fmt::Display for Platforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Only(patterns) => {
                let written: Vec<String> = patterns.iter().map(ToString::to_string).collect();
                f.write_str(&written.join(", "))
            }
        }
    }
}

/// Normalises an architecture and its variant by containerd's table
/// (`platforms/database.go`, `normalizeArch`).
fn normalise(architecture: &str, variant: &str) -> (String, Option<String>) {
    let architecture = architecture.to_ascii_lowercase();
    let variant = variant.to_ascii_lowercase();
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", other) => ("amd64", other),
        ("aarch64" | "arm64", "8" | "v8") => ("arm64", ""),
        ("aarch64", other) => ("arm64", other),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (
        architecture.to_owned(),
        (!variant.is_empty()).then(|| variant.to_owned()),
    )
}

/// Guesses what a text that is not a platform was meant to be.
fn meant(text: &str) -> Option<String> {
    let (os, architecture) = match text.split_once('/') {
        Some((os, rest)) => (os.to_ascii_lowercase(), rest.to_ascii_lowercase()),
        None => ("linux".to_owned(), text.to_ascii_lowercase()),
    };
    if !OPERATING_SYSTEMS.contains(&os.as_str()) {
        return None;
    }
    let fixed = match architecture.as_str() {
        "armv5" | "arm32v5" => "arm/v5",
        "armv6" | "armv6l" | "arm32v6" => "arm/v6",
        "armv7" | "armv7l" | "arm32" | "arm32v7" | "arm-v7" => "arm/v7",
        "armv8" | "armv8l" | "arm64v8" | "arm-v8" | "arm64-v8" | "aarch64" => "arm64",
        "amd" | "x64" | "x86_64" | "x86-64" | "amd64v1" => "amd64",
        "x86" | "i386" | "i486" | "i586" | "i686" => "386",
        "ppc64el" | "powerpc64le" => "ppc64le",
        "loongarch64" => "loong64",
        known if ARCHITECTURES.contains(&known) => known,
        _ => return None,
    };
    Some(format!("{os}/{fixed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> PlatformPattern {
        text.parse().unwrap()
    }

    #[test]
    fn normalises_as_containerd_does() {
        for (written, normal) in [
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/v8", "linux/arm64"),
            ("linux/x86_64", "linux/amd64"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/arm", "linux/arm/v7"),
            ("linux/i386", "linux/386"),
            ("Linux/AMD64", "linux/amd64"),
            ("linux/amd64/v2", "linux/amd64/v2"),
            ("linux/*", "linux/*"),
        ] {
            assert_eq!(pattern(written).to_string(), normal);
        }
    }

    #[test]
    fn offers_what_was_meant() {
        for (text, offer) in [
            ("linux/armv7", Some("linux/arm/v7")),
            ("linux/armv8", Some("linux/arm64")),
            ("amd64", Some("linux/amd64")),
            ("arm64v8", Some("linux/arm64")),
            ("nginx", None),
            ("linux/pdp11", None),
        ] {
            let error = text.parse::<PlatformPattern>().unwrap_err();
            assert_eq!(error.meant.as_deref(), offer, "{text}");
            if let Some(offer) = offer {
                pattern(offer);
            }
        }
    }

    #[test]
    fn fits_by_normalised_parts_and_any_os_version() {
        let mut windows = Platform::new("windows", "amd64", None);
        windows.os_version = Some("10.0.20348".to_owned());
        assert!(pattern("windows/amd64").fits(&windows));
        assert!(pattern("linux/arm64").fits(&Platform::new("linux", "arm64", Some("v8"))));
        assert!(!pattern("linux/arm/v7").fits(&Platform::new("linux", "arm", Some("v6"))));
        assert!(!pattern("linux/amd64").fits(&Platform::new("linux", "amd64", Some("v3"))));
        assert!(pattern("linux/*").fits(&Platform::new("linux", "riscv64", None)));
        assert!(!pattern("linux/*").fits(&windows));
    }

    #[test]
    fn covers_itself_and_what_a_wildcard_stands_for() {
        for (one, other, covers) in [
            ("linux/amd64", "linux/x86_64", true),
            ("linux/*", "linux/amd64", true),
            ("linux/*", "linux/*", true),
            ("linux/*", "windows/amd64", false),
            ("linux/amd64", "linux/*", false),
            ("linux/arm/v7", "linux/arm/v6", false),
        ] {
            assert_eq!(
                pattern(one).covers(&pattern(other)),
                covers,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn order_and_repeats_do_not_matter() {
        let one = Platforms::only(vec![pattern("linux/arm64"), pattern("linux/amd64")]);
        let other = ["linux/amd64", "linux/aarch64", "linux/amd64"]
            .map(pattern)
            .to_vec();
        assert_eq!(one, Platforms::only(other));
        assert_eq!(
            Platforms::linux_amd64().single(),
            Some(&pattern("linux/amd64"))
        );
        assert_eq!(Platforms::only(vec![pattern("linux/*")]).single(), None);
    }
}
