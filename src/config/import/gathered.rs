//! What is read of another tool's file.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::config::at::At;
use crate::config::diagnostics::{Diagnostic, Severity};
use crate::config::files::Place;
use crate::config::format::Format;
use crate::config::mistakes;
use crate::config::node::Node;
use crate::config::target::parse_host;
use crate::model::{PlatformPattern, Platforms, Reference, Text};
use crate::plan::TargetName;

use super::login::{Login, is_name, variable_for};
use super::tags::Tags;
use crate::config::tree;

/// The code of what a mirror file cannot say, or what nobody but the tool itself can know.
pub(super) const NOT_CARRIED_OVER: &str = "not-carried-over";

/// An image that another tool copies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// As it is to be written.
    pub(super) written: String,
    pub(super) source: Reference,
    pub(super) goes: Goes,
    /// None where it has those that are usual for the tool.
    pub(super) platforms: Option<Platforms>,
    /// Whether what follows the image is copied too.
    pub(super) referrers: bool,
    /// Which of its tags are meant, where they are not told one by one; the source has none then.
    pub(super) tags: Option<Tags>,
    /// Where it stands.
    pub(super) place: Place,
}

/// Where an image goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goes {
    /// Wherever the rule of names says, with this platform in the name.
    Flat(Option<String>),
    /// To this name, below whatever namespace there is.
    Below(TargetName),
    /// To this place, the namespace in it; the host is not always told.
    To {
        host: Option<String>,
        name: TargetName,
    },
}

impl Goes {
    /// Reads a reference to which an image goes; without a tag it gets the source's.
    pub(super) fn to(text: &str, source: &Reference) -> Option<Self> {
        let text = text.trim().trim_start_matches("docker://");
        let (host, path) = match text.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(parse_host(host).ok()?), path)
            }
            _ => (None, text),
        };
        let name = named(path, source.tag())?;
        Some(Self::To { host, name })
    }

    /// Takes a path for a name below the namespace; without a tag it gets the source's.
    pub(super) fn below(path: &str, source: &Reference) -> Option<Self> {
        named(path, source.tag()).map(Self::Below)
    }
}

fn named(path: &str, tag: Option<&str>) -> Option<TargetName> {
    let path = path.split('@').next()?.trim_matches('/');
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = if path[last..].contains(':') {
        path.to_owned()
    } else {
        format!("{path}:{}", tag.unwrap_or("latest"))
    };
    name.parse().ok()
}

/// What is read of another tool's file, and what there is to say about it.
#[derive(Debug)]
pub(super) struct Gathered {
    file: Arc<str>,
    pub(super) images: Vec<Found>,
    /// The platforms that the tool copies where nothing else is said; none where they are those of a mirror file.
    pub(super) platforms: Option<Platforms>,
    /// By the host.
    pub(super) logins: IndexMap<String, Login>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where secrets stand.
    pub(super) secrets: Vec<Place>,
}

impl Gathered {
    pub(super) fn of(file: &str) -> Self {
        Self {
            file: file.into(),
            images: Vec::new(),
            platforms: None,
            logins: IndexMap::new(),
            diagnostics: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Goes on with another file.
    pub(super) fn turn_to(&mut self, file: &str) {
        self.file = file.into();
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        Place {
            file: Arc::clone(&self.file),
            span: span.clone(),
        }
    }

    /// Says that something is not carried over.
    pub(super) fn leave_out(&mut self, span: &Range<usize>, why: Text) {
        let place = self.place(span);
        self.diagnostics
            .push(Diagnostic::warning(NOT_CARRIED_OVER, why).at(place));
    }

    /// Says that something is carried over, and means something else at its edges.
    pub(super) fn differs(&mut self, span: &Range<usize>, how: Text) {
        let place = self.place(span);
        self.diagnostics
            .push(Diagnostic::warning("carried-over-otherwise", how).at(place));
    }

    /// Says that a key is not carried over, where it is there.
    pub(super) fn leave_out_key(&mut self, table: &Node, key: &str) {
        let Some(pair) = tree::pairs(table).iter().find(|pair| pair.key == key) else {
            return;
        };
        let why = text!(
            "`{key}` is not carried over: a mirror file has nothing like it",
            "`{key}` 没有转换：mirror 文件里没有对应的设置"
        );
        self.leave_out(&pair.key_span, why);
    }

    /// Reads the text of an image; says so where it is none.
    pub(super) fn source(&mut self, written: &str, span: &Range<usize>) -> Option<Reference> {
        let written = written.trim().trim_start_matches("docker://");
        if let Ok(source) = written.parse() {
            return Some(source);
        }
        let place = self.place(span);
        let value = written.to_owned();
        let told = mistakes::explain_item(&At { value, place }, false, Format::Yaml);
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            replacement: None,
            ..told
        });
        None
    }

    /// Takes an image that goes wherever `goes` says.
    pub(super) fn take(
        &mut self,
        written: &str,
        span: &Range<usize>,
        goes: impl FnOnce(&Reference) -> Option<Goes>,
    ) -> Option<&mut Found> {
        let source = self.source(written, span)?;
        let Some(goes) = goes(&source) else {
            let why = text!(
                "`{written}` is not carried over: where it goes is not understood",
                "`{written}` 没有转换：看不懂它的去处"
            );
            self.leave_out(span, why);
            return None;
        };
        let place = self.place(span);
        let written = written.trim().trim_start_matches("docker://");
        self.images.push(Found {
            written: written.to_owned(),
            source,
            goes,
            platforms: None,
            referrers: false,
            tags: None,
            place,
        });
        self.images.last_mut()
    }

    /// Reads platforms; those that are none are told and left out.
    pub(super) fn platforms(&mut self, nodes: &[Node]) -> Option<Platforms> {
        let mut patterns = Vec::new();
        for node in nodes {
            let written = tree::text(node)?;
            match written.parse::<PlatformPattern>() {
                Ok(pattern) => patterns.push(pattern),
                Err(_) if written == "all" => return Some(Platforms::All),
                Err(_) => {
                    let why = text!("`{written}` is not a platform", "`{written}` 不是平台");
                    self.leave_out(&node.span, why);
                }
            }
        }
        (!patterns.is_empty()).then(|| Platforms::only(patterns))
    }

    /// Says that there are no images in it.
    pub(super) fn nothing_found(&mut self) {
        let file = &self.file;
        let message = text!(
            "no image of `{file}` can be carried over",
            "`{file}` 里没有可以转换的镜像"
        );
        let place = self.place(&(0..0));
        self.diagnostics
            .push(Diagnostic::error("nothing-found", message).at(place));
    }

    /// Says that a file does not belong to the others.
    pub(super) fn one_too_many(&mut self) {
        let file = &self.file;
        let message = text!(
            "`{file}` does not belong to the other file",
            "`{file}` 和另一个文件不是一起的"
        );
        let place = self.place(&(0..0));
        let told = Diagnostic::error("one-file-too-many", message).at(place);
        self.diagnostics.push(told.help(text!(
            "import one at a time; together go image-syncer's images with its auth file, and kpromo's images with \
             the promoter's manifest",
            "一次转换一个；只有 image-syncer 的 images 和 auth 文件、kpromo 的 images 和 promoter 的清单文件可以一起写"
        )));
    }

    /// Keeps what logs in to a registry: by the names of variables, never by what is in them.
    pub(super) fn log_in(
        &mut self,
        host: &str,
        span: &Range<usize>,
        user: Option<&Node>,
        password: Option<&Node>,
    ) {
        if let Some(node) = password {
            let place = self.place(&node.span);
            self.secrets.push(place);
        }
        let Ok(host) = parse_host(host) else {
            let why = text!(
                "the login of `{host}` is not carried over: it is not of a whole registry",
                "`{host}` 的账号没有转换：它不是整个仓库的"
            );
            return self.leave_out(span, why);
        };
        let named = |node: Option<&Node>, what: &str| {
            let written = node.and_then(tree::text).unwrap_or_default();
            let known = variable_for(written);
            let is_known = known.is_some();
            (
                known.unwrap_or_else(|| Login::variable(&host, what)),
                is_known,
            )
        };
        let (user, user_known) = named(user, "USERNAME");
        let (password, password_known) = named(password, "PASSWORD");
        if !(user_known && password_known) {
            let why = text!(
                "the login of `{host}` is not carried over, as it is a secret: set `{user}` and `{password}` to it",
                "`{host}` 的账号是秘密，没有转换：请设置环境变量 `{user}` 和 `{password}`"
            );
            self.leave_out(span, why);
        }
        let login = self.logins.entry(host).or_default();
        login.user_and_password = Some((user, password));
    }

    /// Keeps what logs in to a registry, where the texts are names of variables already.
    pub(super) fn log_in_by_names(
        &mut self,
        host: &Node,
        user: Option<&Node>,
        password: Option<&Node>,
    ) {
        let named =
            [user, password].map(|node| node.and_then(tree::text).filter(|name| is_name(name)));
        let written = tree::text(host).unwrap_or_default();
        match (named, parse_host(written)) {
            ([Some(user), Some(password)], Ok(host)) => {
                let login = self.logins.entry(host).or_default();
                login.user_and_password = Some((user.to_owned(), password.to_owned()));
            }
            _ => self.log_in(written, &host.span, user, password),
        }
    }

    /// Keeps that a registry speaks plain http.
    pub(super) fn plain_http(&mut self, host: &str) {
        if let Ok(host) = parse_host(host) {
            self.logins.entry(host).or_default().plain_http = true;
        }
    }
}
