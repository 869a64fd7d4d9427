//! What the grammar of names says against a text.

use std::fmt;

/// The longest repository name.
pub(super) const LONGEST_PATH: usize = 255;
/// The longest tag.
pub(super) const LONGEST_TAG: usize = 128;

/// Why a text is no reference; goes on after "… is not an image reference: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GrammarError {
    Host,
    NoRepository,
    Path(PathError),
    Tag(TagError),
}

impl fmt::Display for GrammarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => write_tr!(
                f,
                "its registry is no host name with an optional port",
                "仓库地址应该是主机名，可以带端口"
            ),
            Self::NoRepository => write_tr!(f, "it names no repository", "没有写镜像仓库的名字"),
            Self::Path(why) => {
                write_tr!(f, "its repository name {why}", "镜像仓库的名字不对：{why}")
            }
            Self::Tag(why) => why.fmt(f),
        }
    }
}

impl From<PathError> for GrammarError {
    fn from(why: PathError) -> Self {
        Self::Path(why)
    }
}

impl From<TagError> for GrammarError {
    fn from(why: TagError) -> Self {
        Self::Tag(why)
    }
}

/// Why a text is no repository name, and no namespace either; goes on after "it ", in Chinese after a colon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathError {
    /// Nothing stands before, between or behind its slashes.
    EmptyPart,
    /// A character that is not allowed.
    Character(char),
    /// A separator in a place where none may stand.
    Separator,
    /// Separators that cannot stand together.
    Separators(String),
    /// Too long.
    Length(usize),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyPart => {
                write_tr!(f, "has a `/` with nothing on one side", "`/` 的一边是空的")
            }
            Self::Character(found) => write_tr!(
                f,
                "has `{found}`, only `a-z 0-9 . _ -` are allowed",
                "有 `{found}`，只能用 `a-z 0-9 . _ -`"
            ),
            Self::Separator => write_tr!(
                f,
                "begins or ends with a separator (`.`, `_` or `-`)",
                "不能以分隔符（`.`、`_` 或 `-`）开头或结尾"
            ),
            Self::Separators(run) => write_tr!(
                f,
                "has `{run}` in it; between letters and digits stand `.`, `_`, `__` or dashes",
                "有 `{run}`；字母和数字之间只能是 `.`、`_`、`__` 或连字符"
            ),
            Self::Length(found) => write_tr!(
                f,
                "has {found} characters, at most {LONGEST_PATH} are allowed",
                "有 {found} 个字符，最多 {LONGEST_PATH} 个"
            ),
        }
    }
}

impl std::error::Error for PathError {}

/// Why a text is no tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagError {
    /// Nothing stands there.
    Empty,
    /// Too long.
    Length(usize),
    /// A character that is not allowed.
    Character {
        /// The tag.
        tag: String,
        /// The character.
        found: char,
    },
    /// It begins with a character that may stand later only.
    First {
        /// The tag.
        tag: String,
        /// The character.
        found: char,
    },
}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write_tr!(f, "no tag stands behind the `:`", "`:` 后面没有标签"),
            Self::Length(found) => write_tr!(
                f,
                "a tag has at most {LONGEST_TAG} characters, this one has {found}",
                "标签最多 {LONGEST_TAG} 个字符，这个有 {found} 个"
            ),
            Self::Character { tag, found } => write_tr!(
                f,
                "the tag `{tag}` has `{found}`; a tag has only the letters `a-z A-Z`, digits and `_ . -`",
                "标签 `{tag}` 里有 `{found}`；标签只能有字母 `a-z A-Z`、数字和 `_ . -`"
            ),
            Self::First { tag, found } => write_tr!(
                f,
                "the tag `{tag}` cannot begin with `{found}`",
                "标签 `{tag}` 不能以 `{found}` 开头"
            ),
        }
    }
}

impl std::error::Error for TagError {}
