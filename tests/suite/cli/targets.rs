//! One mirror file, several targets: planned, locked, applied and watched together, each source read once.

use std::fs;
use std::process::Command;

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Effect, Fault, Options, Sandbox, User};
use serde_json::Value;

use super::harness::{Place, pair};

const IMAGES: &str = "images: [SOURCE/library/nginx:1.27, SOURCE/org/app:v1]\n";

struct World {
    source: Sandbox,
    near: Sandbox,
    far: Sandbox,
    place: Place,
}

/// A source with two images that share a layer, and a file that sends them to two registries.
async fn world() -> World {
    let (source, near) = pair().await;
    let far = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64")
        .layer("base")
        .layer("nginx")
        .push(&source, "library/nginx", "1.27");
    Image::new("linux/amd64")
        .layer("base")
        .layer("app")
        .push(&source, "org/app", "v1");
    let place = Place::empty()
        .naming(source.address(), "SOURCE")
        .naming(near.address(), "NEAR")
        .naming(far.address(), "FAR")
        .variable("A", "secret-a")
        .variable("B", "secret-b");
    let world = World {
        source,
        near,
        far,
        place,
    };
    world.declare(
        "  near: { registry: NEAR, namespace: team }\n  far: { registry: FAR, namespace: away, naming: path }\n",
    );
    world
}

impl World {
    fn declare(&self, targets: &str) {
        let text = format!("version: 1\ntargets:\n{targets}{IMAGES}");
        self.place.write("mirror.yaml", &text);
    }

    /// Returns what the source was asked for, without what hosts are asked for by themselves.
    fn asked(&self, what: &str) -> Vec<String> {
        let lines = self.source.log().lines();
        let mut asked: Vec<_> = lines
            .into_iter()
            .filter(|line| line.contains(what))
            .collect();
        asked.sort();
        asked
    }
}

fn without_repeats(lines: &[String]) -> usize {
    let mut lines = lines.to_vec();
    lines.dedup();
    lines.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_target_gets_the_images_and_the_source_is_read_once() {
    let world = world().await;
    let World {
        source,
        near,
        far,
        place,
    } = &world;
    insta::assert_snapshot!("targets_list", place.run("list").whole());
    insta::assert_snapshot!("targets_plan", place.run("plan").whole());
    assert_eq!(world.asked("HEAD").len(), 2, "one question for each source");
    source.log().clear();
    insta::assert_snapshot!("targets_apply", place.run("apply --yes").whole());
    let blobs = world.asked("/blobs/");
    assert_eq!(blobs.len(), 5, "two configs, three layers: {blobs:#?}");
    assert_eq!(without_repeats(&blobs), 5);
    let manifests = world.asked("GET /v2/library/nginx/manifests/");
    assert_eq!(manifests.len(), 1, "{manifests:#?}");
    assert_eq!(near.tags("team/nginx"), ["1.27"]);
    assert_eq!(far.tags("away/library/nginx"), ["1.27"]);
    assert_eq!(far.tags("away/org/app"), ["v1"]);
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);

    insta::assert_snapshot!("targets_lock", place.run("lock").whole());
    let lock = |name: &str| fs::read_to_string(place.path().join(name)).unwrap();
    assert!(lock("mirror.near.lock").contains("target = \"nginx:1.27\""));
    assert!(lock("mirror.far.lock").contains("target = \"library/nginx:1.27\""));
    assert!(!place.path().join("mirror.lock").exists());
    assert_eq!(place.run("lock --check").status, 0);
    source.log().clear();
    assert_eq!(place.run("plan --locked --detailed-exitcode").status, 0);
    assert_eq!(source.log().requests().len(), 0);

    // One of them is overwritten: drift names which, and only that is mended.
    Image::new("linux/amd64")
        .layer("other")
        .push(far, "away/org/app", "v1");
    insta::assert_snapshot!("targets_drift", place.run("drift").whole());
    assert_eq!(place.run("drift --to near").status, 0);
    assert_eq!(place.run("drift --to far").status, 2);
    near.log().clear();
    assert_eq!(place.run("apply -q --to far").status, 0);
    assert_eq!(near.log().requests().len(), 0);
    assert_eq!(place.run("drift").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_get_a_document_with_one_for_each_target() {
    let world = world().await;
    let place = &world.place;
    for (command, kind) in [
        ("list", "list"),
        ("plan", "plan"),
        ("apply", "report"),
        ("lock", "lock"),
        ("lock --check", "lock-check"),
        ("drift", "drift"),
        ("doctor", "doctor"),
    ] {
        let schema = serde_json::from_str(&place.run(&format!("schema {kind}")).stdout).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let answered = |typed: &str| -> Value {
            let ran = place.run(typed);
            let document = serde_json::from_str(&ran.stdout).unwrap();
            let valid = validator.validate(&document);
            valid.unwrap_or_else(|why| panic!("{typed}: {why} in {document:#}"));
            document
        };
        let both = answered(&format!("{command} --format json"));
        let targets = both["targets"].as_array().unwrap();
        assert_eq!(targets.len(), 2, "{command}");
        if targets[0].get("target").is_some() {
            let names: Vec<_> = targets.iter().map(|one| &one["target"]["name"]).collect();
            assert_eq!(names, ["near", "far"], "{command}");
        }
        let one = if command == "doctor" {
            continue;
        } else {
            answered(&format!("{command} --to far --format json"))
        };
        assert_eq!(one.get("targets"), None, "{command}");
    }
    insta::assert_snapshot!(
        "targets_markdown",
        place.run("plan --format markdown").whole()
    );
    let shown = place.run("list --format json").stdout;
    insta::assert_snapshot!("targets_json", shown);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_of_all_targets_and_applied_to_those_alone() {
    let world = world().await;
    let place = &world.place;
    assert_eq!(place.run("plan -q --out plan.json").status, 0);
    insta::assert_snapshot!("targets_show", place.run("show plan.json").whole());
    // What comes between is not what was read.
    Image::new("linux/amd64")
        .layer("newer")
        .push(&world.source, "org/app", "v1");
    assert_eq!(place.run("apply plan.json").status, 0);
    assert_eq!(world.near.tags("team/app"), ["v1"]);
    assert_eq!(world.far.tags("away/org/app"), ["v1"]);
    insta::assert_snapshot!("targets_newer", place.run("plan").whole());

    assert_eq!(place.run("plan -q --to far --out far.json").status, 0);
    world.near.log().clear();
    assert_eq!(place.run("apply -q far.json").status, 0);
    assert_eq!(world.near.log().requests().len(), 0);

    // Nobody adds, takes or exchanges a target unseen.
    let text = fs::read_to_string(place.path().join("plan.json")).unwrap();
    let edited = |edit: &dyn Fn(&mut Value)| {
        let mut plan: Value = serde_json::from_str(&text).unwrap();
        edit(&mut plan);
        place.write("edited.json", &plan.to_string());
        place.run("apply edited.json").whole()
    };
    let swapped = edited(&|plan| {
        plan["targets"][0]["target"]["name"] = "far".into();
        plan["targets"][1]["target"]["name"] = "near".into();
    });
    insta::assert_snapshot!("targets_swapped", swapped);
    let twice = edited(&|plan| plan["targets"][0]["target"]["name"] = "far".into());
    insta::assert_snapshot!("targets_twice", twice);
    let unknown = edited(&|plan| plan["targets"][0]["target"]["name"] = "other".into());
    insta::assert_snapshot!("targets_unknown", unknown);
    let pruned = edited(&|plan| plan["targets"][1]["prune"] = true.into());
    insta::assert_snapshot!("targets_pruned", pruned);
}

/// What one target refuses the others get all the same, from the source.
#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_fails_stands_in_nobodys_way() {
    let world = world().await;
    let refused = Fault::new("PUT", "/manifests/", Effect::status(500)).always();
    world.near.faults().add(refused);
    let ran = world.place.run("apply -q --yes");
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert_eq!(world.far.tags("away/library/nginx"), ["1.27"]);
    assert_eq!(world.far.tags("away/org/app"), ["v1"]);
    assert!(world.near.tags("team/app").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_targets_are_told_where_they_stand() {
    let world = world().await;
    let place = &world.place;
    let tell = |name: &str, targets: &str| {
        world.declare(targets);
        insta::assert_snapshot!(format!("targets_{name}"), place.run("check").whole());
    };
    tell("named_wrong", "  Near: { registry: NEAR }\n");
    tell("none", "  {}\n");
    tell(
        "same_place",
        "  a: { registry: NEAR, namespace: team }\n  b: { registry: NEAR, namespace: team }\n",
    );
    tell(
        "inside_another",
        "  a: { registry: NEAR, namespace: team }\n  b: { registry: NEAR, namespace: team/b }\n",
    );
    tell(
        "vpc",
        "  a: { registry: registry.cn-hangzhou.aliyuncs.com, namespace: team }\n  \
         b: { registry: registry-vpc.cn-hangzhou.aliyuncs.com, namespace: team }\n",
    );
    tell(
        "two_logins",
        "  a: { registry: NEAR, namespace: a, username: me, password: \"${A}\" }\n  \
         b: { registry: NEAR, namespace: b, username: you, password: \"${B}\" }\n",
    );
    world.declare("  a: { registry: NEAR, namespace: team }\n");
    let unknown = place.run("plan --to b").whole();
    insta::assert_snapshot!("targets_to_unknown", unknown);
    place.declare(&["SOURCE/org/app:v1"]);
    let none = place.run("plan --to b").whole();
    insta::assert_snapshot!("targets_to_none", none);
}

/// A user and a password go to the host that they are for, and to no other.
#[tokio::test(flavor = "multi_thread")]
async fn each_target_is_logged_in_to_with_its_own_login() {
    let world = world().await;
    let user = User::new("near", "secret-a");
    let let_in = |users: Vec<User>| Options {
        auth: Auth::Basic(users),
        ..Options::default()
    };
    let near = Sandbox::start(let_in(vec![user.clone()])).await.unwrap();
    // The other one would take what is meant for the first, if it were sent there.
    let both = vec![user, User::new("far", "secret-b")];
    let far = Sandbox::start(let_in(both)).await.unwrap();
    let targets = |logins: [&str; 2]| {
        let [near_login, far_login] = logins;
        let (near, far) = (near.address(), far.address());
        world.declare(&format!(
            "  near: {{ registry: \"{near}\", namespace: team{near_login} }}\n  \
             far: {{ registry: \"{far}\", namespace: team{far_login} }}\n"
        ));
    };
    targets([
        ", username: near, password: \"${A}\"",
        ", username: far, password: \"${B}\"",
    ]);
    let ran = world.place.run("apply --yes");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(far.tags("team/app"), ["v1"]);

    // Those of the environment are for one host: the one that it names.
    targets(["", ""]);
    let with = |to: &str, registry: Option<&str>| {
        let mut command = world.place.command("plan --detailed-exitcode");
        command.args(["--to", to]);
        command
            .env("ALIYUN_REGISTRY_USER", "near")
            .env("ALIYUN_REGISTRY_PASSWORD", "secret-a");
        if let Some(registry) = registry {
            command.env("ALIYUN_REGISTRY", registry);
        }
        command
    };
    let status = |mut command: Command| {
        let output = tokio::task::block_in_place(|| command.output().unwrap());
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    far.log().clear();
    let (code, told) = status(with("far", None));
    assert_eq!(code, Some(1));
    assert!(
        told.contains("`ALIYUN_REGISTRY_USER` is not used"),
        "{told}"
    );
    let named = Some(near.address());
    assert_eq!(status(with("near", named)).0, Some(0));
    let (code, told) = status(with("far", named));
    assert_eq!(code, Some(1), "the other has no login: {told}");
    assert!(!told.contains("is not used"), "{told}");
    let mut both = with("far", named);
    both.args(["--to", "near"]);
    assert_eq!(status(both).0, Some(1));
    let is_refused = |line: &String| line.ends_with(" 401");
    assert!(far.log().lines().iter().all(is_refused));
}

/// Who has one target and adds another, or names one anew, keeps the digests and what may be pruned.
#[tokio::test(flavor = "multi_thread")]
async fn a_target_goes_on_with_its_lock_whatever_it_is_called() {
    let world = world().await;
    let place = &world.place;
    let alone = |images: &str| {
        let target = "target: { registry: NEAR, namespace: team }";
        place.write("mirror.yaml", &format!("version: 1\n{target}\n{images}"));
    };
    let locks = || {
        let entries = fs::read_dir(place.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name.contains(".lock")).collect();
        names.sort();
        names.join(" ")
    };
    alone(IMAGES);
    assert_eq!(place.run("apply -q --yes").status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    // It is locked for what is retired as well: that goes on.
    alone("images: [SOURCE/library/nginx:1.27]\n");
    assert_eq!(place.run("lock -q").status, 0);
    Image::new("linux/amd64")
        .layer("newer")
        .push(&world.source, "library/nginx", "1.27");
    let several = |name: &str| {
        let text = format!(
            "version: 1\ntargets:\n  {name}: {{ registry: NEAR, namespace: team }}\n  \
             far: {{ registry: FAR, namespace: away }}\nimages: [SOURCE/library/nginx:1.27]\n"
        );
        place.write("mirror.yaml", &text);
    };
    several("near");
    let plan = "plan --locked --detailed-exitcode";
    assert_eq!(place.run(&format!("{plan} --to near")).status, 0);
    let pruning = place.run("plan --prune --to near").stdout;
    assert!(pruning.contains("- app:v1"), "{pruning}");
    insta::assert_snapshot!("targets_relocked", place.run("lock").whole());
    assert_eq!(locks(), "mirror.far.lock mirror.near.lock");
    several("office");
    assert_eq!(place.run(&format!("{plan} --to office")).status, 0);
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(locks(), "mirror.far.lock mirror.office.lock");
    let office = fs::read_to_string(place.path().join("mirror.office.lock")).unwrap();
    assert!(office.contains("app:v1"), "what is retired is kept");
    alone("images: [SOURCE/library/nginx:1.27]\n");
    assert_eq!(place.run(plan).status, 0);
    // Nobody knows which of two is right.
    place.write("mirror.lock", &office);
    insta::assert_snapshot!("targets_two_locks", place.run("plan").whole());
    // That of another target is nobody's.
    fs::remove_file(place.path().join("mirror.lock")).unwrap();
    world.declare("  a: { registry: FAR, namespace: a }\n  b: { registry: FAR, namespace: b }\n");
    insta::assert_snapshot!("targets_unlocked", place.run("plan --locked").whole());
}

/// A name counts if an image has it in any target.
#[tokio::test(flavor = "multi_thread")]
async fn images_are_named_as_they_are_in_any_target() {
    let world = world().await;
    let place = &world.place;
    let plan = place.run("plan --only library/nginx");
    assert_eq!(plan.status, 0, "{}", plan.stderr);
    assert!(
        plan.stdout.contains("+ library/nginx:1.27"),
        "{}",
        plan.stdout
    );
    assert!(!plan.stdout.contains("+ app:v1"), "{}", plan.stdout);
    assert_eq!(place.run("plan --only library/ngin").status, 1);
    assert_eq!(place.run("lock -q").status, 0);
    Image::new("linux/amd64")
        .layer("newer")
        .push(&world.source, "library/nginx", "1.27");
    let ran = place.run("lock --update library/nginx:1.27");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("~ library/nginx:1.27"),
        "{}",
        ran.stdout
    );
    let lock = |name: &str| fs::read_to_string(place.path().join(name)).unwrap();
    let (near, far) = (lock("mirror.near.lock"), lock("mirror.far.lock"));
    // Nothing is written where one name is wrong.
    let ran = place.run("lock --update nginx:1.27 nothing");
    assert_eq!(ran.status, 1);
    assert_eq!(
        (lock("mirror.near.lock"), lock("mirror.far.lock")),
        (near, far)
    );
}
