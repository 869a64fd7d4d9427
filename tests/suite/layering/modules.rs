//! The files of the crate as modules, and in which of them stands what a path names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::source::Paths;

/// The files by their modules: `src/plan/mod.rs` is `plan`, `src/plan/change.rs` is `plan::change`.
pub(super) struct Modules(BTreeMap<String, Paths>);

impl Modules {
    /// Reads the crate.
    pub(super) fn read() -> Self {
        let root = root();
        let files = rust_files(&root).into_iter();
        let texts: Vec<_> = files
            .map(|file| {
                let text = fs::read_to_string(&file).unwrap();
                (module(file.strip_prefix(&root).unwrap()), text)
            })
            .collect();
        Self::of(texts.iter().map(|(name, text)| (&**name, &**text)))
    }

    pub(super) fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = texts.into_iter();
        Self(
            files
                .map(|(name, text)| (name.to_owned(), Paths::of(text)))
                .collect(),
        )
    }

    /// Returns the files, each with the paths that it names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Paths)> {
        self.0.iter().map(|(name, paths)| (&**name, paths))
    }

    /// Returns the module whose file has what `path` names in `module`, whoever hands it on; the whole
    /// path where no file is known to; none for what is of another crate, or has a name alone.
    pub(super) fn home(&self, module: &str, path: &str) -> Option<String> {
        let whole = self.whole_path(module, path)?;
        Some(self.written_in(&whole, 0))
    }

    fn whole_path(&self, module: &str, path: &str) -> Option<String> {
        let (first, _) = path.split_once("::")?;
        let words: Vec<_> = path.split("::").collect();
        let supers = words.iter().take_while(|word| **word == "super").count();
        let mut whole: Vec<_> = module.split("::").collect();
        let skipped = match first {
            "crate" | "pusher" => {
                whole.clear();
                1
            }
            "self" => 1,
            "super" => {
                whole.truncate(whole.len().saturating_sub(supers));
                supers
            }
            child if self.0.contains_key(&format!("{module}::{child}")) => 0,
            _ => return None,
        };
        whole.extend(&words[skipped..]);
        (!whole.is_empty()).then(|| whole.join("::"))
    }

    fn written_in(&self, whole: &str, depth: usize) -> String {
        let words: Vec<_> = whole.split("::").collect();
        for length in (1..=words.len()).rev() {
            let module = words[..length].join("::");
            let Some(paths) = self.0.get(&module) else {
                continue;
            };
            let name = words.get(length);
            let is_it = |path: &&String| path.rsplit("::").next() == name.copied();
            let handed_on = paths.re_exported.iter().find(is_it);
            let further = handed_on.and_then(|path| self.whole_path(&module, path));
            return match further {
                // A name that is handed on to itself is written nowhere.
                Some(further) if depth < words.len() + 8 => self.written_in(&further, depth + 1),
                _ => module,
            };
        }
        whole.to_owned()
    }
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.extension() {
            None => rust_files(&path),
            Some(extension) if extension == "rs" => vec![path],
            Some(_) => Vec::new(),
        })
        .collect()
}

fn module(path: &Path) -> String {
    let path = path.with_extension("");
    let words = path.iter().map(|word| word.to_str().unwrap());
    words
        .filter(|word| *word != "mod")
        .collect::<Vec<_>>()
        .join("::")
}

#[test]
fn what_is_handed_on_is_found_where_it_is_written() {
    let modules = Modules::of([
        ("plan", "mod change; pub use change::{Plan, Action};"),
        ("plan::change", ""),
        ("plan::saved", "pub(crate) use super::Plan;"),
    ]);
    for (module, path, home) in [
        ("apply", "crate::plan::Plan", Some("plan::change")),
        ("apply", "pusher::plan::plan", Some("plan")),
        ("apply", "crate::plan::saved::Plan", Some("plan::change")),
        ("apply", "crate::cli::run", Some("cli::run")),
        ("plan", "change::Plan::new", Some("plan::change")),
        ("plan", "self::change", Some("plan::change")),
        ("plan::saved", "super::Action::Create", Some("plan::change")),
        ("plan::saved", "super::super::plan::x", Some("plan")),
        ("plan::saved", "change::x", None),
        ("plan", "change", None),
        ("plan", "std::fs", None),
    ] {
        assert_eq!(modules.home(module, path).as_deref(), home, "{path}");
    }
}
