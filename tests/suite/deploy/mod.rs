//! The examples for what runs jobs elsewhere: every command line in them can be typed, and those of shards do what they say when they
//! are run with what the engine would fill in.

mod files;

use pusher::cli::args::{Args, NotRun};
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::cli::harness::{NAMESPACE, Place, Ran};
use files::{Example, numbers};

#[test]
fn every_command_line_can_be_typed() {
    let mut seen = 0;
    for example in Example::all() {
        for line in &example.lines {
            let typed = ["pusher".to_owned()].into_iter().chain(filled(line, 0));
            if let Err(error) = Args::parse_checked(typed)
                && let NotRun::Refused { error, .. } = error
            {
                panic!("{}: {line:?}: {error}", example.path.display());
            }
            seen += 1;
        }
    }
    assert!(seen >= 13, "the command lines are no longer found: {seen}");
}

/// Returns a command line as the engine starts it, on the machine of this index, counted from 0.
fn filled(line: &[String], index: usize) -> Vec<String> {
    let (from_0, from_1) = (index.to_string(), (index + 1).to_string());
    let fill = |word: &String| {
        word.replace("$(JOB_COMPLETION_INDEX)", &from_0)
            .replace("${NOMAD_ALLOC_INDEX}", &from_0)
            .replace("{{inputs.parameters.number}}", &from_1)
            .replace("\"$CI_NODE_INDEX/$CI_NODE_TOTAL\"", &format!("{from_1}/8"))
            .replace(
                "\"shard-$CI_NODE_INDEX.json\"",
                &format!("shard-{from_1}.json"),
            )
            // What all machines see is one folder here.
            .replace("/shared/", "")
    };
    line.iter().map(fill).collect()
}

/// A list of so many images, and where they are to go.
async fn place() -> (Sandbox, Sandbox, Place) {
    let start = async || Sandbox::start(Options::default()).await.unwrap();
    let (source, target) = (start().await, start().await);
    let mut lines = vec![];
    for number in 0..12 {
        let image = Image::new("linux/amd64").generated_layer(50_000 + number * 3000, number);
        image.push(&source, &format!("org/app{number}"), "v1");
        lines.push(format!("SOURCE/org/app{number}:v1"));
    }
    let place = Place::between(&source, &target)
        .variable("ALIYUN_REGISTRY", target.address())
        .variable("ALIYUN_NAME_SPACE", NAMESPACE)
        .file("images.txt", &(lines.join("\n") + "\n"));
    (source, target, place)
}

/// Runs the first command line of an example that begins with this word.
fn run(place: &Place, examples: &[Example], word: &str, index: usize) -> Ran {
    let mut lines = examples.iter().flat_map(|example| &example.lines);
    let line = lines.find(|line| line[0] == word).unwrap();
    let line = filled(line, index).join(" ");
    if line.contains('*') {
        return place.shell(&format!("pusher {line}"));
    }
    place.run(&line)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shards_of_each_engine_bring_all_of_it() {
    for (engine, counted) in [
        (
            "deploy/kubernetes/shards-",
            vec!["completions", "parallelism"],
        ),
        ("deploy/argo/shards", vec!["end"]),
        ("deploy/nomad/shards-", vec!["count"]),
        ("docs/elsewhere/gitlab-shards", vec!["parallel"]),
    ] {
        let (_source, target, place) = place().await;
        let all = Example::all();
        let own = |example: &Example| example.path.to_str().unwrap().contains(engine);
        let examples: Vec<_> = all.into_iter().filter(own).collect();
        for key in counted {
            assert_eq!(numbers(&examples, key), [8], "{engine}: {key}");
        }
        let planned = run(&place, &examples, "plan", 0);
        assert_eq!(planned.status, 0, "{engine}: {}", planned.whole());
        // One machine is dead.
        for index in (0..8).filter(|index| *index != 5) {
            let ran = run(&place, &examples, "apply", index);
            assert_eq!(ran.status, 0, "{engine}: {}", ran.whole());
        }
        let merged = run(&place, &examples, "report", 0);
        assert_eq!(merged.status, 1, "{engine}: {}", merged.whole());
        assert!(
            merged.stdout.contains("The shard 6/8 has no report"),
            "{}",
            merged.whole()
        );
        assert_eq!(run(&place, &examples, "apply", 5).status, 0);
        let merged = run(&place, &examples, "report", 0);
        assert_eq!(merged.status, 0, "{engine}: {}", merged.whole());
        let mirrored =
            (0..12).filter(|number| !target.tags(&format!("{NAMESPACE}/app{number}")).is_empty());
        assert_eq!(mirrored.count(), 12, "{engine}");
        let ended = place.run("plan --format json");
        let plan: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(plan["summary"]["create"], 0, "{engine}");
    }
}
