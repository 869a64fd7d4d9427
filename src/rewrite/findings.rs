//! What is to be said of a file, in words.

use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::config::walks::Field;
use crate::config::{Diagnostic, FileKind, Place};
use crate::model::{Text, listed};

use super::asked::{Left, Outcome, Way, Wish};
use super::edits::Made;

/// How many places of one image are shown.
const MOST_PLACES: usize = 5;

/// What is to be said of a file.
pub(super) struct Findings<'w> {
    file: Arc<str>,
    /// How long the file's text is.
    length: usize,
    wish: &'w Wish<'w>,
    told: Vec<Diagnostic>,
}

impl<'w> Findings<'w> {
    pub(super) fn of(file: Arc<str>, text: &str, wish: &'w Wish<'w>) -> Self {
        Self {
            file,
            length: text.len(),
            wish,
            told: vec![],
        }
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place {
            file: Arc::clone(&self.file),
            span: span.start.min(self.length)..span.end.min(self.length),
        }
    }

    /// Returns it, in the order of the file.
    pub(super) fn told(mut self) -> Vec<Diagnostic> {
        let start = |told: &Diagnostic| told.place.as_ref().map(|place| place.span.start);
        self.told.sort_by_key(start);
        self.told
    }

    /// Says of each image that is left why, once for all places of it.
    pub(super) fn tell(&mut self, each: &[Made]) {
        let mut all: IndexMap<(&str, &Left), Vec<&Range<usize>>> = IndexMap::new();
        for made in each {
            let left = match &made.outcome {
                Outcome::Left(left) => Some(left),
                Outcome::Changed(_) | Outcome::Kept => made.lacks.as_ref(),
            };
            if let Some(left) = left {
                all.entry((&made.before, left))
                    .or_default()
                    .push(&made.span);
            }
        }
        for ((image, left), spans) in all {
            let Some((first, others)) = spans.split_first() else {
                continue;
            };
            let told = Diagnostic::warning(code(left), self.message(image, left));
            let mut told = told.at(self.place(first));
            for other in others.iter().take(MOST_PLACES) {
                told = told.related(self.place(other), text!("here as well", "这里也是"));
            }
            self.told.push(match self.help(left) {
                Some(help) => told.help(help),
                None => told,
            });
        }
    }

    fn message(&self, image: &str, left: &Left) -> Text {
        match left {
            Left::NotDeclared { .. } => text!("no entry declares `{image}`", "没有声明 `{image}`"),
            Left::Unsettled => text!(
                "rules choose the tags of `{image}`, and the lock does not say which",
                "`{image}` 的标签由规则选择，锁文件里没有选了哪些"
            ),
            Left::Ambiguous { names } => text!(
                "the mirror has `{image}` under several names: {}",
                "目标里 `{image}` 有几个名字：{}",
                listed(names.iter().map(|name| format!("`{name}`")))
            ),
            Left::OtherPlatform { name } => text!(
                "the mirror has `{image}` for other platforms than this one: `{name}`",
                "目标里的 `{image}` 不是这里要的平台：`{name}`"
            ),
            Left::OtherDigest { known } => text!(
                "`{image}` has another digest than the lock, which has {known}",
                "`{image}` 的摘要和锁文件里的不同，锁文件里是 {known}"
            ),
            Left::NotLocked => text!(
                "which digest `{image}` has in the mirror is not known: the lock does not have it",
                "不知道 `{image}` 在目标里的摘要：锁文件里没有它"
            ),
            Left::Unpinned => text!(
                "`{image}` gets no digest: which tag it has is not decided here",
                "`{image}` 没有加摘要：它的标签不是在这里决定的"
            ),
            Left::Unknown => match self.wish.way {
                Way::Back => text!(
                    "`{image}` is of the mirror, and no entry declares what it comes from",
                    "`{image}` 是目标里的，但没有声明它来自哪里"
                ),
                Way::There { .. } => text!(
                    "`{image}` is of the mirror, and the lock does not have its digest",
                    "`{image}` 是目标里的，但锁文件里没有它的摘要"
                ),
            },
            Left::NotAnImage { why } => {
                text!("left as it is: {why}", "保持原样：{why}")
            }
            Left::Variable => text!(
                "`{image}` has a variable whose default is not here, and is left as it is",
                "`{image}` 里有变量，这里没有它的默认值，保持原样"
            ),
            Left::Late => text!(
                "`{image}` has a variable that no `ARG` before the first `FROM` sets, and is left as it is",
                "`{image}` 里的变量在第一个 `FROM` 之前没有 `ARG`，保持原样"
            ),
            Left::Template => text!(
                "`{image}` is what a template makes of it, and is left as it is",
                "`{image}` 由模板生成，保持原样"
            ),
            Left::Escaped => text!(
                "`{image}` is not written in one piece, and is left as it is",
                "`{image}` 不是连着写的，保持原样"
            ),
            Left::InParts { name } => text!(
                "`{image}` is put together of variables, and left as it is; it would be `{name}`",
                "`{image}` 由变量拼成，保持原样；它应该是 `{name}`"
            ),
            Left::Shared { name } => text!(
                "`{image}` shares its words with another image, or with what is none, and is left as it is; it would be `{name}`",
                "`{image}` 和别的镜像或者不是镜像的地方共用同样的文字，保持原样；它应该是 `{name}`"
            ),
        }
    }

    fn help(&self, left: &Left) -> Option<Text> {
        let list = self.wish.list;
        Some(match left {
            Left::NotDeclared { add: Some(image) } => match self.wish.kind {
                FileKind::List(_) => text!(
                    "add the line `{image}` to `{list}`; `--add`, with `--write` for files, does it",
                    "在 `{list}` 里加一行 `{image}`；`--add`（文件还要 `--write`）会替你加"
                ),
                FileKind::Yaml => text!(
                    "add `- {image}` below `images` of `{list}`; `--add`, with `--write` for files, does it",
                    "在 `{list}` 的 `images` 下面加 `- {image}`；`--add`（文件还要 `--write`）会替你加"
                ),
                FileKind::Toml => text!(
                    "add `\"{image}\"` to `images` of `{list}`; `--add`, with `--write` for files, does it",
                    "在 `{list}` 的 `images` 里加 `\"{image}\"`；`--add`（文件还要 `--write`）会替你加"
                ),
            },
            Left::NotDeclared { add: None } => text!(
                "which tag it has is said elsewhere: for a chart, `helm template … | pusher rewrite -` has it",
                "它的标签写在别处：如果是 chart，用 `helm template … | pusher rewrite -`"
            ),
            Left::Unsettled | Left::NotLocked => text!(
                "`pusher lock` writes it down",
                "运行 `pusher lock` 把它记下来"
            ),
            Left::OtherDigest { .. } => text!(
                "if the tag has moved since, take the newer digest, or declare this one: `IMAGE@sha256:…`",
                "如果标签后来变了，改用新的摘要，或者声明这一个：`IMAGE@sha256:…`"
            ),
            Left::Template => text!(
                "`helm template … | pusher rewrite -` has what comes of it",
                "用 `helm template … | pusher rewrite -` 处理生成的结果"
            ),
            Left::Ambiguous { .. } | Left::InParts { .. } | Left::Shared { .. } => text!(
                "write the name that is meant by hand",
                "请手工写上想要的名字"
            ),
            Left::Variable => text!(
                "set the variable to the name in the mirror, which `pusher list` shows",
                "把变量设为它在目标里的名字，`pusher list` 会列出来"
            ),
            Left::Late => text!(
                "an `ARG` that `FROM` can use stands before the first `FROM`: move it there",
                "`FROM` 能用的 `ARG` 要写在第一个 `FROM` 之前：把它移到那里"
            ),
            Left::OtherPlatform { .. }
            | Left::Unknown
            | Left::Unpinned
            | Left::NotAnImage { .. }
            | Left::Escaped => return None,
        })
    }

    /// Says that there is nothing of the kind that is looked for.
    pub(super) fn no_images(&mut self) {
        let message = text!("this is no file of images", "这不是写镜像的文件");
        let place = self.place(&(0..0));
        let told = Diagnostic::warning("no-images", message).at(place);
        self.told.push(told.help(text!(
            "`rewrite` knows manifests of Kubernetes, Compose files, values of Helm, kustomizations and Dockerfiles",
            "`rewrite` 认识 Kubernetes 清单、Compose 文件、Helm 的 values、kustomization 和 Dockerfile"
        )));
    }

    /// Says that a here-document has no end.
    pub(super) fn open_document(&mut self, mark: &Field) {
        let text = &mark.text;
        let message = text!(
            "the here-document `{text}` has no end, and what stands behind it is not looked at",
            "here-document `{text}` 没有结尾，后面的内容都没有看"
        );
        let place = self.place(&mark.span);
        let told = Diagnostic::warning("open-here-document", message).at(place);
        self.told.push(told.help(text!(
            "write its name alone in the line with which it ends",
            "在结尾单独写一行它的名字"
        )));
    }

    /// Says that charts put a registry before every repository.
    pub(super) fn global_registry(&mut self, registry: &Field) {
        let host = &registry.text;
        let message = text!(
            "charts that know it put `{host}` before every repository, also before the mirror's",
            "认识这个设置的 chart 会在每个镜像仓库前面加上 `{host}`，目标的也不例外"
        );
        let place = self.place(&registry.span);
        let told = Diagnostic::warning("global-registry", message).at(place);
        self.told.push(told.help(text!(
            "take it out, and see with `helm template` what comes of it",
            "去掉它，再用 `helm template` 看结果"
        )));
    }

    /// Says that something reads like an image where none is looked for.
    pub(super) fn elsewhere(&mut self, field: &Field) {
        let image = &field.text;
        let message = text!(
            "`{image}` reads like an image where none is looked for, and is left as it is",
            "`{image}` 看起来是镜像，但这里不是镜像的位置，保持原样"
        );
        let place = self.place(&field.span);
        let told = Diagnostic::note("image-elsewhere", message).at(place);
        self.told.push(told.help(text!(
            "if it is one that is pulled, `--path` says where it stands, such as `--path 'spec.image'`",
            "如果它真的会被拉取，用 `--path` 指明位置，如 `--path 'spec.image'`"
        )));
    }
}

fn code(left: &Left) -> &'static str {
    match left {
        Left::NotDeclared { .. } => "not-declared",
        Left::Unsettled => "tags-not-locked",
        Left::Ambiguous { .. } => "several-names",
        Left::OtherPlatform { .. } => "other-platform",
        Left::OtherDigest { .. } => "other-digest",
        Left::NotLocked => "digest-not-locked",
        Left::Unpinned => "not-pinned",
        Left::Unknown => "not-of-the-list",
        Left::NotAnImage { .. } => "not-an-image",
        Left::Variable | Left::Late => "variable",
        Left::Template => "template",
        Left::Escaped => "not-in-one-piece",
        Left::InParts { .. } => "in-parts",
        Left::Shared { .. } => "shared-words",
    }
}
