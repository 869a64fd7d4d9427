//! A Dockerfile: what it builds upon, what it copies from, and who reads it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::PlatformPattern;

use super::spot::{Closed, Field, Shape, Spot, Written};
use super::variables::resolve;
use super::walked::Walked;

/// What stands for no image at all.
const NOTHING: &str = "scratch";

/// Tells whether a file is a Dockerfile, by its name or by what it begins with.
pub(super) fn is(path: &str, text: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name = name.to_ascii_lowercase();
    let is_named = ["dockerfile", "containerfile"].iter().any(|word| {
        let before = name.strip_suffix(word);
        let behind = name.strip_prefix(word);
        before.is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '-', '_']))
            || behind.is_some_and(|rest| rest.starts_with(['.', '-', '_']))
    });
    let is_tree = [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| name.ends_with(end));
    if is_tree {
        return false;
    }
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = first.unwrap_or_default().split_whitespace();
    let begins = matches!(words.next(), Some(word) if ["FROM", "ARG"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    is_named
        || begins
            && words
                .next()
                .is_some_and(|word| !word.starts_with([':', '=']))
}

/// Finds the images of a Dockerfile.
pub(super) fn walk(text: &str) -> Walked {
    let mut reader = Reader::default();
    let mut open_document = None;
    for instruction in instructions(text, &mut reader.spots, &mut open_document) {
        reader.read(&instruction);
    }
    Walked {
        spots: reader.spots,
        other_uses: reader.other_uses,
        open_document,
        is_known: true,
        ..Walked::default()
    }
}

/// A word of an instruction.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    start: usize,
    /// Whether it goes on in the next line.
    is_broken: bool,
}

impl<'a> Word<'a> {
    /// Returns what stands behind the beginning of a flag.
    fn behind(&self, flag: &str) -> Option<Self> {
        let text = self.text.strip_prefix(flag)?;
        Some(self.end_of(text))
    }

    fn end_of(&self, text: &'a str) -> Self {
        Self {
            text,
            start: self.start + self.text.len() - text.len(),
            is_broken: self.is_broken,
        }
    }

    fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Takes off the quotes around it.
    fn unquoted(&self) -> Self {
        let inner = ['"', '\''].into_iter().find_map(|quote| {
            let inner = self.text.strip_prefix(quote)?;
            inner.strip_suffix(quote)
        });
        inner.map_or(*self, |text| Self {
            text,
            start: self.start + 1,
            ..*self
        })
    }
}

/// Returns the instructions, each as its words; what stands in here-documents is left out.
///
/// The mark of one that has no end is told.
fn instructions<'a>(
    text: &'a str,
    spots: &mut Vec<Spot>,
    open_document: &mut Option<Field>,
) -> Vec<Vec<Word<'a>>> {
    let (mut all, mut current): (Vec<Vec<Word<'_>>>, Vec<Word<'_>>) = (vec![], vec![]);
    let mut documents: Vec<(Document, Word<'_>)> = vec![];
    let mut quote = None;
    let (mut escape, mut may_direct) = ('\\', true);
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let at = start;
        start += whole.len();
        if let Some((document, _)) = documents.first() {
            if document.ends_with(line) {
                documents.remove(0);
            }
            continue;
        }
        let trimmed = line.trim_start();
        if let Some(comment) = trimmed.strip_prefix('#') {
            may_direct = may_direct && direct(comment, at + line.len(), &mut escape, spots);
            continue;
        }
        may_direct = false;
        if trimmed.is_empty() {
            continue;
        }
        let body = line.trim_end();
        let (body, goes_on) = body
            .strip_suffix(escape)
            .map_or((body, false), |body| (body, true));
        let is_broken = goes_on && !body.ends_with(char::is_whitespace);
        let words = words(body, at, is_broken);
        let first = current.len();
        current.extend(words);
        let may_have_some = has_documents(&current);
        for word in &current[first..] {
            let is_quoted = quote.is_some();
            quote = quote_behind(word.text, quote);
            if may_have_some && !is_quoted {
                let document = Document::of(word.text);
                documents.extend(document.map(|document| (document, *word)));
            }
        }
        if !goes_on {
            all.push(std::mem::take(&mut current));
            quote = None;
        }
    }
    all.push(current);
    *open_document = documents.first().map(|(_, word)| Field {
        span: word.span(),
        text: word.text.to_owned(),
        is_plain: false,
    });
    all
}

/// Tells whether an instruction is one in which here-documents may stand.
fn has_documents(words: &[Word<'_>]) -> bool {
    let mut names = words.iter().map(|word| word.text.to_ascii_uppercase());
    let name = names.find(|name| name != "ONBUILD");
    name.is_some_and(|name| matches!(&*name, "RUN" | "COPY" | "ADD"))
}

/// Returns the quote that is open behind a word.
fn quote_behind(word: &str, mut quote: Option<char>) -> Option<char> {
    let mut is_escaped = false;
    for c in word.chars() {
        match (c, quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', None | Some('"')) => is_escaped = true,
            (_, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            _ => {}
        }
    }
    quote
}

/// Reads a directive to whoever reads the file, which ends where `end` is; tells whether it was one.
fn direct(comment: &str, end: usize, escape: &mut char, spots: &mut Vec<Spot>) -> bool {
    let Some((name, value)) = comment.split_once('=') else {
        return false;
    };
    let written = value.trim();
    match name.trim().to_ascii_lowercase().as_str() {
        "syntax" => {
            let start = end - value.len() + (value.len() - value.trim_start().len());
            let found = resolve(written, start, false, &|_| None);
            spots.extend(found.filter(|_| !written.is_empty()).map(Spot::of));
            true
        }
        "escape" => {
            *escape = if written == "`" { '`' } else { '\\' };
            true
        }
        "check" => true,
        _ => false,
    }
}

fn words(line: &str, at: usize, is_broken: bool) -> Vec<Word<'_>> {
    let mut words = vec![];
    let mut from = 0;
    while let Some(skipped) = line[from..].find(|c: char| !c.is_whitespace()) {
        let start = from + skipped;
        let end = line[start..].find(char::is_whitespace);
        from = end.map_or(line.len(), |end| start + end);
        words.push(Word {
            text: &line[start..from],
            start: at + start,
            is_broken: is_broken && from == line.len(),
        });
    }
    words
}

/// A here-document.
struct Document {
    /// The line with which it ends.
    end: String,
    /// Whether tabs may stand before that.
    strips: bool,
}

impl Document {
    /// Returns the one that a word begins.
    fn of(word: &str) -> Option<Self> {
        let at = word.find("<<")?;
        // A file descriptor may stand before it.
        if !word[..at].bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let name = &word[at + 2..];
        let (name, strips) = name
            .strip_prefix('-')
            .map_or((name, false), |name| (name, true));
        let name = name.trim_matches(['"', '\'']);
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name && !name.is_empty()).then(|| Self {
            end: name.to_owned(),
            strips,
        })
    }

    fn ends_with(&self, line: &str) -> bool {
        let found = if self.strips {
            line.trim_start_matches('\t')
        } else {
            line
        };
        found == self.end
    }
}

#[derive(Default)]
struct Reader {
    spots: Vec<Spot>,
    stages: HashSet<String>,
    /// The defaults of what stands before the first stage.
    arguments: HashMap<String, Option<Written>>,
    /// What is said within a stage, where no `FROM` can use it.
    late: HashSet<String>,
    /// The defaults that a stage takes over for its commands.
    other_uses: Vec<Range<usize>>,
    has_stage: bool,
}

impl Reader {
    fn read(&mut self, words: &[Word<'_>]) {
        let Some((first, rest)) = words.split_first() else {
            return;
        };
        match first.text.to_ascii_uppercase().as_str() {
            "FROM" => self.from(rest),
            "ARG" if !self.has_stage => rest.iter().for_each(|word| self.argument(word)),
            "ARG" => rest.iter().for_each(|word| self.argument_of_stage(word)),
            "COPY" | "ADD" => {
                let flags = rest.iter().take_while(|word| word.text.starts_with("--"));
                let from = flags.filter_map(|word| word.behind("--from="));
                from.for_each(|word| self.take(&word.unquoted(), None));
            }
            "RUN" => {
                let flags = rest.iter().take_while(|word| word.text.starts_with("--"));
                for mount in flags.filter_map(|word| word.behind("--mount=")) {
                    self.mount(&mount);
                }
            }
            "ONBUILD" => self.read(rest),
            _ => {}
        }
    }

    fn from(&mut self, words: &[Word<'_>]) {
        self.has_stage = true;
        let flags = words.iter().take_while(|word| word.text.starts_with("--"));
        let platform = flags.clone().find_map(|word| word.behind("--platform="));
        let platform = platform.and_then(|word| word.unquoted().text.parse().ok());
        let rest = &words[flags.count()..];
        if let Some(image) = rest.first() {
            self.take(&image.unquoted(), platform);
        }
        if let [_, keyword, name, ..] = rest
            && keyword.text.eq_ignore_ascii_case("as")
        {
            self.stages.insert(name.text.to_ascii_lowercase());
        }
    }

    fn argument(&mut self, word: &Word<'_>) {
        let (name, value) = match word.text.split_once('=') {
            Some((name, value)) => (name, Some(word.end_of(value).unquoted())),
            None => (word.text, None),
        };
        let value = value.filter(|value| !value.is_broken);
        let value = value.and_then(|value| self.resolved(&value));
        self.arguments.insert(name.to_owned(), value);
    }

    /// Reads an argument of a stage: without a default of its own it has the one from before the first stage.
    fn argument_of_stage(&mut self, word: &Word<'_>) {
        let name = word.text.split('=').next().unwrap_or_default();
        self.late.insert(name.to_owned());
        if name == word.text
            && let Some(Some(written)) = self.arguments.get(name)
        {
            let spans = written.pieces.iter().map(|piece| piece.span.clone());
            self.other_uses.extend(spans);
        }
    }

    /// Says why a word has no value.
    fn why_closed(&self, word: &str) -> Closed {
        let mut names = word.split('$').skip(1).map(|rest| {
            let rest = rest.trim_start_matches('{');
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            &rest[..end.unwrap_or(rest.len())]
        });
        let is_late = |name| self.late.contains(name) && !self.arguments.contains_key(name);
        if names.any(is_late) {
            Closed::Late
        } else {
            Closed::Variable
        }
    }

    fn mount(&mut self, mount: &Word<'_>) {
        let mut at = mount.start;
        for part in mount.text.split(',') {
            if let Some(text) = part.strip_prefix("from=") {
                let start = at + part.len() - text.len();
                self.take(
                    &Word {
                        text,
                        start,
                        ..*mount
                    },
                    None,
                );
            }
            at += part.len() + 1;
        }
    }

    fn resolved(&self, word: &Word<'_>) -> Option<Written> {
        let known = |name: &str| self.arguments.get(name).cloned().flatten();
        resolve(word.text, word.start, false, &known)
    }

    /// Takes an image, unless it is another stage or nothing.
    fn take(&mut self, word: &Word<'_>, platform: Option<PlatformPattern>) {
        let is_number = word.text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || word.is_broken {
            return;
        }
        let found = self.resolved(word);
        if let Some(found) = &found {
            let name = found.text.to_ascii_lowercase();
            if name == NOTHING || self.stages.contains(&name) {
                return;
            }
        }
        let closed = || Spot::closed(word.text, word.span(), self.why_closed(word.text));
        let spot = found.map_or_else(closed, |written| Spot {
            shape: Shape::Text(written),
            platform: None,
        });
        self.spots.push(spot.on(platform));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        assert!(is("Dockerfile", text));
        let spots = walk(text).spots.into_iter();
        let told = spots.map(|spot| match spot.shape {
            Shape::Text(written) => {
                for piece in &written.pieces {
                    assert_eq!(text[piece.span.clone()], written.text[piece.at.clone()]);
                }
                written.text
            }
            Shape::Closed {
                text: told, span, ..
            } => {
                assert_eq!(text[span], told);
                format!("closed {told}")
            }
            other => format!("{other:?}"),
        });
        told.collect()
    }

    #[test]
    fn every_image_of_a_build_is_found() {
        let text = "# syntax=docker/dockerfile:1.7\r\n# check=skip=all\n\nARG GO=1.22 ALPINE='alpine:3.20'\nARG BASE=golang:${GO}\n\
                    FROM --platform=$BUILDPLATFORM ${BASE}-alpine AS Build\nARG GO=9\n\
                    RUN --mount=type=bind,from=busybox:1.36,target=/b --mount=type=cache,target=/c \\\n\
                    # between\n  go build && cat <<-EOF > /x\n\tFROM none:1\n\tEOF\n\
                    FROM build AS test\nFROM ${ALPINE} as final\nCOPY --from=build --chown=1 /a /a\ncopy --from=nginx:1.27 /b /b\n\
                    COPY --from=0 /a /a\nADD --link --from=org/tool /t /t\nFROM scratch\nONBUILD COPY --from=ghcr.io/o/p:1 / /\n\
                    FROM nginx:${TAG}\nFROM \"redis:7\"\n";
        assert_eq!(
            found(text),
            [
                "docker/dockerfile:1.7",
                "golang:1.22-alpine",
                "busybox:1.36",
                "alpine:3.20",
                "nginx:1.27",
                "org/tool",
                "ghcr.io/o/p:1",
                "closed nginx:${TAG}",
                "redis:7",
            ]
        );
    }

    #[test]
    fn what_is_no_instruction_is_left_alone() {
        for text in [
            "FROM scratch\n# syntax=docker/dockerfile:1\nRUN <<A <<B\nFROM a:1\nA\nFROM b:1\nB\n",
            "# escape=`\nFROM `\n  scratch `\n  AS a\nRUN echo FROM b:1\n",
            "FROM scratch\nRUN --mount=type=cache echo --mount=from=a:1\nCOPY a --from=b:1\n",
            "FROM ngi\\\nnx:1\n",
            "FROM scratch\nONBUILD RUN cat <<A\nFROM a:1\nA\n",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_no_here_document_hides_nothing() {
        for line in [
            "ENV NOTE=\"use <<EOF here\"",
            "ENV NOTE=a <<EOF",
            "RUN echo \"a <<EOF b\"",
            "RUN echo \"a \\\n <<EOF b\"",
            "RUN echo 'a\\' \"<<EOF\"",
            "LABEL a=b <<EOF",
        ] {
            let text = format!("{line}\nFROM nginx:1.27\n");
            assert_eq!(found(&text), ["nginx:1.27"], "{text}");
            assert_eq!(walk(&text).open_document, None, "{text}");
        }
        let text = "FROM a:1\nRUN echo \"b\" <<EOF\nFROM nginx:1.27\n";
        assert_eq!(found(text), ["a:1"]);
        let open = walk(text).open_document.unwrap();
        assert_eq!((&*open.text, &text[open.span]), ("<<EOF", "<<EOF"));
    }

    #[test]
    fn a_dockerfile_is_told_by_its_name_or_its_first_words() {
        for (path, text, is_one) in [
            ("Dockerfile", "", true),
            ("a/Dockerfile.web", "", true),
            ("web.Dockerfile", "", true),
            ("Containerfile", "", true),
            ("dockerfiles", "", false),
            ("Dockerfile.yaml", "a: 1", false),
            ("<stdin>", "# x\n\nARG A=1\nFROM a", true),
            ("<stdin>", "FROM: a", false),
            ("<stdin>", "from : a", false),
            ("a.yml", "from a", false),
        ] {
            assert_eq!(is(path, text), is_one, "{path} {text}");
        }
    }
}
