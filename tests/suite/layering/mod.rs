//! The code map in `src/lib.rs` holds: who imports whom, and that a pure folder names no IO.

mod circles;
mod modules;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use modules::{Modules, root};
use source::Paths;

/// What one row of the map says.
struct Layer {
    pure: bool,
    /// None for the binary's folder, which may import everything.
    imports: Option<Vec<String>>,
}

/// What a pure folder may not name: input and output, clocks, other tasks.
const IMPURE: [&str; 24] = [
    "async",
    "await",
    "axum",
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
/// The last words of paths that ask a file system.
const IMPURE_ENDS: [&str; 8] = [
    "canonicalize",
    "exists",
    "is_dir",
    "is_file",
    "metadata",
    "read_dir",
    "stdin",
    "stdout",
];

/// Reads the table in `lib.rs`.
fn map(lib: &str) -> BTreeMap<String, Layer> {
    let row = |line: &str| {
        let cells: Vec<_> = line.strip_prefix("//! | [`")?.split(" | ").collect();
        let [name, kind, imports] = cells[..] else {
            return None;
        };
        let words = imports.split('`').skip(1).step_by(2);
        let layer = Layer {
            pure: kind == "pure",
            imports: (!imports.starts_with("everything"))
                .then(|| words.map(str::to_owned).collect()),
        };
        Some((name.trim_end_matches("`]").to_owned(), layer))
    };
    lib.lines().filter_map(row).collect()
}

/// Says what is wrong with a file.
fn violations(modules: &Modules, module: &str, layer: &Layer, paths: &Paths) -> Vec<String> {
    let folder = module.split("::").next().unwrap_or(module);
    let mut found = Vec::new();
    for path in paths.all() {
        let words: Vec<_> = path.split("::").collect();
        let is_in = |home: &str, place: &str| {
            let rest = home.strip_prefix(place);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        };
        let allowed = |home: &String| {
            let imports = layer.imports.as_ref();
            imports.is_none_or(|imports| imports.iter().any(|import| is_in(home, import)))
        };
        let home = modules.home(module, path);
        if let Some(home) = home.filter(|home| !is_in(home, folder) && !allowed(home)) {
            found.push(format!("imports `{home}` by `{path}`"));
        }
        let begins = |name: &str| path == name || path.starts_with(&format!("{name}::"));
        let ends = |end: &str| words.last() == Some(&end);
        let impure = IMPURE.into_iter().any(begins)
            || IMPURE_ENDS.into_iter().any(ends)
            || path.ends_with("::now");
        if layer.pure && impure {
            found.push(format!("names `{path}`, and is pure"));
        }
        if folder != "cli" && begins("std::env") {
            found.push(format!("names `{path}`: only `cli` reads the environment"));
        }
    }
    found
}

#[test]
fn every_folder_imports_what_the_map_allows_and_pure_ones_name_no_io() {
    let layers = map(&fs::read_to_string(root().join("lib.rs")).unwrap());
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    let modules = Modules::read();
    for (module, paths) in modules.iter() {
        let folder = module.split("::").next().unwrap_or(module);
        if folder == "lib" || folder == "main" {
            continue;
        }
        let Some(layer) = layers.get(folder) else {
            wrong.push(format!("`{folder}` is not in the code map of src/lib.rs"));
            continue;
        };
        seen.insert(folder.to_owned());
        let found = violations(&modules, module, layer, paths);
        wrong.extend(found.into_iter().map(|what| format!("{module} {what}")));
    }
    let missing = layers.keys().filter(|name| !seen.contains(*name));
    wrong.extend(missing.map(|name| format!("`{name}` is in the code map and nowhere else")));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_command_imports_another() {
    let command = |module: &str| {
        let rest = module.strip_prefix("cli::commands::")?;
        rest.split("::").next().map(str::to_owned)
    };
    let modules = Modules::read();
    let mut wrong = Vec::new();
    for (module, paths) in modules.iter() {
        let Some(own) = command(module) else { continue };
        let homes = paths.used.iter();
        let homes = homes.filter_map(|path| modules.home(module, path));
        let others = homes.filter(|home| command(home).is_some_and(|other| other != own));
        wrong.extend(others.map(|home| format!("{module} imports `{home}`")));
    }
    let advice = "what commands do alike stands in `cli::session`";
    assert!(wrong.is_empty(), "\n{}\n{advice}\n", wrong.join("\n"));
}

#[test]
fn the_checker_finds_what_it_looks_for() {
    let lib = "//! | [`plan`] | pure | `model`, `config::desired` (words) |\n\
               //! | [`registry`] | edge | `model` |\n\
               //! | [`cli`] | binary | everything |";
    let layers = map(lib);
    let modules = Modules::of([
        ("config", "pub use desired::Desired; pub use load::load;"),
        ("config::desired", ""),
        ("config::load", ""),
    ]);
    let violations = |module: &str, text: &str| {
        let folder = module.split("::").next().unwrap();
        violations(&modules, module, &layers[folder], &Paths::of(text))
    };
    for good in [
        "use crate::model::Digest; use crate::config::Desired; use super::change::Plan;",
        "use std::io::{self, Write}; fn a(to: &mut dyn Write) -> io::Result<()> { Ok(()) }",
        "// std::fs\nconst A: &str = \"std::fs::read\";",
        "#[cfg(test)]\nmod tests { use std::fs; }",
    ] {
        assert_eq!(
            violations("plan::classify", good),
            Vec::<String>::new(),
            "{good}"
        );
    }
    for bad in [
        "use crate::registry::ReadRegistry;",
        "use crate::config::load;",
        "use crate::{model::Digest, render::human};",
        "use super::super::registry;",
        "use std::{fmt, fs};",
        "fn a() { std::fs::read(\"a\"); }",
        "use std::io; fn a() { io::stdout(); }",
        "fn a() { println!(\"a\"); }",
        "use std::time::Instant;",
        "fn a() { chrono::Utc::now(); }",
        "async fn a() {}",
        "use tokio::sync::Mutex;",
        "fn a(path: &std::path::Path) { path.exists(); }",
    ] {
        assert_eq!(violations("plan::classify", bad).len(), 1, "{bad}");
    }
    assert!(violations("cli::args", "use crate::plan::Plan; use std::fs;").is_empty());
    let environment = "fn a() { std::env::var(\"A\"); }";
    assert_eq!(violations("registry::auth", environment).len(), 1);
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
