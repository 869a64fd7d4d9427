//! The files below `deploy` and `docs/elsewhere`, and the command lines in them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Our image, as the examples name it.
const IMAGE: &str = "ghcr.io/OWNER/pusher:";

/// A file, and what it starts `pusher` with.
#[derive(Debug)]
pub(super) struct Example {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) lines: Vec<Vec<String>>,
}

impl Example {
    /// Returns all of them. What is of no known kind below `deploy` is an error: nothing would look at it.
    pub(super) fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = vec![];
        for folder in ["deploy", "docs/elsewhere"] {
            below(&root.join(folder), &mut paths);
        }
        paths.sort();
        paths.into_iter().filter_map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Option<Self> {
        let text = fs::read_to_string(&path).unwrap();
        let kind = path.extension().and_then(|end| end.to_str());
        let lines = match kind {
            Some("yaml" | "yml") => of_yaml(&text),
            Some("hcl") => of_hcl(&text),
            _ if path.to_str().unwrap().contains("docs/elsewhere") => return None,
            _ => panic!("{}: nothing looks at such a file", path.display()),
        };
        Some(Self { path, text, lines })
    }
}

fn below(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

/// The arguments of each container of our image, and the lines of a job's script that run `pusher`.
fn of_yaml(text: &str) -> Vec<Vec<String>> {
    let mut lines = vec![];
    for document in serde_yaml::from_multiple::<Value>(text).unwrap() {
        collect(&document, &mut lines);
    }
    lines
}

fn collect(value: &Value, lines: &mut Vec<Vec<String>>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, lines)),
        Value::Object(fields) => {
            let is_ours = fields.get("image").and_then(Value::as_str);
            if is_ours.is_some_and(|image| image.starts_with(IMAGE)) {
                lines.extend(fields.get("args").map(words));
            }
            let script = fields.get("script").and_then(Value::as_array);
            for line in script.into_iter().flatten().filter_map(Value::as_str) {
                if let Some(typed) = line.strip_prefix("pusher ") {
                    lines.push(typed.split(' ').map(str::to_owned).collect());
                }
            }
            fields.values().for_each(|one| collect(one, lines));
        }
        _ => {}
    }
}

/// A job of Nomad has its arguments in lists of texts, of which JSON knows all but the last comma.
fn of_hcl(text: &str) -> Vec<Vec<String>> {
    let lists = text.lines().enumerate().filter_map(|(at, line)| {
        let line = line.trim();
        let is_args = line.split_once('=')?.0.trim() == "args";
        is_args.then(|| text.lines().skip(at).collect::<Vec<_>>().join(" "))
    });
    let read = |text: String| {
        let (_, behind) = text.split_once('[').unwrap();
        let (list, _) = behind.split_once(']').unwrap();
        let list = list.trim().trim_end_matches(',');
        words(&serde_json::from_str(&format!("[{list}]")).unwrap())
    };
    lists.map(read).collect()
}

fn words(list: &Value) -> Vec<String> {
    let word = |word: &Value| word.as_str().expect("a text").to_owned();
    list.as_array().unwrap().iter().map(word).collect()
}

/// Returns what stands behind a key, wherever it does, each number once.
pub(super) fn numbers(examples: &[Example], key: &str) -> Vec<u64> {
    let lines = examples.iter().flat_map(|example| example.text.lines());
    let values = lines.filter_map(|line| {
        let (name, value) = line.split_once([':', '='])?;
        let value = value.trim().trim_matches('"');
        (name.trim() == key).then(|| value.parse().unwrap())
    });
    let mut values: Vec<u64> = values.collect();
    values.dedup();
    values
}
