//! The papers say what is so: commands parse, options and variables are all there, examples load,
//! links lead somewhere.

pub(crate) mod languages;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pusher::cli::args::{Args, NotRun};
use pusher::cli::variables::Variable;
use pusher::config::{self, Input, Loaded};

use page::Page;

const LANGUAGES: [&str; 2] = ["README.md", "README.zh-CN.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readmes() -> Vec<Page> {
    LANGUAGES.map(|name| Page::read(&root().join(name))).into()
}

/// Returns every page that people read: those at the top and those in `docs`, in both languages.
fn pages() -> Vec<Page> {
    ["", "docs", "docs/zh"]
        .iter()
        .flat_map(|folder| paths(&root().join(folder)))
        .map(|path| Page::read(&path))
        .collect()
}

/// Returns the pages of a folder, sorted.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    paths.sort();
    paths
}

/// Returns every long option of the command line, hidden ones aside.
fn options() -> BTreeSet<String> {
    let command = Args::command();
    let all = command.get_subcommands().chain([&command]);
    all.flat_map(clap::Command::get_arguments)
        .filter(|argument| !argument.is_hide_set())
        .filter_map(|argument| argument.get_long())
        .map(|long| format!("--{long}"))
        .collect()
}

#[test]
fn every_command_can_be_typed() {
    let mut seen = 0;
    for page in pages() {
        for command in page.commands() {
            // What a command needs is left out where it is only named; capitals stand for a value.
            let typed = match command.as_str() {
                "pusher import" | "pusher schema" | "pusher completions" | "pusher add"
                | "pusher remove" | "pusher set" | "pusher rewrite" | "pusher watch" => continue,
                command => command
                    .replace("KIND", "mirror")
                    .replace("SHELL", "bash")
                    .replace("BEFORE AFTER", "nginx:1.27.1 nginx:1.27.2")
                    .replace("IMAGE [RULE]", "nginx"),
            };
            // What stands in quotes is one word.
            let quoted = |(at, part): (usize, &str)| match at % 2 {
                0 => part.to_owned(),
                _ => part.replace(' ', "\t"),
            };
            let typed: String = typed.split('\'').enumerate().map(quoted).collect();
            // Who asks for help gets no error.
            if let Err(error) = Args::parse_checked(typed.split(' '))
                && let NotRun::Refused { error, .. } = error
            {
                panic!("{}: `{command}`: {error}", page.path.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "the commands are no longer found: {seen}");
}

#[test]
fn the_workflow_to_copy_is_the_template() {
    let template = std::fs::read_to_string(root().join("templates/mirror.yml")).unwrap();
    for page in LANGUAGES.into_iter().chain(["docs/github-actions.md"]) {
        let page = Page::read(&root().join(page));
        let given = page.blocks.iter().any(|(_, text)| *text == template);
        assert!(given, "{}", page.path.display());
    }
    let template = std::fs::read_to_string(root().join("templates/page.yml")).unwrap();
    let page = Page::read(&root().join("docs/page.md"));
    assert!(page.blocks.iter().any(|(_, text)| *text == template));
}

#[test]
fn the_reference_has_every_command_and_option_and_no_other() {
    let command = Args::command();
    for page in readmes() {
        let path = page.path.display();
        for name in command.get_subcommands().map(clap::Command::get_name) {
            let row = |row: &Vec<Vec<String>>| {
                let first = row.first().and_then(|cell| cell.first());
                first.is_some_and(|code| code.split(' ').take(2).eq(["pusher", name]))
            };
            assert!(
                page.rows.iter().any(row),
                "{path}: no row for `pusher {name}`"
            );
        }
        let known = options();
        let written: BTreeSet<String> = page
            .rows
            .iter()
            .filter_map(|row| row.first())
            .flatten()
            // The words of a line of an image list are none of a command.
            .filter(|code| !code.starts_with("--platform") || code.ends_with(",…"))
            .filter_map(|code| code.split(' ').next())
            .filter(|word| word.starts_with("--"))
            .map(str::to_owned)
            .collect();
        let builtin = ["--help", "--version"].map(str::to_owned);
        assert_eq!(written, &known | &BTreeSet::from(builtin), "{path}");
    }
}

/// Returns every file of the program's source.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn the_help_and_the_reference_have_every_variable_that_is_read_and_no_other() {
    let known: BTreeSet<_> = Variable::ALL.iter().map(|v| v.name().to_owned()).collect();
    // What the command line reads is a `Variable` by its type; the files' readers are given texts.
    let mut named = BTreeSet::new();
    for path in sources(&root().join("src")) {
        let code = std::fs::read_to_string(path).unwrap();
        for line in code
            .lines()
            .filter(|line| line.contains("VARIABLE: &str = "))
        {
            named.insert(line.split('"').nth(1).unwrap().to_owned());
        }
    }
    assert!(named.len() >= 2, "the variables are no longer found");
    assert!(named.is_subset(&known), "{named:?}");
    let help = Args::command().render_long_help().to_string();
    let (_, environment) = help.split_once("\nEnvironment:\n").unwrap();
    let words = environment
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let is_name =
        |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let told: BTreeSet<_> = words.filter(is_name).map(str::to_owned).collect();
    assert_eq!(told, known);
    for page in readmes() {
        let cells = page.rows.iter().filter_map(|row| row.first()).flatten();
        let written = cells.filter(|cell| is_name(&cell.as_str()));
        let written: BTreeSet<_> = written.cloned().collect();
        assert_eq!(written, known, "{}", page.path.display());
    }
}

fn load(path: &str, text: &str) -> Loaded {
    let variables = [
        (
            config::REGISTRY_VARIABLE,
            "registry.cn-hangzhou.aliyuncs.com",
        ),
        (config::NAMESPACE_VARIABLE, "my-mirror"),
        ("EX_USER", "user"),
        ("EX_PASSWORD", "password"),
    ];
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let environment: BTreeMap<_, _> = variables.map(own).into();
    config::load(&Input {
        path,
        text,
        environment: &environment,
        read: &|_| Ok("redis:7.4\n".to_owned()),
        names: &|_| vec![],
    })
}

#[test]
fn the_examples_load() {
    for page in readmes() {
        for (path, language) in [("mirror.yaml", "yaml"), ("images.txt", "text")] {
            let loaded = load(path, page.block(language));
            let path = page.path.display();
            assert_eq!(loaded.diagnostics, [], "{path}: {language}");
            assert_eq!(
                loaded.targets[0].entries.len(),
                4 - usize::from(language == "yaml"),
                "{path}"
            );
        }
    }
}

#[test]
fn the_keys_in_the_reference_are_those_of_the_mirror_file() {
    let schema = pusher::render::schemas::text(pusher::render::schemas::SchemaKind::Mirror);
    for page in readmes() {
        let keys = page.rows.iter().filter(|row| {
            let place = row.get(1).and_then(|cell| cell.first());
            place.is_some_and(|code| code == "defaults" || code.starts_with("registries."))
        });
        let keys: Vec<_> = keys.flat_map(|row| &row[0]).collect();
        assert!(keys.len() > 8, "{}: {keys:?}", page.path.display());
        for key in keys {
            assert!(
                schema.contains(&format!("\"{key}\"")),
                "{}: `{key}`",
                page.path.display()
            );
        }
    }
}

#[test]
fn the_names_in_the_reference_are_those_that_lists_get() {
    for page in readmes() {
        let is_image = |cell: &Vec<String>| cell.iter().all(|code| code.contains([':', '/']));
        let rows = page.rows.iter().filter(|row| match row.as_slice() {
            [list, target] => !list.is_empty() && list.len() == target.len() && is_image(list),
            _ => false,
        });
        let mut seen = 0;
        for row in rows {
            let list = row[0].join("\n").replace('…', &"0".repeat(64));
            let loaded = load("images.txt", &list);
            let targets: Vec<_> = loaded.targets[0]
                .entries
                .iter()
                .map(|e| e.target.to_string())
                .collect();
            assert_eq!(targets, row[1], "{}", page.path.display());
            seen += 1;
        }
        let path = page.path.display();
        assert_eq!(seen, 5, "{path}: the rows are no longer found");
    }
}

#[test]
fn links_inside_the_repository_lead_somewhere() {
    for page in pages() {
        let path = page.path.display();
        for link in page.links.iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let there = page.path.parent().unwrap().join(file);
            let target = if file.is_empty() {
                page.path.as_path()
            } else {
                there.as_path()
            };
            assert!(target.exists(), "{path}: {link}");
            let anchors = || Page::read(target).anchors;
            assert!(
                anchor.is_empty() || anchors().iter().any(|a| a == anchor),
                "{path}: {link}"
            );
        }
    }
}

#[test]
fn pictures_need_nothing_from_elsewhere_and_are_shown() {
    let folder = root().join("docs/pictures");
    let shown = ["README.md", "README.zh-CN.md"]
        .map(|page| std::fs::read_to_string(root().join(page)).unwrap());
    let entries = std::fs::read_dir(folder).unwrap();
    let pictures = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "svg"));
    let mut count = 0;
    for path in pictures {
        let text = std::fs::read_to_string(&path).unwrap();
        let foreign = ["href", "url(", "@import", "<script", "/home/", "/tmp/"];
        assert!(
            foreign.iter().all(|word| !text.contains(word)),
            "{}",
            path.display()
        );
        assert_eq!(
            text.matches("http").count(),
            text.matches("xmlns=\"http://www.w3.org/").count()
        );
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            shown
                .iter()
                .any(|page| page.contains(&format!("(docs/pictures/{name})"))),
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 6);
}
