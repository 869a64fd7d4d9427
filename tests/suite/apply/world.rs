//! Two registries, a list of entries between them, and what `plan` and `apply` make of it.

use pusher::apply::apply;
use pusher::cache::ResolutionCache;
use pusher::model::{Platforms, Profile};
use pusher::observe::{SourceAnswers, observe};
use pusher::plan::{
    Change, DeclaredAt, Desired, Entry, Immutable, Outcome, Plan, Policy, Report, Target,
    TargetName, plan,
};
use pusher::progress::Progress;
use pusher::registry::{Client, ClientOptions, HostOptions, RetryOptions};
use pusher::sandbox::{Options, Sandbox};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A source, a target, and what should be copied.
pub(super) struct World {
    pub(super) source: Sandbox,
    pub(super) target: Sandbox,
    pub(super) desired: Desired,
    pub(super) cache: ResolutionCache,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Options::default(), Options::default()).await
    }

    pub(super) async fn with(source: Options, target: Options) -> Self {
        let source = Sandbox::start(source).await.unwrap();
        let target = Sandbox::start(target).await.unwrap();
        let target_of = Target {
            label: None,
            registry: target.address().to_owned(),
            namespace: Some("team".to_owned()),
            profile: Profile::generic(),
        };
        Self {
            source,
            target,
            cache: ResolutionCache::disabled(),
            desired: Desired {
                target: target_of,
                entries: vec![],
                families: vec![],
                lock: None,
                now: chrono::DateTime::UNIX_EPOCH,
                policy: pusher::plan::policy::Rules::default(),
            },
        }
    }

    /// Wants `repository:tag` of the source under the repository's last part.
    pub(super) fn want(&mut self, image: &str, platforms: Platforms) -> &mut Entry {
        let source = format!("{}/{image}", self.source.address())
            .parse()
            .unwrap();
        let name = image.rsplit('/').next().unwrap();
        let (repository, tag) = name.split_once(':').unwrap_or((name, "latest"));
        let line = self.desired.entries.len() + 1;
        self.desired.entries.push(Entry {
            source,
            platforms_declared: platforms != Platforms::linux_amd64(),
            platforms,
            target: TargetName {
                repository: repository.to_owned(),
                tag: tag.to_owned(),
            },
            origin: DeclaredAt {
                file: "images.txt".into(),
                line,
            },
            policy: Policy::default(),
            immutable: Immutable::default(),
            min_age: Duration::ZERO,
            verify: None,
        });
        self.desired.entries.last_mut().unwrap()
    }

    pub(super) async fn plan(&self) -> Plan {
        let observed = observe(
            &self.desired,
            &SourceAnswers::for_all([&self.desired]),
            &client(),
            &self.cache,
            &Progress::default(),
        )
        .await;
        plan(&self.desired, observed)
    }

    /// Plans and applies with one client, as `pusher apply` does.
    pub(super) async fn apply(&self) -> Report {
        self.apply_with(&client()).await
    }

    pub(super) async fn apply_with(&self, client: &Client) -> Report {
        let observed = observe(
            &self.desired,
            &SourceAnswers::for_all([&self.desired]),
            client,
            &self.cache,
            &Progress::default(),
        )
        .await;
        let plan = plan(&self.desired, observed);
        let (_keep, stop) = watch::channel(false);
        apply(plan, None, client, stop, &Progress::default()).await
    }

    pub(super) async fn carry_out(&self, plan: &Plan) -> Report {
        self.carry_out_after(plan, None).await
    }

    /// Carries out a plan for which the tags were looked at then.
    pub(super) async fn carry_out_after(&self, plan: &Plan, looked: Option<Instant>) -> Report {
        let (_keep, stop) = watch::channel(false);
        apply(plan.clone(), looked, &client(), stop, &Progress::default()).await
    }

    pub(super) fn clear_logs(&self) {
        self.source.log().clear();
        self.target.log().clear();
    }
}

/// A client that does not wait long before it tries again.
pub(super) fn client() -> Client {
    client_with(HashMap::new())
}

/// The same, with what is known about single hosts.
pub(super) fn client_with(hosts: HashMap<String, HostOptions>) -> Client {
    Client::new(ClientOptions {
        hosts,
        retry: quick_retries(),
        ..ClientOptions::default()
    })
}

/// Waits that are over soon: how long they are is not what is tested.
pub(super) fn quick_retries() -> RetryOptions {
    RetryOptions {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
        ..RetryOptions::default()
    }
}

/// Names each action, for a table.
pub(super) fn actions(plan: &Plan) -> Vec<&'static str> {
    use pusher::plan::Action;
    let name = |change: &Change| match change.action {
        Action::Create { .. } => "create",
        Action::Update { .. } => "update",
        Action::NoOp { .. } => "no-op",
        Action::Delete { .. } => "delete",
        Action::Blocked { .. } => "blocked",
    };
    plan.changes.iter().map(name).collect()
}

/// Fails with the message of whatever did not work.
pub(super) fn assert_done(report: &Report) {
    for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
        let fine = matches!(outcome, Outcome::Done(_) | Outcome::Unchanged);
        assert!(fine, "{}: {outcome:?}", change.target);
    }
    assert!(report.is_success());
}
