//! A stick: an OCI layout in the place of one side, with the other side switched off.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Image, Index};
use pusher::sandbox::{Options, Sandbox};

use super::harness::{NAMESPACE, Place, Ran};
use crate::support::registry::{Setup, TestRegistry};
use crate::support::signing::{SIGNED, attached};
use crate::support::tools;

const TARGET: &str = "registry.bank.example";

/// A folder with a mirror file that `declares` images into a target at this address.
fn place(source: &TestRegistry, target: &str, declares: &str) -> Place {
    let place = Place::empty()
        .naming(source.address(), "SOURCE")
        .naming(target, "TARGET");
    place.write(
        "mirror.yaml",
        &format!(
            "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
             registries: {{ TARGET: {{ plain-http: true }} }}\n{declares}"
        ),
    );
    place
}

fn expect(status: i32, ran: Ran) -> Ran {
    assert_eq!(ran.status, status, "{}", ran.whole());
    ran
}

/// Returns all files of a stick, by their bytes.
fn files(stick: &Path) -> BTreeMap<String, Digest> {
    let mut found = BTreeMap::new();
    let mut folders = vec![stick.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(stick).unwrap().display().to_string();
                found.insert(name, Digest::sha256(&fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn image_to_sign() -> Artifact {
    Image::new("linux/amd64").layer("to be signed").build()
}

fn bundle_of(image: &Artifact) -> Artifact {
    attached(image, &serde_json::json!({}), SIGNED)
}

/// Images of every kind: one platform of an index, an index that has to be made, rules that choose tags, what is signed.
async fn publish(source: &TestRegistry) {
    let index = Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"]).build();
    source.push(&index, "org/app", "1").await;
    source.push(&index, "org/multi", "1").await;
    // No other image has all of theirs: their own index goes along for the other side alone.
    let all = Index::of(&["linux/amd64", "linux/arm64"]).build();
    source.push(&all, "org/whole", "1").await;
    for tag in ["1.0.0", "1.1.0", "2.0.0"] {
        let image = Image::new("linux/amd64").layer(tag).build();
        source.push(&image, "org/rules", tag).await;
    }
    let image = image_to_sign();
    source.push(&image, "org/signed", "1").await;
    let bundle = bundle_of(&image);
    source
        .push(&bundle, "org/signed", &bundle.digest.to_string())
        .await;
    let listed = Index::new().entry(bundle).build();
    let fallback = image.digest.to_string().replace(':', "-");
    source.push(&listed, "org/signed", &fallback).await;
    let cosign = image.digest.to_string().replace(':', "-") + ".sig";
    let simple = Image::new("linux/amd64").layer("simple signing").build();
    source.push(&simple, "org/signed", &cosign).await;
}

const EVERY_KIND: &str = "images:
  - SOURCE/org/app:1
  - { source: SOURCE/org/multi:1, platforms: [linux/amd64, linux/arm64] }
  - { source: SOURCE/org/whole:1, platforms: all }
  - { source: SOURCE/org/rules, select: { version: '1' } }
  - { source: SOURCE/org/signed:1, referrers: all }
";

/// Returns the tags of each repository of a target, with what they point to.
async fn held(target: &TestRegistry) -> Vec<(String, Option<Digest>)> {
    let names = [
        "app:1",
        "multi:1",
        "whole:1",
        "rules:1.0.0",
        "rules:1.1.0",
        "rules:2.0.0",
        "signed:1",
    ];
    let mut held = vec![];
    for name in names {
        let (repository, tag) = name.split_once(':').unwrap();
        let found = target.tag(&format!("{NAMESPACE}/{repository}"), tag).await;
        held.push((name.to_owned(), found));
    }
    // What follows the signed image.
    let cosign = image_to_sign().digest.to_string().replace(':', "-") + ".sig";
    let found = target.tag(&format!("{NAMESPACE}/signed"), &cosign).await;
    assert!(found.is_some());
    held.push((cosign, found));
    let bundle = bundle_of(&image_to_sign()).digest.to_string();
    let found = target.tag(&format!("{NAMESPACE}/signed"), &bundle).await;
    assert!(found.is_some(), "{bundle}");
    held.push((bundle, found));
    held
}

/// On the one side the target is not there, on the other the sources are not; what comes of it is what comes of one run
/// that has both.
#[tokio::test(flavor = "multi_thread")]
async fn what_went_by_stick_is_what_goes_over_the_network() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    publish(&source).await;
    let direct = TestRegistry::sandbox(&Setup::default()).await;
    let straight = place(&source, direct.address(), EVERY_KIND);
    expect(0, straight.run("apply --yes -q"));
    let wanted = held(&direct).await;
    assert_eq!(
        wanted.iter().filter(|(_, found)| found.is_none()).count(),
        1
    );

    for target in TestRegistry::each(&Setup::default()).await {
        let which = target.name();
        // A source of its own, to be switched off.
        let source = TestRegistry::real(&Setup::default()).await.unwrap();
        publish(&source).await;
        let place = place(&source, target.address(), EVERY_KIND);
        let planned = expect(2, place.run("plan --into stick --detailed-exitcode"));
        assert!(
            !place.path().join("stick").exists(),
            "{which}: a plan writes nothing"
        );
        let applied = expect(0, place.run("apply --into stick --yes"));
        assert!(
            applied.stderr.contains("`stick` holds"),
            "{}",
            applied.whole()
        );
        assert!(
            !applied.stdout.contains("docker pull"),
            "{}",
            applied.stdout
        );
        assert_eq!(
            target.requests().await,
            [""; 0],
            "{which}: nobody asks the target"
        );

        let before = files(&place.path().join("stick"));
        source.forget_requests().await;
        let again = expect(0, place.run("plan --into stick --detailed-exitcode"));
        assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);
        expect(0, place.run("apply --into stick --yes"));
        assert_eq!(
            files(&place.path().join("stick")),
            before,
            "{which}: nothing is written twice"
        );
        assert_eq!(source.count("GET", "/blobs/").await, 0, "{which}");

        drop(source);
        let there = expect(2, place.run("plan --from stick --detailed-exitcode"));
        let changes = |ran: &Ran| -> Vec<String> {
            let lines = ran
                .stdout
                .lines()
                .filter(|line| line.trim_start().starts_with('+'));
            lines.map(str::to_owned).collect()
        };
        assert_eq!(
            changes(&there),
            changes(&planned),
            "{which}: it is the same plan"
        );
        expect(0, place.run("apply --from stick --yes"));
        assert_eq!(held(&target).await, wanted, "{which}");
        let again = expect(0, place.run("plan --from stick --detailed-exitcode"));
        assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_and_its_shards_go_onto_sticks_and_from_them() {
    let target = TestRegistry::sandbox(&Setup::default()).await;
    let source = TestRegistry::sandbox(&Setup::default()).await;
    publish(&source).await;
    let place = place(&source, target.address(), EVERY_KIND);
    expect(0, place.run("lock -q"));
    target.forget_requests().await;
    expect(0, place.run("plan --into first --out plan.json --shards 2"));
    for (shard, stick) in [("1/2", "first"), ("2/2", "second")] {
        expect(
            0,
            place.run(&format!(
                "apply plan.json --shard {shard} --into {stick} -q"
            )),
        );
    }
    assert_eq!(target.requests().await, [""; 0]);
    let first = expect(1, place.run("plan --from first"));
    assert!(
        first.stdout.contains("`first` does not carry it"),
        "{}",
        first.stdout
    );
    drop(source);
    expect(0, place.run("apply --from first --from second --yes -q"));
    expect(
        0,
        place.run("plan --from first --from second --detailed-exitcode"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_stick_is_told_and_left_alone() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let image = Image::new("linux/amd64").layer("one").build();
    source.push(&image, "org/app", "1").await;
    let place = place(&source, TARGET, "images: [SOURCE/org/app:1]\n");
    place.write("papers/letter.txt", "dear bank");
    place.write("file", "no folder");
    let said = |typed: &str| expect(1, place.run(typed)).stderr;
    let mut told = String::new();
    for typed in [
        "apply --yes --into papers",
        "apply --yes --into file",
        "apply --yes --from papers",
        "apply --yes --from nowhere",
        "apply --yes --into stick --attest",
        "plan --from nowhere --lang zh",
        "plan --from papers --lang zh",
    ] {
        write!(told, "$ pusher {typed}\n{}", said(typed)).unwrap();
    }
    assert_eq!(files(&place.path().join("papers")).len(), 1);
    expect(0, place.run("apply --yes -q --into stick"));
    let busy = fs::File::open(place.path().join("stick/oci-layout")).unwrap();
    busy.lock().unwrap();
    let refused = said("apply --yes --into stick");
    write!(told, "$ while another run writes\n{refused}").unwrap();
    drop(busy);
    fs::rename(
        place.path().join("stick/index.json"),
        place.path().join("index.json"),
    )
    .unwrap();
    write!(told, "$ without index.json\n{}", said("plan --from stick")).unwrap();
    let link = place.path().join("stick/index.json");
    std::os::unix::fs::symlink(place.path().join("index.json"), link).unwrap();
    write!(told, "$ with a link\n{}", said("plan --from stick")).unwrap();
    insta::assert_snapshot!("stick_refused", told);
}

/// skopeo and podman name an image by what it is called in the target.
#[tokio::test(flavor = "multi_thread")]
async fn other_tools_read_a_stick() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let image = Image::new("linux/amd64").layer("one").build();
    let digest = source.push(&image, "org/app", "1.0_x").await;
    let place = place(&source, TARGET, "images: ['SOURCE/org/app:1.0_x']\n");
    expect(0, place.run("apply --yes -q --into stick"));
    let stick = place.path().join("stick");
    let name = format!("oci:{}:{TARGET}/{NAMESPACE}/app:1.0_x", stick.display());
    if let Some(read) = tools::skopeo(&["inspect", "--format", "{{.Digest}}", &name]).await {
        let read = String::from_utf8_lossy(&read.stdout).trim().to_owned();
        assert_eq!(read, digest.to_string());
    }
}

/// A twentieth of what is declared.
const PART: u64 = 256 * 1024;

/// A target that has an image of 18 parts, by a lock that was brought back, and a file that declares another of 20, 18
/// of which are the same, under another name.
async fn nine_tenths_there(source: &TestRegistry, target: &str) -> Place {
    let base = Image::new("linux/amd64").generated_layer(18 * PART, 1);
    source.push(&base.clone().build(), "org/base", "1").await;
    let app = base.generated_layer(2 * PART, 2).build();
    source.push(&app, "org/app", "1").await;
    let place = place(source, target, "images: [SOURCE/org/base:1]\n");
    expect(0, place.run("lock -q"));
    expect(0, place.run("apply --yes -q"));
    fs::create_dir(place.path().join("back")).unwrap();
    fs::rename(
        place.path().join("mirror.lock"),
        place.path().join("back/mirror.lock"),
    )
    .unwrap();
    place.write(
        "mirror.yaml",
        &format!(
            "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
             images: [SOURCE/org/base:1, SOURCE/org/app:1]\n"
        ),
    );
    place
}

fn weight(stick: &Path) -> u64 {
    let files = files(stick).into_keys();
    files
        .map(|name| fs::metadata(stick.join(name)).unwrap().len())
        .sum()
}

/// Fills a stick for such a target, and empties it there; returns what was said of it.
async fn tenth_by_stick(target: &str) -> String {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let place = nine_tenths_there(&source, target).await;
    let command = "--into stick --have back/mirror.lock";
    let planned = expect(0, place.run(&format!("plan {command}")));
    assert!(
        planned.stdout.contains("512.4 KiB of 9.5 MiB to copy"),
        "{}",
        planned.stdout
    );
    let applied = expect(0, place.run(&format!("apply {command} --yes")));
    let weight = weight(&place.path().join("stick"));
    assert!(
        (2 * PART..2 * PART + 20_000).contains(&weight),
        "{weight}\n{}",
        applied.whole()
    );
    let again = expect(0, place.run(&format!("apply {command} --yes")));
    assert!(
        again.stderr.contains("nothing was written"),
        "{}",
        again.stderr
    );
    // Without `--have` nothing is left out; for another target this is no stick.
    let bare = expect(0, place.run("plan --into stick"));
    assert!(!bare.stdout.contains("Nothing to do"), "{}", bare.stdout);
    let declared = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    place.write("mirror.yaml", &declared.replace(target, TARGET));
    let refused = expect(1, place.run("apply --into stick --yes")).stderr;
    assert!(refused.contains("for that target alone"), "{refused}");
    place.write("mirror.yaml", &declared);
    drop(source);
    let ran = expect(0, place.run("apply --from stick --yes"));
    expect(0, place.run("plan --from stick --detailed-exitcode"));
    ran.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_target_has_stays_off_the_stick() {
    for target in TestRegistry::each(&Setup::default()).await {
        let said = tenth_by_stick(target.address()).await;
        assert!(said.contains("KiB sent, 4.5 MiB mounted"), "{said}");
    }
    let options = Options {
        mount: false,
        ..Options::default()
    };
    let target = Sandbox::start(options).await.unwrap();
    let said = tenth_by_stick(target.address()).await;
    assert!(said.contains("5.0 MiB sent"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stick_lacks_is_told_before_anything_is_written() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let target = TestRegistry::sandbox(&Setup::default()).await;
    let place = nine_tenths_there(&source, target.address()).await;
    expect(0, place.run("apply --into whole --yes -q"));
    expect(
        0,
        place.run("apply --into part --have back/mirror.lock --yes -q"),
    );
    let other = TestRegistry::sandbox(&Setup::default()).await;
    let elsewhere = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
    let elsewhere = elsewhere.replace(target.address(), other.address());
    fs::write(place.path().join("mirror.yaml"), elsewhere).unwrap();
    let refused = |typed: &str| {
        let ran = expect(1, place.run(typed));
        assert!(
            ran.stderr.contains("nothing was written"),
            "{}",
            ran.whole()
        );
        ran.stderr
    };
    let told = refused("apply --from part --yes");
    assert!(
        told.contains("the target lacks what the lock given with `--have`"),
        "{told}"
    );
    assert!(told.contains(&format!("/{NAMESPACE}/app:1: ")), "{told}");

    let layers = || {
        let stick = place.path().join("whole");
        let mut names: Vec<_> = files(&stick).into_keys().collect();
        names.retain(|name| fs::metadata(stick.join(name)).unwrap().len() >= 2 * PART);
        names
    };
    let layers = layers();
    let file = place.path().join("whole").join(&layers[0]);
    let bytes = fs::read(&file).unwrap();
    let mut other_bytes = bytes.clone();
    other_bytes[1000] ^= 1;
    for (bytes, why) in [
        (Some(&other_bytes[..]), "it holds other bytes"),
        (Some(&bytes[1..]), "and should have"),
        (None, "is not there"),
    ] {
        match bytes {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let told = refused("apply --from whole --yes");
        assert!(told.contains(&layers[0]) && told.contains(why), "{told}");
    }
    assert_eq!(other.writes().await, 0);
    // The next run on the first side mends it, and each blob that has another size.
    for name in &layers {
        fs::write(place.path().join("whole").join(name), "short").unwrap();
    }
    expect(0, place.run("apply --into whole --yes -q"));
    // What one stick has damaged another has whole.
    expect(0, place.shell("cp -r whole damaged"));
    for name in &layers {
        fs::write(place.path().join("damaged").join(name), "short").unwrap();
    }
    expect(0, place.run("apply --from damaged --from whole --yes -q"));
    expect(0, place.run("plan --from whole --detailed-exitcode"));
}

/// Each part that is not what it should be is told by its name.
fn parts_are_told_apart(place: &Place) {
    let at = |name: &str| place.path().join(name);
    let told = |what: &str| {
        let ran = expect(1, place.run("apply --from stick.tar --yes"));
        assert!(ran.stderr.contains(what), "{}", ran.stderr);
    };
    let swap = |one: &str, other: &str| {
        fs::rename(at(one), at("aside")).unwrap();
        fs::rename(at(other), at(one)).unwrap();
        fs::rename(at("aside"), at(other)).unwrap();
    };
    swap("stick.tar.000", "stick.tar.001");
    told("`stick.tar.000`: it is `stick.tar.001`");
    swap("stick.tar.000", "stick.tar.001");
    fs::rename(at("stick.tar.000"), at("aside")).unwrap();
    told("`stick.tar.000`: it is not there");
    fs::rename(at("aside"), at("stick.tar.000")).unwrap();
    fs::rename(at("stick.tar.001"), at("aside")).unwrap();
    told("`stick.tar.001`: it is not there");
    fs::copy(at("stick.tar.002"), at("stick.tar.001")).unwrap();
    told("`stick.tar.001`: it is `stick.tar.002`");
    fs::rename(at("aside"), at("stick.tar.001")).unwrap();
    fs::rename(at("stick.parts.json"), at("aside")).unwrap();
    told("`stick.parts.json`: it is not there");
    fs::rename(at("aside"), at("stick.parts.json")).unwrap();
}

/// One file, or parts of it, is the same as a folder, and other tools read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stick_may_be_a_tar_and_a_tar_may_be_in_parts() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let start = async || TestRegistry::sandbox(&Setup::default()).await;
    let (direct, whole, parted) = (start().await, start().await, start().await);
    publish(&source).await;
    let large = Image::new("linux/amd64")
        .generated_layer(6 * PART, 7)
        .build();
    let digest = source.push(&large, "org/large", "1").await;
    let declares = format!("{EVERY_KIND}  - SOURCE/org/large:1\n");
    let straight = place(&source, direct.address(), &declares);
    expect(0, straight.run("apply --yes -q"));
    let wanted = held(&direct).await;

    let one = place(&source, whole.address(), &declares);
    let two = place(&source, parted.address(), &declares);
    for (place, typed) in [(&one, ""), (&two, "--split 600KiB")] {
        expect(
            0,
            place.run(&format!("apply --into stick.tar {typed} --yes -q")),
        );
        let again = expect(0, place.run("apply --into stick.tar --yes"));
        assert!(
            again.stderr.contains("nothing was written"),
            "{}",
            again.stderr
        );
    }
    // What is declared later is added at the end.
    let more = Image::new("linux/amd64").layer("more").build();
    source.push(&more, "org/more", "1").await;
    for place in [&one, &two] {
        let text = fs::read_to_string(place.path().join("mirror.yaml")).unwrap();
        let text = text + &format!("  - {}/org/more:1\n", source.address());
        fs::write(place.path().join("mirror.yaml"), text).unwrap();
        expect(0, place.run("apply --into stick.tar --yes -q"));
    }
    drop(source);
    let names = |place: &Place| -> Vec<String> {
        let names = files(place.path()).into_keys();
        names.filter(|name| name.starts_with("stick")).collect()
    };
    assert_eq!(names(&one), ["stick.tar"]);
    let parts = names(&two);
    assert_eq!(
        parts,
        [
            "stick.parts.json",
            "stick.tar.000",
            "stick.tar.001",
            "stick.tar.002"
        ]
    );
    let size = |name: &str| fs::metadata(two.path().join(name)).unwrap().len();
    assert!(parts[1..].iter().all(|name| size(name) < 600 * 1024));

    parts_are_told_apart(&two);
    assert_eq!(parted.writes().await, 0);

    for (place, target) in [(&one, &whole), (&two, &parted)] {
        expect(0, place.run("apply --from stick.tar --yes -q"));
        assert_eq!(held(target).await, wanted);
    }
    let put = two.shell("cat stick.tar.* > put-together.tar && tar tf put-together.tar > names");
    expect(0, put);
    for tar in [
        one.path().join("stick.tar"),
        two.path().join("put-together.tar"),
    ] {
        let target = if tar.ends_with("stick.tar") {
            &whole
        } else {
            &parted
        };
        let name = format!("{}/{NAMESPACE}/large:1", target.address());
        let name = format!("oci-archive:{}:{name}", tar.display());
        if let Some(read) = tools::skopeo(&["inspect", "--format", "{{.Digest}}", &name]).await {
            let said = String::from_utf8_lossy(&read.stdout).trim().to_owned();
            assert_eq!(
                said,
                digest.to_string(),
                "{}",
                String::from_utf8_lossy(&read.stderr)
            );
        }
    }
}

/// A run that breaks off leaves a tar that is told to be unfinished, and that the next run goes on with.
#[tokio::test(flavor = "multi_thread")]
async fn a_tar_that_broke_off_is_told_and_gone_on_with() {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let target = TestRegistry::sandbox(&Setup::default()).await;
    publish(&source).await;
    let place = place(&source, target.address(), EVERY_KIND);
    expect(0, place.run("apply --into stick.tar --yes -q"));
    let tar = place.path().join("stick.tar");
    let whole = fs::read(&tar).unwrap();
    // The last is but the end that is not there.
    for cut in [700, whole.len() / 2, whole.len() - 1500, whole.len() - 1024] {
        fs::write(&tar, &whole[..cut]).unwrap();
        let told = expect(1, place.run("plan --from stick.tar"));
        assert!(
            told.stderr.contains("`stick.tar`"),
            "{cut}: {}",
            told.stderr
        );
        expect(0, place.run("apply --into stick.tar --yes -q"));
        expect(0, place.run("plan --from stick.tar"));
    }
    drop(source);
    expect(0, place.run("apply --from stick.tar --yes -q"));
    fs::write(&tar, "no tar at all, but somebody's letters").unwrap();
    let refused = expect(1, place.run("apply --into stick.tar --yes"));
    assert!(
        refused.stderr.contains("no OCI layout"),
        "{}",
        refused.stderr
    );
}
