//! Secrets in a file's text, a variable or what was typed: found by how they look, so that not even the
//! snippet of a syntax error shows one. A line that may hold one is not quoted.

mod anywhere;
mod behind_keys;
mod in_list;
mod words;

use std::collections::HashMap;

use crate::model::{Secret, Text};

use super::FileKind;
use super::diagnostics::Diagnostic;
use super::files::{Files, Place};

use anywhere::anywhere;
use behind_keys::behind_keys;
use in_list::in_list;
use words::Words;

/// Returns a text without what looks like a secret in it, as it is safe to be quoted.
pub fn hide(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut told = 0;
    for span in anywhere(text) {
        hidden.push_str(&text[told..span.start]);
        hidden.push_str(Secret::MASK);
        told = span.end;
    }
    hidden + &text[told..]
}

/// Masks the secrets in texts, and in what is said of them; `known` are such as were found by their place.
pub(super) fn veil(files: &mut Files, known: &[Place], diagnostics: &mut [Diagnostic]) {
    let mut secrets = known.to_vec();
    let mut lines = vec![];
    for (name, text) in files.texts() {
        let place = |span| Place {
            file: name.into(),
            span,
        };
        secrets.extend(anywhere(text).into_iter().map(place));
        match FileKind::of(name, text) {
            FileKind::List(_) => lines.extend(in_list(text).into_iter().map(place)),
            FileKind::Yaml | FileKind::Toml => {
                secrets.extend(behind_keys(text).into_iter().map(place));
            }
        }
    }
    let words = Words::of(secrets.iter().map(|at| files.part(at)));
    let mut of_lines: HashMap<_, Vec<_>> = HashMap::new();
    for at in &lines {
        let part = files.part(at).to_owned();
        of_lines.entry(files.origin(at)).or_default().push(part);
    }
    for diagnostic in diagnostics {
        let places = diagnostic.place.iter();
        let places = places.chain(diagnostic.related.iter().map(|(place, _)| place));
        let places = places.chain(diagnostic.replacement.iter().map(|one| &one.place));
        let own = places.filter_map(|place| of_lines.get(&files.origin(place)));
        let own = Words::of(own.flatten().map(String::as_str));
        let hidden = |text: &str| self::hide(&own.hide(&words.hide(text)));
        let hide = |text: &mut Text| *text = text.map(hidden);
        let Diagnostic {
            severity: _,
            kind: _,
            code: _,
            message,
            place: _,
            label,
            related,
            help,
            replacement,
        } = diagnostic;
        hide(message);
        label.iter_mut().for_each(hide);
        for (_, label) in related {
            hide(label);
        }
        help.iter_mut().for_each(hide);
        if let Some(offered) = replacement {
            offered.text = hidden(&offered.text);
            // What is to be copied must be whole.
            if offered.text.contains(Secret::MASK) {
                *replacement = None;
            }
        }
    }
    for place in secrets.iter().chain(&lines) {
        files.mask(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    #[test]
    fn finds_what_is_a_secret_in_any_text() {
        for (text, hidden) in [
            (
                "`me:pw@r.example.com` is no host",
                "`me:********@r.example.com` is no host",
            ),
            (
                "https://me:p/w@r.example.com/app:1",
                "https://me:********@r.example.com/app:1",
            ),
            ("me:pw@", "me:********@"),
            ("a:b@c://me:pw@d @:e", "a:********@c://me:********@d @:e"),
            ("é me:pw@a,me:pw@b", "é me:********@a,me:********@b"),
            (
                "`${P:-pw}` is not `${NAME}`",
                "`${********}` is not `${NAME}`",
            ),
            ("`${P pw`", "`${********`"),
            ("dckr_pat_0123456789 nginx", "******** nginx"),
        ] {
            assert_eq!(hide(text), hidden);
        }
        for text in [
            "app:1@sha256:0123",
            "r.example.com:5000/app@sha256:0123",
            "git@github.com",
            "write `$${` for the characters `${` themselves",
            "mail me: you@example.com",
        ] {
            assert_eq!(hide(text), text);
        }
    }

    #[test]
    fn a_secret_is_hidden_in_every_language() {
        let mut files = Files::default();
        files.add("mirror.yaml", "password: hunter2\n");
        let place = Place {
            file: "mirror.yaml".into(),
            span: 0..8,
        };
        let mut diagnostics =
            [
                Diagnostic::error("x", text!("`hunter2` is told", "说了 `hunter2`"))
                    .at(place.clone())
                    .label(text!("`hunter2` here", "这里有 `hunter2`"))
                    .related(place, text!("`hunter2` there", "那里有 `hunter2`"))
                    .help(text!("not `hunter2`", "不要写 `hunter2`")),
            ];
        veil(&mut files, &[], &mut diagnostics);
        let shown = Language::Chinese.speak(|| {
            let [told] = &diagnostics;
            let (_, related) = &told.related[0];
            format!(
                "{} {:?} {related} {:?}",
                told.message,
                told.label.as_ref().map(Text::as_str),
                told.help.as_ref().map(Text::as_str)
            )
        });
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shown.matches(Secret::MASK).count(), 4, "{shown}");
    }

    /// Each of them would take many minutes if it were looked through again for each of its parts.
    #[test]
    fn a_long_text_is_looked_through_once() {
        let repeated = |part: &str| part.repeat(300_000);
        for part in ["a@", "eyJ", "${a ", "u:p@h "] {
            let hidden = hide(&repeated(part));
            assert_eq!(hidden.contains(Secret::MASK), part != "a@", "{part}");
        }
    }
}
