//! Pages to look at.

use chrono::{DateTime, TimeDelta, Utc};
use pusher::model::{Digest, Profile, Text};
use pusher::page::{History, Image, OfTarget, Page, Record, State};
use pusher::plan::{Target, TargetName};

/// When all of them are made.
fn now() -> DateTime<Utc> {
    "2026-11-27T08:23:00Z".parse().unwrap()
}

fn ago(hours: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(hours)
}

fn target(host: &str, label: Option<&str>) -> Target {
    Target {
        label: label.map(|label| label.to_owned().try_into().unwrap()),
        registry: host.to_owned(),
        namespace: Some("acme".to_owned()),
        profile: Profile::of_host(host),
    }
}

fn both(english: &str, chinese: &str) -> Text {
    Text::of(|| match pusher::model::Language::spoken() {
        pusher::model::Language::English => english.to_owned(),
        pusher::model::Language::Chinese => chinese.to_owned(),
    })
}

fn digest(text: &str) -> Digest {
    Digest::sha256(text.as_bytes())
}

/// An image that is in place, as most are.
fn image(number: usize, source: &str, platforms: &[&str], megabytes: u64) -> Image {
    let (path, tag) = source.rsplit_once(':').unwrap();
    let name = path.rsplit('/').next().unwrap();
    let hours = i64::try_from(number * 37 % 2_900 + 20).unwrap();
    let each = platforms
        .iter()
        .map(|platform| ((*platform).to_owned(), Some(megabytes * 1_000_003)));
    Image {
        target: TargetName {
            repository: name.to_owned(),
            tag: tag.to_owned(),
        },
        source: source.to_owned(),
        origin: format!("images.txt:{}", number + 3),
        states: vec![State::InPlace],
        digest: Some(digest(source)),
        expected: None,
        bytes: Some(megabytes * 1_000_003 * platforms.len() as u64),
        platforms: each.collect(),
        built: Some(ago(hours)),
        seen: Some(ago(hours - 10)),
        held: None,
        overridden: None,
        signed: None,
        absent: false,
        told: vec![],
    }
}

const SOURCES: [(&str, &[&str], u64); 16] = [
    (
        "docker.io/library/nginx:1.27",
        &["linux/amd64", "linux/arm64"],
        72,
    ),
    ("docker.io/library/redis:7.4-alpine", &["linux/amd64"], 17),
    (
        "docker.io/library/postgres:17.2",
        &["linux/amd64", "linux/arm64"],
        158,
    ),
    (
        "ghcr.io/actions/actions-runner:2.321.0",
        &["linux/amd64"],
        480,
    ),
    (
        "registry.k8s.io/kube-apiserver:v1.32.0",
        &["linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x"],
        28,
    ),
    (
        "registry.k8s.io/ingress-nginx/controller:v1.11.3",
        &["linux/amd64", "linux/arm64"],
        104,
    ),
    (
        "quay.io/prometheus/prometheus:v3.0.1",
        &["linux/amd64", "linux/arm64"],
        117,
    ),
    ("quay.io/coreos/etcd:v3.5.17", &["linux/amd64"], 22),
    (
        "gcr.io/distroless/static-debian12:nonroot",
        &["linux/amd64"],
        1,
    ),
    ("docker.io/grafana/grafana:11.4.0", &["linux/amd64"], 196),
    (
        "docker.io/library/python:3.13-slim",
        &["linux/amd64", "linux/arm64"],
        45,
    ),
    ("docker.io/library/mysql:8.4", &["linux/amd64"], 178),
    (
        "ghcr.io/cloudnative-pg/cloudnative-pg:1.25.0",
        &["linux/amd64"],
        35,
    ),
    ("docker.io/bitnami/kafka:3.9", &["linux/amd64"], 214),
    (
        "nvcr.io/nvidia/cuda:12.6.3-base-ubuntu24.04",
        &["linux/amd64"],
        131,
    ),
    (
        "docker.io/calico/node:v3.29.1",
        &["linux/amd64", "linux/arm64"],
        143,
    ),
];

/// Images of every kind.
fn images() -> Vec<Image> {
    let each = SOURCES.iter().enumerate();
    let mut images: Vec<_> = each
        .map(|(number, (source, platforms, size))| image(number, source, platforms, *size))
        .collect();
    images[0].signed = Some(both(
        "signed by `release@nginx.org` (https://accounts.google.com)",
        "签名者：`release@nginx.org`（https://accounts.google.com）",
    ));
    images[2].states = vec![State::Held, State::InPlace];
    images[2].held = Some((digest("newer"), Some(now() + TimeDelta::hours(43))));
    images[3].states = vec![State::UpstreamMoved, State::InPlace];
    images[3].told = vec![both(
        "its source's tag has moved: 9f3c01d2e4aa is locked, and it is 41b7720cd9e1 now",
        "源的标签动了：锁定的是 9f3c01d2e4aa，现在是 41b7720cd9e1",
    )];
    images[5].states = vec![State::TargetChanged];
    images[5].expected = Some(digest("declared"));
    images[5].told = vec![
        both(
            "the target has 5d1c8a2b7e90, and 0c44f1a9be27 is declared",
            "目标里是 5d1c8a2b7e90，声明的是 0c44f1a9be27",
        ),
        both(
            "it is what was locked for it until 2026-11-02 (commit 4f0ab3c2d1)",
            "它是以前锁定的内容，直到 2026-11-02（提交 4f0ab3c2d1）",
        ),
    ];
    images[8].overridden = Some("CVE-2026-1234 is fixed in it".to_owned());
    for number in [9, 12] {
        images[number].states = vec![State::Missing];
        images[number].digest = None;
        images[number].built = None;
        images[number].expected = Some(digest("to come"));
        images[number].told = vec![both(
            "it is not in the target yet; 77aa01c0ffee will be copied",
            "目标里还没有；会拷贝 77aa01c0ffee",
        )];
    }
    images[13].states = vec![State::Blocked];
    images[13].digest = None;
    images[13].bytes = None;
    images[13].built = None;
    images[13].told = vec![both("the source has no such image", "源没有这个镜像")];
    images[14].states = vec![State::Unknown, State::InPlace];
    images[14].told = vec![both(
        "the source could not be read: `nvcr.io` was not reached",
        "读不到源：连不上 `nvcr.io`",
    )];
    images[11].states = vec![State::NotDeclared];
    images[11].told = vec![both(
        "the files no longer declare it; the target still has it",
        "文件里已不再声明它，目标里还有",
    )];
    images
}

fn record(target: &Target, image: &Image, hours: i64, content: &str, commit: &str) -> Record {
    Record {
        time: ago(hours),
        commit: Some(commit.to_owned()),
        source: image.source.clone(),
        source_digest: digest(&format!("source of {content}")),
        image: target.reference(&image.target),
        digest: digest(content),
        overridden: None,
    }
}

fn history(target: &Target, images: &[Image]) -> History {
    let kept = images
        .iter()
        .filter(|image| image.digest.is_some())
        .take(40);
    let first = kept.clone().map(|image| {
        record(
            target,
            image,
            24 * 61,
            &format!("old {}", image.source),
            "77b2d9e0c1a4f6835d20",
        )
    });
    let later = kept
        .clone()
        .step_by(3)
        .map(|image| record(target, image, 24 * 9, &image.source, "c02f4e1b9a7d88316e55"));
    let last = kept
        .skip(1)
        .step_by(5)
        .map(|image| record(target, image, 31, &image.source, "4f0ab3c2d1e5a97c6b08"));
    History::of(first.chain(later).chain(last))
}

pub(super) fn usual() -> Page {
    let target = target("registry.cn-hangzhou.aliyuncs.com", None);
    let images = images();
    Page {
        made: now(),
        commit: Some("4f0ab3c2d1e5a97c6b08f3d2a1908e7d6c5b4a39".to_owned()),
        history: history(&target, &images),
        targets: vec![OfTarget { target, images }],
        told: vec![],
    }
}

pub(super) fn several() -> Page {
    let of = |host: &str, label: &str| OfTarget {
        target: target(host, Some(label)),
        images: images(),
    };
    Page {
        targets: vec![
            of("registry.cn-hangzhou.aliyuncs.com", "hangzhou"),
            of("acme-registry.ap-southeast-1.cr.aliyuncs.com", "singapore"),
        ],
        told: vec![both(
            "`records.jsonl`: line 7 cannot be read; the others are",
            "`records.jsonl`：第 7 行读不了，其余的都读了",
        )],
        ..usual()
    }
}

pub(super) fn many(count: usize) -> Page {
    let target = target("registry.cn-hangzhou.aliyuncs.com", None);
    let few = images();
    let each = (0..count).map(|number| {
        let mut image = few[number % few.len()].clone();
        let series = number / few.len();
        if series > 0 && !series.is_multiple_of(9) {
            image.states = vec![State::InPlace];
            image.told = vec![];
            image.digest = Some(digest(&format!("{number}")));
        }
        image.target.repository = format!("{}-{series}", image.target.repository);
        image.source = image.source.replace(':', &format!("-{series}:"));
        image.origin = format!("images.txt:{}", number + 3);
        image
    });
    let images: Vec<_> = each.collect();
    Page {
        made: now(),
        commit: None,
        history: history(&target, &images),
        targets: vec![OfTarget { target, images }],
        told: vec![],
    }
}

pub(super) fn empty() -> Page {
    Page {
        made: now(),
        commit: None,
        targets: vec![OfTarget {
            target: target("registry.cn-hangzhou.aliyuncs.com", None),
            images: vec![],
        }],
        history: History::of([]),
        told: vec![],
    }
}

/// Names that no file can declare and no registry has: whatever gets that far does nothing.
pub(super) fn hostile() -> Page {
    let names = [
        "<script>window.broken = 1</script>",
        "</script><script>window.broken = 2</script><!--",
        "\"><img src=x onerror=\"window.broken = 3\">",
        "${window.broken = 4} {{broken}} @DATA@ $& $1 {name}",
        "javascript:window.broken=5",
        "\u{202e}gnp.exe\u{2066}\u{200f}نجمة",
        "'; DROP TABLE images; -- \u{2028}\u{2029}\u{0}\u{1b}[2J",
        "镜像 名字 🐳 e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    ];
    let long = "very-long-".repeat(40);
    let each = names.into_iter().chain([long.as_str()]).enumerate();
    let images = each.map(|(number, name)| {
        let mut image = image(number, "docker.io/library/nginx:1.27", &["linux/amd64"], 72);
        name.clone_into(&mut image.target.repository);
        image.target.tag = format!("1-{name}");
        name.clone_into(&mut image.source);
        name.clone_into(&mut image.origin);
        image.platforms = vec![(name.to_owned(), Some(1)); 3];
        image.overridden = Some(name.to_owned());
        image.signed = Some(Text::verbatim(name));
        image.told = vec![Text::verbatim(name), Text::verbatim(name.repeat(3))];
        image
    });
    let target = target("registry.cn-hangzhou.aliyuncs.com", None);
    let records = names.map(|name| Record {
        time: ago(5),
        commit: Some(name.to_owned()),
        source: name.to_owned(),
        source_digest: digest("s"),
        image: "registry.example.com/else/where:1".parse().unwrap(),
        digest: digest(name),
        overridden: Some(name.to_owned()),
    });
    Page {
        made: now(),
        commit: Some(names[0].to_owned()),
        history: History::of(records),
        targets: vec![OfTarget {
            target,
            images: images.collect(),
        }],
        told: names.map(Text::verbatim).to_vec(),
    }
}
