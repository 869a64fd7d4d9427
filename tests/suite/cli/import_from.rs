//! What a registry holds, as a mirror file that has it from there.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Auth, Options, Origin, Sandbox};

use super::harness::{NAMESPACE, Place};
use crate::support::registry::{Auth as Asks, PASSWORD, Setup, TestRegistry, USER};

const SIGNATURE: &str =
    "sha256-00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.sig";

/// A registry with a team's images, an index among them, and those of others.
async fn harbor(options: Options) -> Sandbox {
    let source = Sandbox::start(options).await.unwrap();
    Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "old/app", "v1");
    Image::new("linux/amd64").push(&source, "old/app", "latest");
    for tag in 0..8 {
        Image::new("linux/amd64").push(&source, "old/base/jdk", &*format!("{tag}.0"));
    }
    Image::new("linux/amd64").push(&source, "old/base/jdk", SIGNATURE);
    Image::new("linux/amd64").push(&source, "old/other/jdk", "1");
    Image::new("linux/amd64").push(&source, "oldest/app", "1");
    Image::new("linux/amd64").push(&source, "alone", "1");
    source
}

async fn place(options: Options) -> (Sandbox, Sandbox, Place) {
    let source = harbor(options).await;
    let target = Sandbox::start(Options::default()).await.unwrap();
    let place = Place::between(&source, &target);
    (source, target, place)
}

fn import(place: &Place, source: &Sandbox, more: &str) -> super::harness::Ran {
    place.run(&format!("import --from {}{more}", source.address()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_namespace_holds_is_mirrored_under_the_same_names() {
    let paged = Options {
        page: 2,
        ..Options::default()
    };
    let (source, target, place) = place(paged).await;
    let ran = import(&place, &source, "/old");
    insta::assert_snapshot!("import_from", ran.whole());
    insta::assert_snapshot!(
        "import_from_chinese",
        import(&place, &source, "/old --lang zh").stderr
    );
    place.write("mirror.yaml", &ran.stdout);
    insta::assert_snapshot!("import_from_check", place.run("check").whole());
    assert_eq!(place.run("apply -q --yes").status, 0);
    let names = target.repositories();
    assert_eq!(names, ["team/app", "team/base/jdk", "team/other/jdk"]);
    for name in ["app", "base/jdk", "other/jdk"] {
        let (here, there) = (format!("old/{name}"), format!("{NAMESPACE}/{name}"));
        let tags = source.tags(&here);
        for tag in tags.iter().filter(|tag| *tag != SIGNATURE) {
            assert_eq!(source.tag(&here, tag), target.tag(&there, tag), "{tag}");
        }
    }
    assert_eq!(place.run("plan --detailed-exitcode").status, 0);
    // All of a registry.
    let all = import(&place, &source, "").stdout;
    assert!(
        all.contains("/oldest/app") && all.contains("/alone"),
        "{all}"
    );
    // What is named need not be listed.
    let some = import(&place, &source, "/old app missing");
    insta::assert_snapshot!("import_from_named", some.whole());
    let nothing = import(&place, &source, "/old missing");
    insta::assert_snapshot!("import_from_nothing", nothing.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_without_a_list_says_what_works_instead() {
    let (source, _target, place) = place(Options::acr_personal()).await;
    insta::assert_snapshot!("import_from_acr", import(&place, &source, "/old").whole());
    assert_eq!(import(&place, &source, "/old app").status, 0);
    assert_eq!(import(&place, &source, "/old old/app").status, 0);

    let login = Options {
        auth: Auth::basic("me", "secret"),
        ..Options::default()
    };
    let (source, _target, place) = self::place(login).await;
    insta::assert_snapshot!("import_from_login", import(&place, &source, "/old").whole());
    let (source, _target, place) = self::place(Options::default()).await;
    for (typed, name) in [
        (format!("{}/none", source.address()), "empty"),
        ("old/app".to_owned(), "no_host"),
        (format!("{}/Old", source.address()), "no_namespace"),
        (format!("{}/old App", source.address()), "no_repository"),
        (format!("{}/old/app", source.address()), "repository"),
        (format!("{}/alone", source.address()), "repository_alone"),
    ] {
        let ran = place.run(&format!("import --from {typed}"));
        insta::assert_snapshot!(format!("import_from_{name}"), ran.whole());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_names_no_place_that_is_none_and_no_host_twice() {
    let (source, _target, place) = place(Options::default()).await;
    // What `doctor --probe` made is nobody's, whether it is still listed or still has a tag.
    for name in ["0123456789ab", "0123456789ab/below", "0123456789ab-mount"] {
        let name = format!("old/pusher-probe-{name}");
        Image::new("linux/amd64").push(&source, &name, "1");
    }
    let ran = import(&place, &source, "/old");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(!ran.whole().contains("pusher-probe"), "{}", ran.whole());
    let ran = import(&place, &source, "/old missing");
    let told = "error: `SOURCE/old/missing`: its tags are not known: there is no such repository\n";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!ran.stderr.contains(":1:1"), "{}", ran.stderr);
    source.go_away(Origin::Registry);
    let ran = import(&place, &source, "/old");
    let told = "cannot list the repositories at `SOURCE`: no connection";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
}

/// The registry that is filled already is no source for itself.
#[tokio::test(flavor = "multi_thread")]
async fn distribution_lists_what_it_holds_to_whoever_may_ask() {
    for auth in [Asks::Open, Asks::Basic, Asks::bearer()] {
        for registry in TestRegistry::each(&Setup::with_auth(auth)).await {
            let image = Image::new("linux/amd64").build();
            registry.push(&image, "team/app", "1").await;
            registry.push(&image, "other/app", "1").await;
            registry.push(&image, "team/emptied", "1").await;
            registry.delete_tag("team/emptied", "1");
            let place = Place::empty()
                .naming(registry.address(), "REGISTRY")
                .variable("ALIYUN_REGISTRY", registry.address())
                .variable("ALIYUN_NAME_SPACE", NAMESPACE)
                .variable("ALIYUN_REGISTRY_USER", USER)
                .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD);
            let ran = place.run(&format!("import --from {}/team", registry.address()));
            assert_eq!(ran.status, 0, "{} {}", registry.name(), ran.whole());
            assert!(
                ran.stdout.contains("source: \"REGISTRY/team/app\"\n"),
                "{}",
                ran.stdout
            );
            assert!(!ran.stdout.contains("emptied"), "{}", ran.stdout);
            assert!(!ran.stdout.contains("other"), "{}", ran.stdout);
            assert!(
                ran.stderr.contains("is the target here as well"),
                "{}",
                ran.stderr
            );
        }
    }
}
