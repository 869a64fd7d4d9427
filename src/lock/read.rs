//! A lock file, read strictly: what is not understood is refused, never skipped.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::model::{Descriptor, Digest, LineStarts, Text, media_type};
use crate::plan::{LockedFamily, LockedImage, TargetName};

use super::blocks::Found;
use super::contents::LockContents;
use super::error::LockError;
use super::format::{Document, FamilyName, Head, Selection, Source, Tag, Target};
use super::merged::take_apart;
use super::notes;
use super::owner::Owner;
use super::write::version as version_of;
use super::{PLAIN_VERSION, UNOWNED_VERSION, VERSION};

/// Says what helps against most.
fn take_another() -> Text {
    text!(
        "take the last good version of it, then run `pusher lock`",
        "取回它最后一个好的版本，再运行 `pusher lock`"
    )
}

/// Reads a lock file.
pub fn read(text: &str) -> Result<LockContents, LockError> {
    if let Some(line) = conflict(text) {
        return Err(LockError {
            line,
            message: text!("a merge conflict stands here", "这里有没合并完的冲突"),
            hint: text!(
                "keep both sides' blocks and delete the marker lines, then run `pusher lock`",
                "两边的块都留下，删掉冲突标记，再运行 `pusher lock`"
            ),
        });
    }
    let apart = take_apart(text)?;
    let lines = LineStarts::of(&apart.text);
    let at = |span: &Range<usize>| apart.line(lines.line_at(&apart.text, span.start).0);
    let error_at = |span: &Range<usize>, message: Text| LockError {
        line: at(span),
        message,
        hint: take_another(),
    };
    let failed = |(span, message): (Range<usize>, Text)| error_at(&span, message);
    let Head { version } = parse(&apart.text).map_err(failed)?;
    let number = *version.get_ref();
    if ![UNOWNED_VERSION, PLAIN_VERSION, VERSION]
        .map(i64::from)
        .contains(&number)
    {
        return Err(LockError {
            line: at(&version.span()),
            message: text!(
                "this `pusher` reads versions {UNOWNED_VERSION} to {VERSION} of the lock, this is version {number}",
                "这个 `pusher` 读版本 {UNOWNED_VERSION} 到 {VERSION} 的锁文件，这份是版本 {number}"
            ),
            hint: text!(
                "use the version of `pusher` that wrote it",
                "用写出它的那个版本的 `pusher`"
            ),
        });
    }
    let Document {
        file,
        target,
        image,
        retired,
        selection,
        seen,
        overrides,
        verified,
        ..
    } = parse(&apart.text).map_err(failed)?;
    let owner = owner(number, file, target);
    let owner = owner.map_err(|message| error_at(&version.span(), message))?;
    let (mut found, mut in_target) = (Found::default(), vec![]);
    for (blocks, is_retired) in [(image, false), (retired, true)] {
        for block in blocks {
            let media_type = block.media_type.get_ref();
            if !media_type::is_manifest(media_type) && !media_type::is_index(media_type) {
                let message = text!(
                    "`{media_type}` is no manifest's media type",
                    "`{media_type}` 不是清单的媒体类型"
                );
                return Err(error_at(&block.media_type.span(), message));
            }
            let Target(name) = block.target;
            let line = at(&block.digest.span());
            in_target.extend(block.in_target.map(|digest| (name.clone(), digest)));
            let image = LockedImage {
                source: block.source,
                source_digest: block.source_digest,
                platforms: block.platforms.0,
                expected: Descriptor {
                    media_type: block.media_type.into_inner(),
                    digest: block.digest.into_inner(),
                    size: block.size,
                },
                rule: block.rule,
            };
            found.block(name, line, image, is_retired);
        }
    }
    let is_apart = apart.has_changed();
    for (target, line) in apart.incomplete {
        let Target(name) = Target::try_from(target).map_err(|error| LockError {
            line,
            message: Text::of(|| error.to_string()),
            hint: take_another(),
        })?;
        found.part(name, line);
    }
    let mut file = found.settle(owner);
    file.is_untidy |= is_apart;
    families(selection, &mut file);
    take_in_target(in_target, &mut file);
    file.lock.seen = notes::seen(seen);
    file.lock.overrides = notes::texts(overrides);
    file.is_untidy |= number < version_of(&file.lock, file.owner.as_ref()).into();
    file.lock.verified = notes::verified(verified);
    Ok(file)
}

/// Returns whose a lock of this version is, where it says so.
fn owner(
    version: i64,
    file: Option<String>,
    target: Option<Digest>,
) -> Result<Option<Owner>, Text> {
    match (version == i64::from(UNOWNED_VERSION), file, target) {
        (false, Some(file), Some(target)) => Ok(Some(Owner { file, target })),
        (true, None, None) => Ok(None),
        _ => Err(text!(
            "from version {PLAIN_VERSION} on it says whose it is by `file` and `target`, version {UNOWNED_VERSION} by neither",
            "从版本 {PLAIN_VERSION} 起用 `file` 和 `target` 写明归谁，版本 {UNOWNED_VERSION} 两个都没有"
        )),
    }
}

/// Takes what was seen with the digest that is locked: a merge may have brought another, and where nobody says whose the
/// lock is, it may have been seen in another target.
fn take_in_target(found: Vec<(TargetName, Digest)>, file: &mut LockContents) {
    let LockContents { lock, owner, .. } = file;
    let images = &lock.images;
    let is_locked = |(name, digest): &(TargetName, Digest)| {
        let image = images.get(name);
        owner.is_some() && image.is_some_and(|image| image.expected.digest == *digest)
    };
    lock.in_target = found
        .into_iter()
        .filter(is_locked)
        .map(|(name, _)| name)
        .collect();
}

/// Takes what each family's rules chose. Where two blocks say different things of one, neither is known to be right:
/// its tags are as good as not locked.
fn families(selections: Vec<Selection>, file: &mut LockContents) {
    let mut disputed = BTreeSet::new();
    for selection in selections {
        let Selection {
            target: FamilyName(name),
            source: Source(source),
            rules,
            tags,
        } = selection;
        // Both sides of a merge may have brought the same tag.
        let mut known = HashSet::new();
        let tags = tags.into_iter().map(|Tag(tag)| tag);
        let family = LockedFamily {
            source,
            rules,
            tags: tags.filter(|tag| known.insert(tag.clone())).collect(),
        };
        match file.lock.families.entry(name.clone()) {
            Slot::Vacant(new) => drop(new.insert(family)),
            Slot::Occupied(one) => {
                file.is_untidy = true;
                if *one.get() != family {
                    disputed.insert(name);
                }
            }
        }
    }
    file.lock
        .families
        .retain(|name, _| !disputed.contains(name));
}

/// Reads TOML; where that fails, says where and why. What is this program's own of the reason is said when the
/// text is read, so it is read in each language.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, (Range<usize>, Text)> {
    toml::from_str(text).map_err(|error| {
        let why = || toml::from_str::<T>(text).err();
        let message =
            Text::of(|| why().map_or_else(String::new, |why| why.message().trim().to_owned()));
        (error.span().unwrap_or_default(), message)
    })
}

/// Returns the lines in which a lock file records its targets, by their names.
pub fn target_lines(text: &str) -> HashMap<&str, usize> {
    let mut found = HashMap::new();
    for (line, number) in text.lines().zip(1..) {
        let name = line.trim().strip_prefix("target = \"");
        if let Some(name) = name.and_then(|name| name.strip_suffix('"')) {
            found.entry(name).or_insert(number);
        }
    }
    found
}

/// Returns the line of the first marker that git leaves where it cannot merge.
fn conflict(text: &str) -> Option<usize> {
    let is_marker = |line: &str| {
        ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|marker| line.starts_with(marker))
    };
    text.lines()
        .position(is_marker)
        .map(|position| position + 1)
}
