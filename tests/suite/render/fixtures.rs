//! Plans and reports with one of everything.

use pusher::plan::Absence;
use std::sync::Arc;
use std::time::Duration;

use pusher::model::{
    Asked, Attempt, Cause, Descriptor, Digest, ErrorAnswer, Failure, Fault, ManifestError,
    Operation, Platform, Platforms, Profile, ProfileName, RequestKind, Text, media_type,
};
use pusher::plan::{
    Action, Attached, Attachment, BlockReason, CannotMirror, Change, Content, Contents, DeclaredAt,
    Expected, ImageCopy, LeftOut, NameRefused, NameRule, NotDone, Outcome, Plan, RefusedName,
    RefusedReferrers, Report, Selection, TagAfter, Target, TargetName, Transfer,
};
use pusher::render::{Format, Style, View};

pub(super) const FORMATS: [Format; 3] = [Format::Human, Format::Json, Format::Markdown];

pub(super) fn target() -> Target {
    Target {
        label: None,
        registry: "registry.cn-hangzhou.aliyuncs.com".to_owned(),
        namespace: Some("team".to_owned()),
        profile: Profile::named("acr-personal").unwrap(),
    }
}

pub(super) fn name(text: &str) -> TargetName {
    let (repository, tag) = text.rsplit_once(':').unwrap();
    TargetName {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
    }
}

pub(super) fn descriptor(content: &str) -> Descriptor {
    Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: Digest::sha256(content.as_bytes()),
        size: 1234,
    }
}

pub(super) fn copy(content: &str, blob_bytes: Option<u64>) -> ImageCopy {
    ImageCopy {
        verified: None,
        referrers_stay: false,
        referrers_refused: RefusedReferrers::default(),
        formerly: None,
        unseen: None,
        source: descriptor(content),
        expected: Expected::unchanged(descriptor(content)),
        contents: blob_bytes.map(contents),
    }
}

/// An image of one layer.
fn contents(blob_bytes: u64) -> Arc<Contents> {
    let layer = Digest::sha256(&blob_bytes.to_be_bytes());
    Arc::new(Contents {
        images: vec![layer.clone()],
        indexes: vec![],
        referrers: 0,
        blobs: vec![(layer, blob_bytes)],
        ..Contents::default()
    })
}

/// A copy that leaves out what ACR Personal refuses.
fn filtered(content: &str) -> ImageCopy {
    let left_out = |position: usize| LeftOut {
        digest: Digest::sha256(&position.to_be_bytes()),
        attestation: true,
        why: pusher::plan::WhyLeftOut::ConfigRefused(
            "application/vnd.oci.empty.v1+json".to_owned(),
        ),
    };
    let selection = Selection {
        platforms_kept: 4,
        left_out: (0..4).map(left_out).collect(),
        skipped: vec!["linux/s390x".parse().unwrap()],
    };
    ImageCopy {
        verified: None,
        referrers_stay: false,
        referrers_refused: RefusedReferrers::default(),
        formerly: None,
        unseen: None,
        source: descriptor("index with attestations"),
        expected: Expected {
            descriptor: descriptor(content),
            content: Content::Rewritten(vec![]),
            selection,
        },
        contents: Some(contents(412_345_678)),
    }
}

pub(super) fn blocked(reason: BlockReason) -> Action {
    Action::Blocked {
        before: None,
        reason,
    }
}

/// A registry that refused to show `image`, with words of its own.
pub(super) fn unreadable(cause: Cause, image: &str, message: &str) -> Failure {
    let status = match cause {
        Cause::Unauthorized => 401,
        Cause::Denied => 403,
        Cause::Server => 500,
        other => panic!("{other:?}"),
    };
    let answer = ErrorAnswer {
        status,
        code: Some("DENIED".to_owned()),
        message: Some(message.to_owned()),
        asked: Asked::Anonymously,
        meaning: None,
        login: None,
    };
    let (host, name) = image.split_once('/').unwrap();
    let operation = Operation::new(
        RequestKind::HeadManifest,
        Text::verbatim(format!("`{name}`")),
    );
    let attempt = Attempt::Request(operation);
    Failure::new(host, attempt, Fault::Answered(answer))
}

pub(super) fn change(line: usize, source: &str, target: &str, action: Action) -> Change {
    Change {
        policy: pusher::plan::Policy::default(),
        lock: pusher::plan::LockState::NoLock,
        age: pusher::plan::Age::default(),
        warnings: vec![],
        target: name(target),
        source: source.parse().unwrap(),
        platforms: Platforms::linux_amd64(),
        origin: DeclaredAt {
            file: "images.txt".into(),
            line,
        },
        action,
    }
}

pub(super) fn plan_of(changes: Vec<Change>) -> Plan {
    Plan {
        target: target(),
        changes,
    }
}

/// One change of every kind.
pub(super) fn every_change() -> Plan {
    let pinned = format!("nginx:1.25@{}", Digest::sha256(b"pinned"));
    let create = |after| Action::Create { after };
    let mut changes = vec![
        change(
            1,
            "alpine:3.20",
            "alpine:3.20",
            create(copy("a", Some(3_623_807))),
        ),
        change(2, &pinned, "nginx:1.25", create(copy("b", None))),
        change(
            3,
            "ghcr.io/an-organisation-with-a-long-name/an-image-with-an-even-longer-name:2024-06-01-release.4",
            "an-organisation-with-a-long-name_an-image-with-an-even-longer-name:2024-06-01-release.4",
            create(copy("c", Some(999))),
        ),
        change(
            4,
            "redis:7",
            "redis:7",
            Action::Update {
                before: descriptor("old"),
                after: filtered("new"),
            },
        ),
        change(
            5,
            "busybox",
            "busybox:latest",
            Action::in_place(descriptor("d")),
        ),
    ];
    changes[3].platforms = Platforms::All;
    changes[3].origin.file = "mirror.yaml".into();
    changes.extend(every_block());
    plan_of(changes)
}

/// One change for every reason why nothing can be done.
fn every_block() -> Vec<Change> {
    let name_refused = RefusedName {
        why: NameRefused {
            profile: ProfileName::new("acr-personal"),
            name: name("platform/web/app:1"),
            rule: NameRule::Levels { limit: 1, found: 3 },
        },
        instead: Some(name("platform_web_app:1")),
    };
    let missing = CannotMirror::PlatformsMissing {
        missing: vec!["linux/riscv64".parse().unwrap()],
        available: vec![
            Platform::new("linux", "amd64", None),
            Platform::new("linux", "arm", Some("v7")),
        ],
    };
    let mut changes = vec![
        change(
            6,
            "ngnix",
            "ngnix:latest",
            blocked(BlockReason::SourceAbsent(Absence::Plain)),
        ),
        change(
            7,
            "ghcr.io/org/private:v1",
            "private:v1",
            blocked(BlockReason::SourceUnreadable(unreadable(
                Cause::Unauthorized,
                "ghcr.io/org/private:v1",
                "authentication required",
            ))),
        ),
        change(
            8,
            "ghcr.io/org/secret:v1",
            "secret:v1",
            blocked(BlockReason::SourceUnreadable(unreadable(
                Cause::Unauthorized,
                "ghcr.io/org/secret:v1",
                "authentication required",
            ))),
        ),
        change(
            9,
            "memcached:1.6",
            "memcached:1.6",
            blocked(BlockReason::CannotMirror(missing)),
        ),
        change(
            10,
            "quay.io/team/app:1",
            "platform/web/app:1",
            blocked(BlockReason::NameRefused(name_refused.into())),
        ),
        change(
            11,
            "k8s.gcr.io/pause:1.0",
            "pause:1.0",
            blocked(BlockReason::CannotMirror(CannotMirror::Manifest(
                ManifestError::Schema1,
            ))),
        ),
        change(
            12,
            "mysql:8",
            "mysql:8",
            blocked(BlockReason::TargetUnreadable(unreadable(
                Cause::Denied,
                "registry.cn-hangzhou.aliyuncs.com/team/mysql:8",
                "requested access is denied",
            ))),
        ),
        change(13, "mongo:7", "mongo:7", blocked(BlockReason::NotObserved)),
    ];
    let asked = ["linux/amd64", "linux/riscv64"].map(|text| text.parse().unwrap());
    changes[3].platforms = Platforms::only(asked.to_vec());
    changes
}

/// One outcome of every kind.
pub(super) fn every_outcome() -> Report {
    let create = |content| Action::Create {
        after: copy(content, Some(65_000_000)),
    };
    let changes = vec![
        change(1, "alpine:3.20", "alpine:3.20", create("a")),
        change(
            2,
            "redis:7",
            "redis:7",
            Action::Update {
                before: descriptor("old"),
                after: copy("new", None),
            },
        ),
        change(
            3,
            "busybox",
            "busybox:latest",
            Action::in_place(descriptor("d")),
        ),
        change(
            4,
            "ngnix",
            "ngnix:latest",
            blocked(BlockReason::SourceAbsent(Absence::Plain)),
        ),
        change(5, "mysql:8", "mysql:8", create("e")),
        change(6, "mongo:7", "mongo:7", create("f")),
        change(7, "caddy:2", "caddy:2", create("g")),
    ];
    let transfer = |bytes_sent, bytes_mounted, bytes_present, milliseconds| {
        Outcome::Done(Transfer {
            bytes_sent,
            bytes_mounted,
            bytes_present,
            retries: bytes_mounted.min(2),
            time: Duration::from_millis(milliseconds),
        })
    };
    Report {
        plan: plan_of(changes),
        outcomes: vec![
            transfer(3_623_807, 0, 0, 1_234),
            transfer(40_000_000, 3_623_807, 1024, 73_500),
            Outcome::Unchanged,
            Outcome::Blocked,
            Outcome::Stale {
                found: Some(descriptor("someone's").digest),
                was_done: false,
                cost: Transfer {
                    bytes_sent: 2048,
                    time: Duration::from_secs(1),
                    ..Transfer::default()
                },
            },
            Outcome::Failed {
                failure: unreadable(
                    Cause::Server,
                    "registry.cn-hangzhou.aliyuncs.com/team/mongo:7",
                    "a fault of its own",
                )
                .after(5),
                tag: TagAfter::Unchanged,
                cost: Transfer {
                    bytes_sent: 1024,
                    retries: 4,
                    time: Duration::from_secs(9),
                    ..Transfer::default()
                },
            },
            Outcome::not_done(NotDone::Stopped),
        ],
        shard: None,
        interrupted: true,
        promotions: vec![],
        attachments: attachments(),
    }
}

/// What became of two records.
fn attachments() -> Vec<Attachment> {
    let at = |image: &str| format!("registry.cn-hangzhou.aliyuncs.com/team/{image}").parse();
    let why = unreadable(
        Cause::Denied,
        "registry.cn-hangzhou.aliyuncs.com/team/redis:7",
        "artifacts are refused",
    );
    vec![
        Attachment {
            image: at("nginx:1.27").unwrap(),
            attached: Attached::As(descriptor("record").digest),
        },
        Attachment {
            image: at("redis:7").unwrap(),
            attached: Attached::Failed(why),
        },
    ]
}

pub(super) fn verbose() -> View {
    View {
        verbose: true,
        ..View::default()
    }
}

pub(super) fn coloured() -> View {
    View {
        style: Style::COLOURED,
        ..View::default()
    }
}
