//! The code map in `src/lib.rs` holds: who imports whom, and that a pure folder names no IO.

mod source;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What one row of the map says.
struct Layer {
    pure: bool,
    /// None for the binary's folder, which may import everything.
    imports: Option<Vec<String>>,
}

/// What a pure folder may not name: input and output, clocks, other tasks.
const IMPURE: [&str; 25] = [
    "async",
    "await",
    "axum",
    "docker_credential",
    "eprint",
    "eprintln",
    "futures_util",
    "hyper",
    "indicatif",
    "print",
    "println",
    "reqwest",
    "rustls",
    "std::env",
    "std::fs",
    "std::io::stderr",
    "std::io::stdin",
    "std::io::stdout",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "tokio",
    "tracing",
];
/// The last words of paths that ask a file system or a clock.
const IMPURE_ENDS: [&str; 9] = [
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "metadata",
    "now",
    "read_dir",
    "stdin",
    "stdout",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Reads the table in `lib.rs`.
fn map(lib: &str) -> BTreeMap<String, Layer> {
    let row = |line: &str| {
        let cells: Vec<_> = line.strip_prefix("//! | [`")?.split(" | ").collect();
        let [name, kind, imports] = cells[..] else {
            return None;
        };
        let words = imports.split('`').skip(1).step_by(2);
        let folder = |word: &str| word.split("::").next().unwrap_or(word).to_owned();
        let layer = Layer {
            pure: kind == "pure",
            imports: (!imports.starts_with("everything")).then(|| words.map(folder).collect()),
        };
        Some((name.trim_end_matches("`]").to_owned(), layer))
    };
    lib.lines().filter_map(row).collect()
}

/// Says what is wrong with a file of a folder; `depth` is how many modules deep it is.
fn violations(folder: &str, layer: &Layer, depth: usize, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in source::paths(text) {
        let words: Vec<_> = path.split("::").collect();
        let supers = words.iter().take_while(|word| **word == "super").count();
        let imported = match words[..] {
            ["crate" | "pusher", folder, ..] => Some(folder),
            _ if supers >= depth && supers > 0 => words.get(supers).copied(),
            _ => None,
        };
        let allowed = |name: &str| {
            let imports = layer.imports.as_ref();
            imports.is_none_or(|imports| imports.iter().any(|import| import == name))
        };
        if let Some(name) = imported.filter(|name| *name != folder && !allowed(name)) {
            found.push(format!("imports `{name}` by `{path}`"));
        }
        let begins = |name: &str| path == name || path.starts_with(&format!("{name}::"));
        let ends = |end: &str| words.last() == Some(&end);
        let impure = IMPURE.into_iter().any(begins) || IMPURE_ENDS.into_iter().any(ends);
        if layer.pure && impure {
            found.push(format!("names `{path}`, and is pure"));
        }
        if folder != "cli" && begins("std::env") {
            found.push(format!("names `{path}`: only `cli` reads the environment"));
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.extension() {
            None => rust_files(&path),
            Some(extension) if extension == "rs" => vec![path],
            Some(_) => Vec::new(),
        })
        .collect();
    files.sort();
    files
}

/// Returns the modules that a file stands for: `src/plan/mod.rs` is `plan`.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix(root()).unwrap().with_extension("");
    let words = path.iter().map(|word| word.to_str().unwrap().to_owned());
    words.filter(|word| word != "mod").collect()
}

#[test]
fn every_folder_imports_what_the_map_allows_and_pure_ones_name_no_io() {
    let layers = map(&fs::read_to_string(root().join("lib.rs")).unwrap());
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for file in rust_files(&root()) {
        let module = module(&file);
        let [folder, ..] = &module[..] else { continue };
        if folder == "lib" || folder == "main" {
            continue;
        }
        let Some(layer) = layers.get(folder) else {
            wrong.push(format!("`{folder}` is not in the code map of src/lib.rs"));
            continue;
        };
        seen.insert(folder.clone());
        let text = fs::read_to_string(&file).unwrap();
        let place = module.join("::");
        let found = violations(folder, layer, module.len(), &text);
        wrong.extend(found.into_iter().map(|what| format!("{place} {what}")));
    }
    let missing = layers.keys().filter(|name| !seen.contains(*name));
    wrong.extend(missing.map(|name| format!("`{name}` is in the code map and nowhere else")));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_checker_finds_what_it_looks_for() {
    let lib = "//! | [`plan`] | pure | `model`, `config::desired` (words) |\n\
               //! | [`cli`] | binary | everything |";
    let layers = map(lib);
    let plan = &layers["plan"];
    for good in [
        "use crate::model::Digest; use crate::config::Desired; use super::change::Plan;",
        "use std::io::{self, Write}; fn a(to: &mut dyn Write) -> io::Result<()> { Ok(()) }",
        "// std::fs\nconst A: &str = \"std::fs::read\";",
        "#[cfg(test)]\nmod tests { use std::fs; }",
    ] {
        assert_eq!(
            violations("plan", plan, 2, good),
            Vec::<String>::new(),
            "{good}"
        );
    }
    for bad in [
        "use crate::registry::ReadRegistry;",
        "use crate::{model::Digest, render::human};",
        "use super::super::registry;",
        "use std::{fmt, fs};",
        "fn a() { std::fs::read(\"a\"); }",
        "use std::io; fn a() { io::stdout(); }",
        "fn a() { println!(\"a\"); }",
        "use std::time::Instant;",
        "fn a() { jiff::Timestamp::now(); }",
        "async fn a() {}",
        "use tokio::sync::Mutex;",
        "fn a(path: &std::path::Path) { path.exists(); }",
    ] {
        assert_eq!(violations("plan", plan, 2, bad).len(), 1, "{bad}");
    }
    assert!(violations("cli", &layers["cli"], 2, "use crate::plan; use std::fs;").is_empty());
    let environment = "fn a() { std::env::var(\"A\"); }";
    assert_eq!(
        violations("registry", &layers["cli"], 2, environment).len(),
        1
    );
}

#[test]
fn main_is_short() {
    let main = fs::read_to_string(root().join("main.rs")).unwrap();
    let lines = main.lines().count();
    assert!(
        lines < 40,
        "src/main.rs has {lines} lines; it parses, runs and exits"
    );
}
