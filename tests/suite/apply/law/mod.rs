//! The law, in worlds made up at random: whatever goes wrong, the report is true, nothing undeclared is
//! touched and every tag names a whole image; once nothing goes wrong any more, the target comes to hold
//! what is declared, with no write too many, and the next plan is empty.
//!
//! `PROPTEST_CASES=5000 cargo test --test suite law` looks longer.

mod saved;
mod spec;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use pusher::model::{Digest, Profile, media_type};
use pusher::observe::{SourceAnswers, observe, tags};
use pusher::plan::{
    Action, BlockReason, Change, DeclaredAt, Desired, Lock, LockedImage, Outcome, Plan, Report,
    TagAfter, TargetName, plan, prune,
};
use pusher::progress::Progress;
use pusher::sandbox::{Delete, Fault, Options, Sandbox};
use serde_json::Value;

use super::world::{World, assert_done, client};
use spec::{Content, Name, Spec, Trouble, Wish, specs};

/// What every tag of a registry points to.
type Tags = BTreeMap<(String, String), Digest>;

fn tags_of(sandbox: &Sandbox) -> Tags {
    let mut found = Tags::new();
    for repository in sandbox.repositories() {
        for tag in sandbox.tags(&repository) {
            let digest = sandbox.tag(&repository, &tag).unwrap();
            found.insert((repository.clone(), tag), digest);
        }
    }
    found
}

/// Fails where a manifest or a blob of something that has a tag is missing.
fn assert_whole(sandbox: &Sandbox) {
    for ((repository, _), digest) in tags_of(sandbox) {
        assert_whole_below(sandbox, &repository, &digest);
    }
}

fn assert_whole_below(sandbox: &Sandbox, repository: &str, digest: &Digest) {
    let manifest = sandbox
        .manifest(repository, digest)
        .unwrap_or_else(|| panic!("{repository}@{digest} is missing"));
    let body: Value = serde_json::from_slice(&manifest.bytes).unwrap();
    if media_type::is_index(&manifest.media_type) {
        for child in body["manifests"].as_array().unwrap() {
            let child = child["digest"].as_str().unwrap().parse().unwrap();
            assert_whole_below(sandbox, repository, &child);
        }
        return;
    }
    let layers = body["layers"].as_array().unwrap();
    for blob in layers.iter().chain([&body["config"]]) {
        let blob = blob["digest"].as_str().unwrap().parse().unwrap();
        let found = sandbox.blob(repository, &blob);
        assert!(found.is_some(), "{repository}@{blob} is missing");
    }
}

fn below((repository, tag): Name) -> (String, String) {
    (format!("team/{repository}"), tag.to_owned())
}

fn key(world: &World, name: &TargetName) -> (String, String) {
    let repository = world.desired.target.repository(name).name;
    (repository, name.tag.clone())
}

struct Play {
    world: World,
    spec: Spec,
    source: BTreeMap<Name, Content>,
    lock: Lock,
}

impl Play {
    /// Mirrors what was wanted at first.
    async fn begin(spec: Spec) -> Self {
        let mut world = World::with(Options::default(), spec.target.options()).await;
        let kind = if spec.target.images_only {
            "acr-personal"
        } else {
            "generic"
        };
        world.desired.target.profile = Profile {
            mount: None,
            delete: None,
            ..Profile::named(kind).unwrap()
        };
        let mut begun = Self {
            world,
            source: BTreeMap::new(),
            lock: Lock::default(),
            spec,
        };
        for (name, content) in begun.spec.source.clone() {
            begun.push(name, content);
        }
        begun.declare(&begun.spec.before.clone());
        let plan = begun.world.plan().await;
        let report = begun.world.carry_out(&plan).await;
        for change in &plan.changes {
            let Some(after) = change.action.copy() else {
                continue;
            };
            let locked = LockedImage {
                source: change.source.clone(),
                source_digest: after.source.digest.clone(),
                platforms: change.platforms.clone(),
                expected: after.expected.descriptor.clone(),
                rule: String::new(),
            };
            begun.lock.images.insert(change.target.clone(), locked);
        }
        begun.judge(&Tags::new(), &report);
        begun
    }

    fn push(&mut self, (repository, tag): Name, content: Content) {
        content.build().push(&self.world.source, repository, tag);
        self.source.insert((repository, tag), content);
    }

    fn declare(&mut self, wishes: &[Wish]) {
        self.world.desired.entries.clear();
        for wish in wishes {
            let (repository, tag) = wish.source;
            let image = format!("{repository}:{tag}");
            let entry = self.world.want(&image, wish.platforms());
            (entry.target.repository, entry.target.tag) =
                (wish.target.0.to_owned(), wish.target.1.to_owned());
        }
    }

    /// Lets the sources move, and others push.
    fn go_on(&mut self) {
        for (name, content) in self.spec.moved.clone() {
            if let Some(content) = content {
                self.push(name, content);
            } else {
                self.world.source.delete_tag(name.0, name.1);
                self.source.remove(&name);
            }
        }
        self.push_as_others(&self.spec.others);
        self.declare(&self.spec.after.clone());
    }

    fn push_as_others(&self, pushes: &[(Name, Content)]) {
        for ((repository, tag), content) in pushes {
            let repository = format!("team/{repository}");
            content.build().push(&self.world.target, &repository, *tag);
        }
    }

    async fn plan(&self) -> Plan {
        self.plan_for(&self.world.desired).await
    }

    async fn plan_for(&self, desired: &Desired) -> Plan {
        let (world, client) = (&self.world, client());
        let observed = observe(
            desired,
            &SourceAnswers::for_all([desired]),
            &client,
            &world.cache,
            &Progress::default(),
        )
        .await;
        let mut plan = plan(desired, observed);
        let undeclared = self.undeclared();
        let names = undeclared.iter().map(|(name, _)| name);
        let held = tags(&world.desired.target, names, &client).await;
        prune(&mut plan, &undeclared, &held, 10, |_| DeclaredAt {
            file: "mirror.lock".into(),
            line: 1,
        });
        plan
    }

    fn undeclared(&self) -> Vec<(TargetName, LockedImage)> {
        pusher::lock::undeclared(&self.world.desired, &self.lock)
    }

    fn make_trouble(&self) {
        for trouble in &self.spec.trouble {
            let Trouble {
                at_target,
                method,
                path,
                effect,
                always,
            } = trouble.clone();
            let fault = Fault::new(method, &path, effect);
            let fault = if always { fault.always() } else { fault };
            let world = &self.world;
            let side = if at_target {
                &world.target
            } else {
                &world.source
            };
            side.faults().add(fault);
        }
    }

    fn end_trouble(&self) {
        self.world.source.faults().clear();
        self.world.target.faults().clear();
    }

    /// Fails where a report says what is not so, or a tag was touched that no change names.
    fn judge(&self, before: &Tags, report: &Report) {
        let after = tags_of(&self.world.target);
        let mut named = BTreeSet::new();
        let ends = report.plan.changes.iter().zip(&report.outcomes);
        for (change, outcome) in ends {
            let key = key(&self.world, &change.target);
            let (then, now) = (before.get(&key), after.get(&key));
            let place = format!("{key:?} {:?} {outcome:?}", change.action);
            match outcome {
                Outcome::Done(_) => assert_eq!(now, wanted(change), "{place}"),
                Outcome::Failed {
                    tag: TagAfter::Unknown,
                    ..
                } => assert!(now == then || now == wanted(change), "{place}"),
                // A stop, a refusal, a guard: the tag is as it was.
                _ => assert_eq!(now, then, "{place}"),
            }
            if !matches!(change.action, Action::NoOp { .. } | Action::Blocked { .. }) {
                named.insert(key);
            }
        }
        for name in before.keys().chain(after.keys()) {
            if !named.contains(name) {
                assert_eq!(before.get(name), after.get(name), "{name:?} was touched");
            }
        }
        assert_whole(&self.world.target);
    }

    /// Returns what a line makes the target hold; none where it cannot be mirrored.
    fn ideal(&self, wish: &Wish) -> Option<Digest> {
        let content = self.source.get(&wish.source)?;
        let made = content.build();
        match content {
            Content::Chart if self.spec.target.images_only => None,
            Content::Index(_) if !wish.all => Some(made.children[0].digest.clone()),
            // A chart has no platforms to choose from.
            Content::Chart | Content::Image(_) | Content::Index(_) => Some(made.digest),
        }
    }

    /// Fails unless the target holds what is declared, and of what was declared once only what must stay.
    fn assert_desired(&self, before: &Tags, report: &Report) {
        let after = tags_of(&self.world.target);
        for wish in &self.spec.after {
            let key = below(wish.target);
            let ideal = self.ideal(wish);
            // What cannot be mirrored leaves what is there.
            let ideal = ideal.as_ref().or_else(|| before.get(&key));
            assert_eq!(after.get(&key), ideal, "{wish:?}");
        }
        for change in &report.plan.changes {
            let Action::Delete { .. } = change.action else {
                continue;
            };
            let stays = after.contains_key(&key(&self.world, &change.target));
            match self.spec.target.delete {
                Delete::Off => assert!(stays),
                Delete::All => assert!(!stays),
                // What something else needs stays; the report says so.
                Delete::Digests => {}
            }
        }
    }

    /// Counts what a run without trouble wrote: a tag for each change, and each blob and each manifest
    /// that was not there once.
    fn assert_minimal(&self, held: &Held, report: &Report) {
        let log = self.world.target.log();
        let copied = |outcome: &&Outcome| matches!(outcome, Outcome::Done(_));
        let moves = report.plan.changes.iter().zip(&report.outcomes);
        let moves = moves
            .filter(|(change, outcome)| change.action.copy().is_some() && copied(outcome))
            .count();
        let by_tag = |request: &pusher::sandbox::Request| {
            request.is("PUT", "/manifests/") && !request.path.contains("sha256:")
        };
        assert_eq!(log.count_where(by_tag), moves);
        // A child's manifest, and what is small in a repository of which the plan shows no tag, is sent
        // unasked, since a question would cost as much: but once.
        let existing = report.plan.existing_repositories();
        let existing: BTreeSet<_> = existing.iter().map(|found| found.name.as_str()).collect();
        let (mut sent, mut pushed) = (BTreeSet::new(), BTreeSet::new());
        for request in log.requests() {
            if request.is("PUT", "/manifests/sha256:") {
                assert!(pushed.insert(request.path.clone()), "{request} twice");
            }
            if !request.is("PUT", "/blobs/uploads/") || request.status != Some(201) {
                continue;
            }
            let path = request.path.strip_prefix("/v2/").unwrap();
            let (repository, rest) = path.split_once("/blobs/uploads/").unwrap();
            let digest = rest.split("digest=").nth(1).unwrap().replace("%3A", ":");
            let blob = (repository.to_owned(), digest);
            let was_there = existing.contains(repository) && held.blobs.contains(&blob);
            assert!(!was_there, "{blob:?} was there");
            assert!(sent.insert(blob), "{path} was sent twice");
        }
    }
}

/// The blobs of a registry that tags lead to, each with its repository.
#[derive(Default)]
struct Held {
    blobs: BTreeSet<(String, String)>,
}

impl Held {
    fn of(sandbox: &Sandbox) -> Self {
        let mut held = Self::default();
        for ((repository, _), digest) in tags_of(sandbox) {
            held.add(sandbox, &repository, &digest.to_string());
        }
        held
    }

    fn add(&mut self, sandbox: &Sandbox, repository: &str, digest: &str) {
        let found = sandbox.manifest(repository, &digest.parse().unwrap());
        let body: Value = serde_json::from_slice(&found.unwrap().bytes).unwrap();
        for child in body["manifests"].as_array().into_iter().flatten() {
            self.add(sandbox, repository, child["digest"].as_str().unwrap());
        }
        let layers = body["layers"].as_array().into_iter().flatten();
        for blob in layers.chain(body.get("config")) {
            let digest = blob["digest"].as_str().unwrap().to_owned();
            self.blobs.insert((repository.to_owned(), digest));
        }
    }
}

/// Returns what a change that is done leaves: the digest that it copies, or nothing.
fn wanted(change: &Change) -> Option<&Digest> {
    let after = change.action.copy()?;
    Some(&after.expected.descriptor.digest)
}

fn is_settled(change: &Change, delete: Delete) -> bool {
    match &change.action {
        Action::NoOp { .. } => true,
        Action::Blocked { reason, .. } => matches!(
            reason,
            BlockReason::SourceAbsent(_)
                | BlockReason::CannotMirror(_)
                | BlockReason::NotOurs { .. }
                // What is declared under another name and cannot be had there keeps this one.
                | BlockReason::NewNameMissing { .. }
        ),
        // What cannot be deleted comes back in every plan.
        Action::Delete { .. } => delete != Delete::All,
        Action::Create { .. } | Action::Update { .. } => false,
    }
}

async fn hold(spec: Spec) {
    let mut play = Play::begin(spec).await;
    play.go_on();

    // With trouble: nothing is lost, nothing untrue is said.
    play.make_trouble();
    let planned = play.plan_for(&play.world.desired).await;
    play.push_as_others(&play.spec.late);
    let before = tags_of(&play.world.target);
    let planned = if play.spec.saved {
        saved::taken_up(&play, &planned).await
    } else {
        planned
    };
    let report = play.world.carry_out(&planned).await;
    play.end_trouble();
    play.judge(&before, &report);

    // Without: the target comes to hold what is declared.
    let planned = play.plan_for(&play.world.desired).await;
    let planned = if play.spec.saved {
        let anew = saved::taken_up(&play, &planned).await;
        saved::assert_same(&planned, &anew);
        anew
    } else {
        planned
    };
    let before = tags_of(&play.world.target);
    let held = Held::of(&play.world.target);
    // An upload whose opening was not answered cannot be given up by anyone.
    play.world.target.forget_uploads();
    play.world.clear_logs();
    let report = play.world.carry_out(&planned).await;
    play.judge(&before, &report);
    play.assert_desired(&before, &report);
    play.assert_minimal(&held, &report);
    assert_eq!(play.world.target.uploads(), 0);

    // Again: nothing to do, and nothing done.
    let planned = play.plan().await;
    for change in &planned.changes {
        let delete = play.spec.target.delete;
        assert!(is_settled(change, delete), "{change:?}");
    }
    if planned.summary().pending() == 0 {
        play.world.clear_logs();
        let report = play.world.carry_out(&planned).await;
        assert_eq!(play.world.target.log().writes(), 0);
        assert!(
            report.plan.changes.is_empty() || planned.summary().blocked > 0 || {
                assert_done(&report);
                true
            }
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases / 2,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn whatever_happens_nothing_is_lost_and_nothing_untrue_is_said(spec in specs()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(hold(spec));
    }
}
