use super::super::fixtures::{desired, digest, locked, map};
use super::*;

fn names(map: &MirrorMap, wanted: &str) -> Vec<String> {
    let wanted = wanted.parse().unwrap();
    let found = map.named(&wanted);
    found.map(|image| image.name.to_string()).collect()
}

#[test]
fn a_name_upstream_leads_to_the_names_in_the_mirror() {
    let pinned = format!("bitnami/redis@{}", digest("redis"));
    let both = format!("alpine:3@{}", digest("alpine"));
    let desired = desired(&[
        ("nginx:1.27", "nginx:1.27", "all"),
        ("nginx", "nginx:latest", "linux/amd64"),
        ("nginx", "linux_arm64_nginx:latest", "linux/arm64"),
        (&pinned, "redis:latest", "all"),
        (&both, "alpine:3", "all"),
    ]);
    let desired = locked(desired, "nginx:1.27", "index", "child");
    let map = map(&desired);
    for (wanted, found) in [
        ("docker.io/library/nginx:1.27", &["nginx:1.27"][..]),
        ("nginx", &["nginx:latest", "linux_arm64_nginx:latest"]),
        ("nginx:1.26", &[]),
        ("ghcr.io/library/nginx:1.27", &[]),
        // Nobody said what its tag stands for.
        ("bitnami/redis", &[]),
        (&pinned, &["redis:latest"]),
        ("alpine:3", &["alpine:3"]),
        (&both, &["alpine:3"]),
        (&format!("alpine:2@{}", digest("alpine")), &["alpine:3"]),
        (&format!("alpine:3@{}", digest("other")), &[]),
        // That of the source, and that of what was made of it.
        (&format!("nginx@{}", digest("index")), &["nginx:1.27"]),
        (&format!("nginx:9@{}", digest("child")), &["nginx:1.27"]),
    ] {
        assert_eq!(names(&map, wanted), found, "{wanted}");
    }
    let all = map.of_repository(map.images[0].source.repository());
    assert_eq!(all.count(), 3);
}

#[test]
fn what_is_not_locked_has_no_digest_but_the_one_that_is_declared() {
    let pinned = format!("redis@{}", digest("redis"));
    let desired = desired(&[
        ("a:1", "a:1", "all"),
        ("b:1", "b:1", "all"),
        ("c:1", "c:1", "all"),
        (&pinned, "redis:latest", "all"),
    ]);
    let desired = locked(locked(desired, "a:1", "a", "a"), "b:1", "b", "b'");
    let map = map(&desired);
    let known = |image: &Mapping| (image.keeps_digest(), image.is_rewritten());
    let known: Vec<_> = map.images.iter().map(known).collect();
    assert_eq!(
        known,
        [
            (Some(true), Some(false)),
            (Some(false), Some(true)),
            (None, None),
            (None, None)
        ]
    );
    let [a, _, c, redis] = &map.images[..] else {
        panic!("{map:?}");
    };
    let place = "registry.cn-hangzhou.aliyuncs.com/team";
    assert_eq!(a.target.to_string(), format!("{place}/a:1"));
    let by_digest = a.pinned().unwrap().to_string();
    assert_eq!(by_digest, format!("{place}/a@{}", digest("a")));
    assert_eq!((c.source_digest(), c.pinned()), (None, None));
    let declared = (redis.source_digest(), redis.pinned());
    assert_eq!(declared, (Some(&digest("redis")), None));
}

#[test]
fn an_image_is_for_what_it_was_declared_for() {
    let desired = desired(&[
        ("a", "a:1", "all"),
        ("a", "a:2", "linux/arm64"),
        ("a", "a:3", "linux/*"),
    ]);
    let is_for = |platform: &str| -> Vec<bool> {
        let platform = platform.parse().unwrap();
        let images = map(&desired).images;
        images.iter().map(|image| image.is_for(&platform)).collect()
    };
    assert_eq!(is_for("linux/arm64"), [true, true, true]);
    assert_eq!(is_for("linux/amd64"), [true, false, true]);
    assert_eq!(is_for("windows/amd64"), [true, false, false]);
}

#[test]
fn a_host_is_chosen() {
    let mut desired = desired(&[("a", "a:1", "all")]);
    let place = |desired: &Desired, host| -> Result<String, NoVpcHost> {
        let map = MirrorMap::of(desired, &host)?;
        Ok(map.images[0].target.registry().to_owned())
    };
    let (public, vpc) = (
        "registry.cn-hangzhou.aliyuncs.com",
        "registry-vpc.cn-hangzhou.aliyuncs.com",
    );
    for declared in [public, vpc] {
        desired.target.registry = declared.to_owned();
        assert_eq!(place(&desired, HostChoice::Public).unwrap(), public);
        assert_eq!(place(&desired, HostChoice::Vpc).unwrap(), vpc);
        let named = HostChoice::Named("mirror.internal".to_owned());
        assert_eq!(place(&desired, named).unwrap(), "mirror.internal");
    }
    desired.target.registry = "harbor.example.com".to_owned();
    let host = place(&desired, HostChoice::Public).unwrap();
    assert_eq!(host, "harbor.example.com");
    let refused = place(&desired, HostChoice::Vpc).unwrap_err().to_string();
    assert!(refused.contains("`harbor.example.com`"), "{refused}");
}
