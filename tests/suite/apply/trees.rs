//! Odd trees of manifests: each manifest is read once, and what is too much is refused by name.

use pusher::inspect::{self, Side};
use pusher::model::{Descriptor, Digest, Platforms, Profile, Reference, media_type};
use pusher::plan::{Action, Expected, Outcome, Plan};
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use super::world::{World, actions, assert_done, client};

fn descriptor(media_type: &str, digest: &Digest, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": digest, "size": size })
}

/// Puts an index into the repository `app`, and returns how another one names it.
fn index(sandbox: &Sandbox, tag: Option<&str>, children: &[Value]) -> Value {
    let body = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": children,
    });
    raw(sandbox, tag, body.to_string())
}

fn raw(sandbox: &Sandbox, tag: Option<&str>, body: String) -> Value {
    let size = body.len() as u64;
    let digest = sandbox.put_manifest("app", tag, media_type::OCI_INDEX, body);
    descriptor(media_type::OCI_INDEX, &digest, size)
}

fn image(sandbox: &Sandbox) -> Value {
    let image = Image::new("linux/amd64").layer("app").build();
    image.push(sandbox, "app", None);
    let size = image.bytes.len() as u64;
    descriptor(&image.media_type, &image.digest, size)
}

/// A child that nobody holds.
fn nobodys(number: usize, size: u64) -> Value {
    let digest = Digest::sha256(&number.to_le_bytes());
    descriptor(media_type::OCI_MANIFEST, &digest, size)
}

#[tokio::test]
async fn what_is_named_often_is_read_and_written_once() {
    let mut world = World::new().await;
    let image = image(&world.source);
    let inner = index(&world.source, None, &vec![image.clone(); 1000]);
    let middle = index(&world.source, None, &vec![inner.clone(); 1000]);
    // The innermost is named at every level.
    let mut children = vec![middle; 1000];
    children.extend([image, inner]);
    let root = index(&world.source, Some("1"), &children);
    world.want("app:1", Platforms::All);
    assert_done(&world.apply().await);
    let read = world.source.log().count("GET", "/manifests/");
    assert_eq!(read, 4, "{:#?}", world.source.log().lines());
    let written = world.target.log().count("PUT", "/manifests/");
    assert_eq!(written, 4, "{:#?}", world.target.log().lines());
    assert_eq!(actions(&world.plan().await), ["no-op"]);

    let at = Reference::tagged(world.desired.entries[0].source.repository().clone(), "1");
    let expected = Expected::unchanged(Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: root["digest"].as_str().unwrap().parse().unwrap(),
        size: root["size"].as_u64().unwrap(),
    });
    let side = Side {
        reference: &at,
        image: &expected,
    };
    world.clear_logs();
    let diff = inspect::diff(side, side, &client()).await.unwrap();
    assert_eq!(diff.platforms_unchanged, 1);
    let read = world.source.log().count("GET", "/manifests/");
    assert!(read <= 2 * 4, "{:#?}", world.source.log().lines());
}

/// Plans `app:1` as a whole, and returns why it is blocked and how many manifests were read for that.
async fn refused(world: &mut World) -> (String, usize) {
    world.want("app:1", Platforms::All);
    let plan: Plan = world.plan().await;
    let Action::Blocked { reason, .. } = &plan.changes[0].action else {
        panic!("{:?}", plan.changes[0].action)
    };
    let read = world.source.log().count("GET", "/manifests/");
    (format!("{reason:?}"), read)
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_name_before_it_is_read() {
    type Make = fn(&Sandbox) -> Value;
    let cases: [(&str, Make, usize); 8] = [
        (
            "consists of more than 1000 manifests",
            |at| {
                let many: Vec<_> = (0..1000).map(|number| nobodys(number, 500)).collect();
                index(at, Some("1"), &many)
            },
            1,
        ),
        (
            "its manifests have more than 16 MiB together",
            |at| {
                let large: Vec<_> = (0..5).map(|number| nobodys(number, 3_900_000)).collect();
                index(at, Some("1"), &large)
            },
            1,
        ),
        (
            "it names more than 20000 manifests and blobs",
            |at| index(at, Some("1"), &vec![image(at); 20_001]),
            1,
        ),
        (
            "its indexes stand more than 5 deep one in another",
            |at| {
                let deep = (0..5).fold(image(at), |inner, _| index(at, None, &[inner]));
                index(at, Some("1"), &[deep])
            },
            6,
        ),
        (
            "its indexes stand more than 5 deep one in another",
            // Each is named by the root as well, so that none seems to be far away from it.
            |at| {
                let mut all = vec![image(at)];
                for _ in 0..5 {
                    let inner = all.last().cloned().unwrap();
                    all.push(index(at, None, &[inner]));
                }
                index(at, Some("1"), &all)
            },
            7,
        ),
        (
            "300000 bytes, 2 are announced",
            |at| {
                let mut liar = raw(at, None, format!("{{}}{}", " ".repeat(299_998)));
                liar["size"] = 2.into();
                index(at, Some("1"), &[liar])
            },
            2,
        ),
        (
            "it has more than 200000 members",
            |at| {
                let many: Vec<_> = (0..200_001)
                    .map(|member| format!("\"{member}\":0"))
                    .collect();
                raw(at, Some("1"), format!("{{{}}}", many.join(",")))
            },
            1,
        ),
        (
            "its answer is longer than 4194304 bytes",
            |at| raw(at, Some("1"), format!("{{}}{}", " ".repeat(4_200_000))),
            1,
        ),
    ];
    for (words, make, reads) in cases {
        let mut world = World::new().await;
        make(&world.source);
        let (told, read) = refused(&mut world).await;
        assert!(told.contains(words), "{words}: {told}");
        assert!(told.contains("app"), "{words}: {told}");
        assert_eq!(read, reads, "{words}");
    }
}

#[tokio::test]
async fn nonsense_is_an_error_that_names_the_image() {
    let digest = Digest::sha256(b"");
    let child = |digest: &str, size: &str| {
        let media_type = media_type::OCI_MANIFEST;
        let child = format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#);
        format!(r#"{{"schemaVersion":2,"manifests":[{child}]}}"#)
    };
    for body in [
        child(&digest.to_string(), "-1"),
        child(&digest.to_string(), "1e400"),
        child(&digest.to_string(), "18446744073709551616"),
        child("md5:d41d8cd98f00b204e9800998ecf8427e", "1"),
        child("sha256:..", "1"),
        format!(r#"{{"manifests":{}"#, "[".repeat(1_000_000)),
        format!(r#"{{"x":{}"#, r#"{"x":"#.repeat(150_000)),
    ] {
        let mut world = World::new().await;
        raw(&world.source, Some("1"), body.clone());
        let (told, _) = refused(&mut world).await;
        let body: String = body.chars().take(200).collect();
        assert!(told.contains("is not a valid manifest"), "{body}: {told}");
        assert!(told.contains("/app:1"), "{body}: {told}");
    }
}

#[tokio::test]
async fn a_mixture_of_two_formats_is_refused_when_it_is_planned() {
    let oci = || Image::new("linux/amd64").layer("app");
    let mixed = [
        oci().config(media_type::DOCKER_CONFIG, &b"{}"[..]),
        oci().docker().config(media_type::OCI_CONFIG, &b"{}"[..]),
    ];
    for image in mixed {
        let mut world = World::with(Options::default(), Options::acr_personal()).await;
        world.desired.target.profile = Profile::named("acr-personal").unwrap();
        image.push(&world.source, "app", "alone");
        let index = Index::new().image(&image);
        index.push(&world.source, "app", "listed");
        oci().push(&world.source, "app", "pure");
        oci().docker().push(&world.source, "app", "docker");
        for tag in ["alone", "listed", "pure", "docker"] {
            world.want(&format!("app:{tag}"), Platforms::All);
        }
        let plan = world.plan().await;
        assert_eq!(
            actions(&plan),
            ["blocked", "blocked", "create", "create"],
            "{plan:?}"
        );
        // That is what the registry would say.
        world.desired.target.profile = Profile::generic();
        let report = world.apply().await;
        for (outcome, fails) in report.outcomes.iter().zip([true, true, false, false]) {
            assert_eq!(
                matches!(outcome, Outcome::Failed { .. }),
                fails,
                "{outcome:?}"
            );
        }
    }
}
