//! What is said in Chinese is what is said in English: the same headings, tables, figures, code and links. A
//! word of the glossary is written in one way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::page::Page;
use super::{LANGUAGES, paths, root};

/// Where the Chinese pages are, each under the name that it has in English.
const CHINESE: &str = "docs/zh";

/// What nobody needs who mirrors images: figures, and how they were measured.
const ENGLISH_ALONE: [&str; 2] = ["benchmarks.md", "comparison.md"];

/// The words that the Chinese pages use.
const GLOSSARY: &str = "glossary.md";

/// Returns the names of the pages in a folder, but these.
fn names(folder: &str, but: &[&str]) -> BTreeSet<String> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let all = paths(&root().join(folder));
    let names = all.iter().map(name);
    names.filter(|name| !but.contains(&name.as_str())).collect()
}

/// Returns where a page stands in English and in Chinese.
fn pairs() -> Vec<[PathBuf; 2]> {
    let docs = names(CHINESE, &[GLOSSARY]).into_iter();
    let docs = docs.map(|name| [format!("docs/{name}"), format!("{CHINESE}/{name}")]);
    let readme = LANGUAGES.map(str::to_owned);
    let all = std::iter::once(readme).chain(docs);
    all.map(|pair| pair.map(|path| root().join(path))).collect()
}

/// Returns what a block does, whatever its comments say.
fn without_comments(text: &str) -> Vec<&str> {
    text.lines()
        .map(|line| match line.split_once(" #") {
            _ if line.starts_with('#') => "",
            Some((code, _)) => code.trim_end(),
            None => line,
        })
        .collect()
}

/// Returns the figures of a text, sorted.
fn figures(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.'));
    let words = words.map(|word| word.trim_matches([',', '.']));
    let mut figures: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    figures.sort_unstable();
    figures
}

/// Returns the file that a link leads to, and what it names there; nothing if it leads out.
fn destination(page: &Path, link: &str) -> Option<(PathBuf, String)> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let there = match file {
        _ if link.contains("://") => return None,
        "" => page.to_owned(),
        file => {
            let there = page.parent().unwrap().join(file);
            let there = there.canonicalize();
            there.unwrap_or_else(|error| panic!("{}: {link}: {error}", page.display()))
        }
    };
    Some((there, anchor.to_owned()))
}

/// Returns where the links of a page lead, as they would in English: the page, and which of its headings.
fn links(page: &Page, pairs: &[[PathBuf; 2]]) -> BTreeSet<(PathBuf, Option<usize>)> {
    let glossary = root().join(CHINESE).join(GLOSSARY);
    page.links
        .iter()
        .map(|link| match destination(&page.path, link) {
            None => (PathBuf::from(link), None),
            Some((there, anchor)) if anchor.is_empty() => (there, None),
            Some((there, anchor)) => {
                let heading = Page::read(&there).anchors.iter().position(|a| *a == anchor);
                (there, heading)
            }
        })
        .filter(|(there, _)| *there != glossary)
        .map(|(there, heading)| {
            let pair = pairs.iter().find(|[_, chinese]| *chinese == there);
            (pair.map_or(there, |[english, _]| english.clone()), heading)
        })
        .collect()
}

#[test]
fn each_page_is_there_in_both_languages() {
    let english = names("docs", &ENGLISH_ALONE);
    assert_eq!(names(CHINESE, &[GLOSSARY]), english);
}

#[test]
fn both_languages_have_the_same_headings_tables_code_and_links() {
    let pairs = pairs();
    for pair in &pairs {
        let [english, chinese] = pair.each_ref().map(|path| Page::read(path));
        let path = chinese.path.display();
        assert_eq!(chinese.levels, english.levels, "{path}: headings");

        // The order of what is in a cell is that of the language.
        let rows = |page: &Page| {
            let mut rows = page.rows.clone();
            rows.iter_mut().flatten().for_each(|cell| cell.sort());
            rows
        };
        for (chinese, english) in rows(&chinese).iter().zip(rows(&english)) {
            assert_eq!(*chinese, english, "{path}: the code in a row");
        }
        assert_eq!(chinese.rows.len(), english.rows.len(), "{path}: rows");
        for (chinese, english) in chinese.cells.iter().zip(&english.cells) {
            let same = figures(chinese) == figures(english);
            assert!(same, "{path}: the figures of {chinese:?} and {english:?}");
        }

        for (chinese, english) in chinese.blocks.iter().zip(&english.blocks) {
            assert_eq!(chinese.0, english.0, "{path}: the language of a block");
            let [chinese, english] = [chinese, english].map(|(_, text)| without_comments(text));
            assert_eq!(chinese, english, "{path}: a block");
        }
        assert_eq!(chinese.blocks.len(), english.blocks.len(), "{path}: blocks");

        let spans = |page: &Page| page.spans.iter().cloned().collect::<BTreeSet<_>>();
        let [chinese_spans, english_spans] = [&chinese, &english].map(spans);
        let differ: Vec<_> = chinese_spans.symmetric_difference(&english_spans).collect();
        assert!(
            differ.is_empty(),
            "{path}: in one language alone: {differ:?}"
        );

        let [chinese_links, english_links] = [&chinese, &english].map(|page| links(page, &pairs));
        let differ: Vec<_> = chinese_links.symmetric_difference(&english_links).collect();
        assert!(
            differ.is_empty(),
            "{path}: linked in one language alone: {differ:?}"
        );
    }
}

#[test]
fn a_chinese_page_leads_to_chinese_pages() {
    let pairs = pairs();
    for [own, chinese] in &pairs {
        let page = Page::read(chinese);
        for link in &page.links {
            let there = destination(chinese, link).map(|(there, _)| there);
            let is_english = |[english, _]: &&[PathBuf; 2]| Some(english) == there.as_ref();
            if let Some([_, instead]) = pairs.iter().find(is_english)
                && there.as_ref() != Some(own)
            {
                panic!(
                    "{}: {link} is there as {}",
                    chinese.display(),
                    instead.display()
                );
            }
        }
    }
}

/// Returns the words that the glossary does not write.
pub(crate) fn avoided() -> Vec<String> {
    let glossary = Page::read(&root().join(CHINESE).join(GLOSSARY));
    let rows = glossary.rows.into_iter();
    let avoided = rows.filter_map(|row| row.into_iter().nth(3));
    let avoided: Vec<_> = avoided.flatten().collect();
    assert!(
        avoided.len() > 20,
        "the words are no longer found: {avoided:?}"
    );
    avoided
}

/// Returns those of some words that a text has.
pub(crate) fn found<'w>(words: &'w [String], text: &str) -> Vec<&'w str> {
    // Chinese has no blanks between its words; a foreign word is one by itself.
    let foreign: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let is_there = |word: &&str| {
        let is_word = foreign.contains(word);
        is_word || !word.is_ascii() && text.contains(word)
    };
    words.iter().map(String::as_str).filter(is_there).collect()
}

#[test]
fn what_the_glossary_does_not_write_is_not_written() {
    let avoided = avoided();
    for [_, chinese] in pairs() {
        let prose = Page::read(&chinese).prose;
        let written = found(&avoided, &prose);
        assert!(written.is_empty(), "{}: {written:?}", chinese.display());
    }
}
