//! The exit status of every command, for every sort of thing that it can find.

use pusher::cli::exit::Exit;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Effect, Fault, Sandbox};

use super::harness::{NAMESPACE, Place, pair};

/// The commands of the table, `apply` last since it changes what the others see.
const COMMANDS: [&str; 8] = [
    "list",
    "check",
    "plan",
    "plan --detailed-exitcode",
    "plan --detailed-exitcode --allow-unknown",
    "plan --offline",
    "drift",
    "apply",
];

/// An image in place, one to create, one that its source does not have, and two that cannot be read:
/// at the source, and in the target.
async fn world() -> (Sandbox, Sandbox) {
    let (source, target) = pair().await;
    for name in ["fine", "new", "dark", "shut"] {
        let image = Image::new("linux/amd64").layer(name);
        image.push(&source, &format!("org/{name}"), "v1");
        if name == "fine" {
            image.push(&target, &format!("{NAMESPACE}/{name}"), "v1");
        }
    }
    let denied = |path: &str| Fault::new("", path, Effect::status(403)).always();
    source.faults().add(denied("/org/dark/"));
    target.faults().add(denied("/shut/"));
    (source, target)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_makes_the_status() {
    let (source, target) = world().await;
    for (images, statuses) in [
        ("fine", [0, 0, 0, 0, 0, 0, 0, 0]),
        ("fine new", [0, 0, 0, 2, 2, 0, 2, 0]),
        ("fine gone", [0, 0, 1, 1, 1, 0, 2, 1]),
        ("new gone", [0, 0, 1, 1, 1, 0, 2, 1]),
        ("fine dark", [0, 0, 1, 1, 0, 0, 1, 1]),
        ("fine shut", [0, 0, 1, 1, 0, 0, 1, 1]),
        ("new dark", [0, 0, 1, 1, 2, 0, 1, 1]),
        ("new shut", [0, 0, 1, 1, 2, 0, 1, 1]),
        ("gone dark", [0, 0, 1, 1, 1, 0, 1, 1]),
        ("fine fine:v1", [1; 8]),
    ] {
        let line = |name: &str| format!("SOURCE/org/{name}:v1\n");
        let list: String = images.split(' ').map(line).collect();
        let place = Place::between(&source, &target).file("images.txt", &list);
        let found = COMMANDS.map(|command| place.run(command).status);
        assert_eq!(found, statuses, "{images}");
        target.delete_tag(&format!("{NAMESPACE}/new"), "v1");
    }
}

/// The rows of the table in a page that begin with a number.
fn numbers(page: &str) -> Vec<String> {
    let first = |line: &str| Some(line.strip_prefix("| ")?.split(' ').next()?.to_owned());
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    page.lines().filter_map(first).filter(is_number).collect()
}

#[test]
fn help_and_both_readmes_name_every_status() {
    let statuses = Exit::ALL.map(|exit| exit.code().to_string());
    for page in [
        include_str!("../../../README.md"),
        include_str!("../../../README.zh-CN.md"),
    ] {
        let begin = page.find("| 0 |").unwrap();
        let end = begin + page[begin..].find("\n\n").unwrap();
        assert_eq!(numbers(&page[begin..end]), statuses);
    }
    let help = Place::empty().run("--help").stdout;
    for exit in Exit::ALL {
        let line = format!("\n  {:<3}  {}", exit.code(), exit.meaning());
        assert!(help.contains(&line), "{help}");
    }
}
