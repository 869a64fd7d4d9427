//! `tags`: what there is in a repository, and what rules take of it.

use std::process::Stdio;

use pusher::render::schemas::{SchemaKind, schema};
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;

use super::harness::{Place, Ran, pair};

/// A repository in which each tag is the same image.
fn push(source: &Sandbox, repository: &str, tags: impl IntoIterator<Item = impl AsRef<str>>) {
    let image = Image::new("linux/amd64").layer("one");
    let digest = image.push(source, repository, "latest").digest;
    for tag in tags {
        source.put_tag(repository, tag.as_ref(), &digest);
    }
}

const NGINX: &str = "stable mainline 1 1.27 1.27.3 1.27.2 1.26 1.26.2 1.25.5 1.28.0-rc1 1-alpine 1.27-alpine \
    1.27.3-alpine 1.27.2-alpine 2.0.0-alpine 1.27.3-perl 20240606 20240315 0a1b2c3d4e5f";

async fn place() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    push(&source, "library/nginx", NGINX.split_whitespace());
    let place = Place::between(&source, &target);
    (source, target, place)
}

/// Reads an answer, which has to fit its schema.
fn answer(ran: &Ran) -> serde_json::Value {
    let answer = serde_json::from_str(&ran.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Tags)).unwrap();
    validator.validate(&answer).unwrap();
    answer
}

/// Runs `pusher tags` with a rule, which has blanks in it.
fn with_rule(place: &Place, image: &str, rule: &str, options: &str) -> Ran {
    let mut command = place.command("tags");
    command.args([image, rule]).args(options.split_whitespace());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    place.wait(command.spawn().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_rule_it_shows_what_there_is() {
    let (source, _target, place) = place().await;
    let image = format!("{}/library/nginx", source.address());
    insta::assert_snapshot!("tags_survey", place.run(&format!("tags {image}")).whole());
    for format in ["json", "markdown"] {
        let ran = place.run(&format!("tags {image} --format {format}"));
        insta::assert_snapshot!(format!("tags_survey_{format}"), ran.whole());
    }
    insta::assert_snapshot!(
        "tags_survey_chinese",
        place.run(&format!("tags {image} --lang zh")).whole()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_rule_it_shows_what_each_step_drops() {
    let (source, _target, place) = place().await;
    let image = format!("{}/library/nginx", source.address());
    let rule = r#"version: ">=1.25, <2", variant: ["", alpine], latest: 2"#;
    insta::assert_snapshot!("tags_rule", with_rule(&place, &image, rule, "").whole());
    for options in ["--format json", "--format markdown", "--lang zh"] {
        let name = options.rsplit(' ').next().unwrap();
        let ran = with_rule(&place, &image, rule, options);
        insta::assert_snapshot!(format!("tags_rule_{name}"), ran.whole());
    }
    let annotation = with_rule(&place, &image, rule, "--format github").stdout;
    assert!(annotation.ends_with("::4 tags\n"), "{annotation}");
    // Braces do not matter, and a list is several rules.
    let in_braces = with_rule(&place, &image, &format!("{{{rule}}}"), "");
    assert_eq!(
        in_braces.whole(),
        with_rule(&place, &image, rule, "").whole()
    );
    let several = with_rule(&place, &image, "[{ glob: stable }, { glob: mainline }]", "");
    assert_eq!(several.status, 0);
    assert!(
        several.stdout.contains("2 tags, the newest first"),
        "{}",
        several.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_file_selects_need_not_be_typed() {
    let (source, _target, place) = place().await;
    place.declare(&[
        "{ source: SOURCE/library/nginx, tags: [stable], select: { version: \"~1.27\" } }",
    ]);
    let image = format!("{}/library/nginx", source.address());
    let ran = place.run(&format!("tags {image} --format json"));
    let told = answer(&ran);
    assert_eq!(told["rules"][0]["rule"], "version: \"~1.27\"");
    assert_eq!(
        told["tags"],
        serde_json::json!(["stable", "1.27.3", "1.27.2"])
    );
    let typed = with_rule(&place, &image, "glob: mainline", "--format json");
    let told = answer(&typed);
    assert_eq!(told["tags"], serde_json::json!(["mainline"]));
    let blocked = with_rule(&place, &image, "glob: nothing", "--format json");
    assert_eq!(answer(&blocked)["blocked"]["reason"], "nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_blocked_and_fails() {
    let (source, _target, place) = place().await;
    let image = format!("{}/library/nginx", source.address());
    let ran = ["latest: 2", "version: \">=3\"", "glob: nothing"].map(|rule| {
        let ran = with_rule(&place, &image, rule, "");
        assert_eq!(ran.status, 1, "{rule}");
        format!("$ pusher tags nginx '{rule}'\n{}", ran.whole())
    });
    insta::assert_snapshot!("tags_blocked", ran.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrong_is_shown_where_it_is() {
    let (source, _target, place) = place().await;
    let image = format!("{}/library/nginx", source.address());
    let rules = [
        "version: \">=1 <2\"",
        "latets: 2",
        "version: >=1.25",
        "match: '('",
        "newest",
    ];
    let ran = rules.map(|rule| {
        let ran = with_rule(&place, &image, rule, "");
        assert_eq!(ran.status, 1, "{rule}");
        format!("$ pusher tags nginx '{rule}'\n{}", ran.whole())
    });
    let mut ran = ran.to_vec();
    for image in ["library/none", "library/nginx:1.27"] {
        let typed = format!("tags {}/{image}", source.address());
        ran.push(format!(
            "$ pusher tags {image}\n{}",
            place.run(&typed).whole()
        ));
    }
    insta::assert_snapshot!("tags_mistakes", ran.join("\n"));
    let asked = source.log().requests();
    let lists = asked
        .iter()
        .filter(|request| request.is("GET", "/tags/list"));
    assert_eq!(lists.count(), 1, "a rule that is wrong asks for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_tags_are_five_pages() {
    let (source, target) = pair().await;
    let tags = (0..4_999).map(|number| format!("1.{}.{}", number / 100, number % 100));
    push(&source, "org/app", tags);
    let place = Place::between(&source, &target);
    let image = format!("{}/org/app", source.address());
    let ran = with_rule(&place, &image, "latest: 1, per: major", "--format json");
    let told = answer(&ran);
    assert_eq!(told["listed"], 5_000);
    assert_eq!(told["tags"], serde_json::json!(["1.49.98"]));
    let asked = source.log().requests();
    let lists = asked
        .iter()
        .filter(|request| request.is("GET", "/tags/list"));
    assert_eq!(lists.count(), 5);
    // One more asks who is there.
    assert!(asked.len() <= 6, "{asked:?}");
}
