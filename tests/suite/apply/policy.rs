//! The law with rules: whatever they are, what breaks one stays out, all else arrives, the next plan is empty, and nothing
//! is deleted where rules come later.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use pusher::model::{Bytes, Platforms};
use pusher::plan::policy::{
    Level, Requirement, Rule, Rules, ScanReport, Severity, SourcePattern, Sources, Violation,
};
use pusher::plan::{Action, BlockReason, DeclaredAt, Plan};
use pusher::sandbox::images::{Artifact, Image, Index};

use super::world::World;

const IMAGES: [(&str, &str, usize, u64); 6] = [
    ("org/app", "v1", 2, 10),
    ("org/app", "v2", 2, 40_000),
    ("org/app", "latest", 1, 10),
    ("lib/base", "1", 1, 40_000),
    ("lib/base", "2", 2, 10),
    ("evil/app", "v1", 2, 10),
];
const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

fn artifact((repository, tag, platforms, size): (&str, &str, usize, u64)) -> Artifact {
    let seed = repository.len() as u64 * 7 + tag.len() as u64;
    let image = |platform: &str| Image::new(platform).generated_layer(size, seed).layer(tag);
    match platforms {
        1 => image(PLATFORMS[0]).build(),
        _ => Index::new()
            .image(&image(PLATFORMS[0]))
            .image(&image(PLATFORMS[1]))
            .build(),
    }
}

/// A rule, before it is known where the sources are.
#[derive(Debug, Clone)]
struct Written {
    asks: Asks,
    scope: Option<&'static str>,
    level: Level,
}

#[derive(Debug, Clone)]
enum Asks {
    Allow(Vec<&'static str>),
    Deny(&'static str),
    MaxSize(u64),
    MaxTags(usize),
    Platforms(usize),
    NoLatest,
    PinnedOnly,
    VerifyRequired,
    MaxSeverity(Severity),
}

const PATTERNS: [&str; 6] = ["org/*", "lib/*", "evil/**", "org/app:v*", "**", "*/app"];

fn severities() -> impl Strategy<Value = Severity> {
    select(vec![Severity::Low, Severity::High, Severity::Critical])
}

fn rules() -> impl Strategy<Value = Vec<Written>> {
    let pattern = || select(PATTERNS.to_vec());
    let asks = prop_oneof![
        prop::collection::vec(pattern(), 1..4).prop_map(Asks::Allow),
        pattern().prop_map(Asks::Deny),
        select(vec![1, 45_000, 90_000, 1 << 30]).prop_map(Asks::MaxSize),
        (1_usize..4).prop_map(Asks::MaxTags),
        (1_usize..3).prop_map(Asks::Platforms),
        Just(Asks::NoLatest),
        Just(Asks::PinnedOnly),
        Just(Asks::VerifyRequired),
        severities().prop_map(Asks::MaxSeverity),
    ];
    let rule = (asks, prop::option::of(pattern()), any::<bool>());
    let rule = rule.prop_map(|(asks, scope, warns)| Written {
        asks,
        scope,
        level: if warns { Level::Warning } else { Level::Block },
    });
    prop::collection::vec(rule, 1..7)
}

impl Written {
    fn at(&self, registry: &str, line: usize) -> Rule {
        let sources = |patterns: &[&str]| Sources {
            of: patterns
                .iter()
                .map(|pattern| SourcePattern::parse(&format!("{registry}/{pattern}")).unwrap())
                .collect(),
            except: vec![],
        };
        let asks = match &self.asks {
            Asks::Allow(patterns) => Requirement::Allow(sources(patterns)),
            Asks::Deny(pattern) => Requirement::Deny(sources(&[*pattern])),
            Asks::MaxSize(most) => Requirement::MaxSize {
                most: Bytes(*most),
                written: format!("{most}B"),
            },
            Asks::MaxTags(most) => Requirement::MaxTags(*most),
            Asks::Platforms(count) => {
                let required = PLATFORMS[..*count].iter();
                Requirement::PlatformsRequired(required.map(|one| one.parse().unwrap()).collect())
            }
            Asks::NoLatest => Requirement::NoLatest,
            Asks::PinnedOnly => Requirement::PinnedOnly,
            Asks::VerifyRequired => Requirement::VerifyRequired,
            Asks::MaxSeverity(most) => Requirement::MaxSeverity {
                most: *most,
                reports: vec!["scans/*.json".to_owned()],
            },
        };
        Rule {
            asks,
            sources: self
                .scope
                .map(|scope| sources(&[scope]))
                .unwrap_or_default(),
            level: self.level,
            origin: DeclaredAt {
                file: "mirror.yaml".into(),
                line,
            },
        }
    }
}

/// How each image is asked for, and what a scanner says of it.
type Wish = (usize, Option<Severity>);

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (0_usize..3, prop::option::of(severities()));
    prop::collection::vec(wish, IMAGES.len())
}

/// Returns the names that the rules keep out; fails unless a plan blocks these and nothing else.
fn kept_out(plan: &Plan) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for change in &plan.changes {
        let breaks = change.violations().any(Violation::blocks);
        let is_out = match &change.action {
            Action::Blocked { reason, .. } => {
                assert!(matches!(reason, BlockReason::Policy(_)), "{reason:?}");
                true
            }
            _ => false,
        };
        assert_eq!(is_out, breaks, "{change:?}");
        if is_out {
            out.insert(change.target.to_string());
        }
    }
    out
}

fn held(world: &World) -> BTreeSet<String> {
    let target = &world.target;
    let each = target.repositories().into_iter().flat_map(|repository| {
        let tags = target.tags(&repository).into_iter();
        let name = repository.strip_prefix("team/").unwrap().to_owned();
        tags.map(move |tag| format!("{name}:{tag}"))
    });
    each.collect()
}

async fn hold(rules: Vec<Written>, wishes: Vec<Wish>) {
    let mut world = World::new().await;
    let mut scans = vec![];
    for (image, (platforms, severity)) in IMAGES.into_iter().zip(wishes) {
        let (repository, tag, ..) = image;
        let artifact = artifact(image);
        artifact.push(&world.source, repository, tag);
        let platforms = match platforms {
            0 => Platforms::All,
            1 => Platforms::linux_amd64(),
            _ if image.2 == 2 => {
                Platforms::only(PLATFORMS.iter().map(|one| one.parse().unwrap()).collect())
            }
            _ => Platforms::All,
        };
        let entry = world.want(&format!("{repository}:{tag}"), platforms);
        entry.target.repository = repository.replace('/', "_");
        scans.extend(severity.map(|severity| ScanReport {
            file: "scans/one.json".into(),
            digests: [artifact.digest.clone()].into(),
            worst: Some(severity),
            count: 1,
            names: vec![],
        }));
    }
    let address = world.source.address().to_owned();
    let rules = rules.iter().enumerate();
    let mut policy = Rules::of(rules.map(|(line, rule)| rule.at(&address, line)).collect());
    policy.scans = scans.into();
    let names: BTreeSet<_> = world
        .desired
        .entries
        .iter()
        .map(|one| one.target.to_string())
        .collect();

    world.desired.policy = policy.clone();
    let plan = world.plan().await;
    let out = kept_out(&plan);
    world.carry_out(&plan).await;
    let arrived: BTreeSet<_> = names.difference(&out).cloned().collect();
    assert_eq!(held(&world), arrived);
    let again = world.plan().await;
    assert_eq!((again.summary().pending(), kept_out(&again)), (0, out));

    // Rules that come later than the images delete nothing, and find nothing more to do.
    world.desired.policy = Rules::default();
    world.apply().await;
    assert_eq!(held(&world), names);
    world.desired.policy = policy;
    let late = world.plan().await;
    kept_out(&late);
    assert_eq!(late.summary().pending(), 0);
    world.carry_out(&late).await;
    assert_eq!(held(&world), names);
}

fn run(rules: Vec<Written>, wishes: Vec<Wish>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(hold(rules, wishes));
}

#[test]
fn with_all_rules_on_a_plan_after_an_apply_is_empty() {
    let all = [
        Asks::Allow(vec!["org/*", "lib/*"]),
        Asks::Deny("evil/**"),
        Asks::MaxSize(90_000),
        Asks::MaxTags(3),
        Asks::Platforms(1),
        Asks::NoLatest,
        Asks::MaxSeverity(Severity::High),
    ];
    let mut all: Vec<_> = all
        .into_iter()
        .map(|asks| Written {
            asks,
            scope: None,
            level: Level::Block,
        })
        .collect();
    all.push(Written {
        asks: Asks::PinnedOnly,
        scope: Some("evil/**"),
        level: Level::Warning,
    });
    run(all, vec![(0, Some(Severity::High)); IMAGES.len()]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 4,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn whatever_the_rules_a_plan_after_an_apply_is_empty(rules in rules(), wishes in wishes()) {
        run(rules, wishes);
    }
}
