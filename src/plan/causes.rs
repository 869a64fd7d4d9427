//! What stands in the way of several images at once: one cause is told once, with all it hits.

use indexmap::IndexMap;

use crate::model::{Failure, HostFault, RequestKind};

use super::blocked::BlockReason;
use super::change::{Action, Change};
use super::report::{Outcome, TagAfter};
use super::target::Target;

/// A failure that is in the way of an image, and what it kept from being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// What was to be done.
    pub role: Role,
    /// What happened.
    pub failure: &'a Failure,
}

/// What a failure kept from being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// To read an image at its source.
    Source,
    /// To read what names it as its subject there.
    Referrers,
    /// To read what the target has.
    Target,
    /// To copy it, or to delete its tag.
    Run {
        /// Whether the target did not do its part, rather than the source.
        at_target: bool,
    },
}

/// How one item is to be told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told<'a, T> {
    /// Alone, with all that is to be said of it.
    Alone(T),
    /// Alone, with this reason. It has another one as well, which is told with the items that share it: the
    /// source cannot be read, and neither can the target, which nobody can read.
    Rest(T, BlockReason),
    /// Together with others.
    Shared(Shared<'a, T>),
}

/// One cause, and all it hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared<'a, T> {
    /// What happened to the first.
    pub hit: Hit<'a>,
    /// What it hits, two or more, in their order.
    pub items: Vec<T>,
}

impl<'a> Hit<'a> {
    /// Returns the cause, if it is one that more than one image can have.
    fn cause(&self, target: &Target) -> Option<(Role, HostFault<'a>)> {
        let is_one_account = self.failure.host == target.registry;
        Some((self.role, self.failure.host_fault(is_one_account)?))
    }

    fn reason(&self) -> Option<BlockReason> {
        let why = self.failure.clone();
        match self.role {
            Role::Source => Some(BlockReason::SourceUnreadable(why)),
            Role::Referrers => Some(BlockReason::ReferrersUnreadable(why)),
            Role::Target => Some(BlockReason::TargetUnreadable(why)),
            Role::Run { .. } => None,
        }
    }
}

impl BlockReason {
    /// Returns the failures in it.
    pub fn hits(&self) -> Vec<Hit<'_>> {
        let hit = |role, failure| Hit { role, failure };
        match self {
            Self::SourceUnreadable(why) => vec![hit(Role::Source, why)],
            Self::ReferrersUnreadable(why) => vec![hit(Role::Referrers, why)],
            Self::TargetUnreadable(why) => vec![hit(Role::Target, why)],
            Self::BothUnreadable { source, target } => {
                vec![hit(Role::Source, source), hit(Role::Target, target)]
            }
            _ => vec![],
        }
    }
}

impl Change {
    /// Returns the change as it is where only this reason stands in its way.
    #[must_use]
    pub fn blocked_by(&self, reason: BlockReason) -> Self {
        let before = self.action.before().cloned();
        Self {
            action: Action::Blocked { before, reason },
            ..self.clone()
        }
    }

    /// Returns the failures for which nothing can be done.
    pub fn hits(&self) -> Vec<Hit<'_>> {
        self.action
            .block_reason()
            .map(BlockReason::hits)
            .unwrap_or_default()
    }

    /// Returns the failures for which it did not end as planned.
    ///
    /// Where the tag may have been moved there is more to be said of it than what others share.
    pub fn hits_of<'a>(&'a self, outcome: &'a Outcome, target: &Target) -> Vec<Hit<'a>> {
        match outcome {
            Outcome::Blocked => self.hits(),
            Outcome::Failed {
                failure,
                tag: TagAfter::Unchanged,
                ..
            } => {
                let at_target = self.failed_at_target(failure, target);
                let role = Role::Run { at_target };
                vec![Hit { role, failure }]
            }
            _ => vec![],
        }
    }

    /// Tells on which side something went wrong, also where both are the same registry.
    pub fn failed_at_target(&self, failure: &Failure, target: &Target) -> bool {
        let writes = failure.request().is_none_or(RequestKind::is_write);
        failure.host == target.registry && (writes || self.source.registry() != target.registry)
    }
}

/// Gathers by cause what was met by each of some items; each cause stands where its first item does.
pub fn by_cause<'a, T: Copy>(
    items: impl IntoIterator<Item = (T, Vec<Hit<'a>>)>,
    target: &Target,
) -> Vec<Told<'a, T>> {
    let items: Vec<_> = items.into_iter().collect();
    let mut met: IndexMap<(Role, HostFault<'a>), Vec<T>> = IndexMap::new();
    for (item, hits) in &items {
        for cause in hits.iter().filter_map(|hit| hit.cause(target)) {
            met.entry(cause).or_default().push(*item);
        }
    }
    met.retain(|_, items| items.len() > 1);
    let mut told = vec![];
    for (item, hits) in items {
        let shared = |hit: &Hit<'a>| hit.cause(target).filter(|cause| met.contains_key(cause));
        let mut own = hits.iter().filter(|hit| shared(hit).is_none());
        if hits.iter().all(|hit| shared(hit).is_none()) {
            told.push(Told::Alone(item));
        } else if let Some(reason) = own.next().and_then(Hit::reason) {
            told.push(Told::Rest(item, reason));
        }
        for hit in hits {
            let with_others = hit.cause(target).and_then(|cause| met.get_mut(&cause));
            let items = with_others.map(std::mem::take).unwrap_or_default();
            if !items.is_empty() {
                told.push(Told::Shared(Shared { hit, items }));
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Asked, Attempt, ErrorAnswer, Fault, NoAnswer, Operation, Profile, Text};
    use crate::plan::Absence;

    fn target() -> Target {
        Target {
            label: None,
            registry: "target.example".to_owned(),
            namespace: None,
            profile: Profile::generic(),
        }
    }

    fn failure(host: &str, object: &str, fault: Fault) -> Failure {
        let operation = Operation::new(RequestKind::HeadManifest, Text::verbatim(object));
        Failure::new(host, Attempt::Request(operation), fault)
    }

    fn refused(object: &str) -> Failure {
        let answer = ErrorAnswer {
            status: 401,
            code: None,
            message: None,
            asked: Asked::WithLogin,
            meaning: None,
            login: None,
        };
        failure("target.example", object, Fault::Answered(answer))
    }

    fn unknown_host(host: &str) -> Failure {
        let fault = Fault::NoAnswer(NoAnswer::UnknownHost(Text::verbatim("none")));
        failure(host, "x", fault)
    }

    /// Returns what is told, with the number of each item.
    fn told(reasons: &[BlockReason]) -> Vec<String> {
        let items = reasons.iter().map(BlockReason::hits).enumerate();
        let words = |told: Told<'_, usize>| match told {
            Told::Alone(item) => format!("{item}"),
            Told::Rest(item, BlockReason::SourceUnreadable(why)) => {
                format!("{item}: source {}", why.host)
            }
            Told::Rest(item, other) => format!("{item}: {other:?}"),
            Told::Shared(Shared { hit, items }) => {
                format!("{:?} {}: {items:?}", hit.role, hit.failure.host)
            }
        };
        by_cause(items, &target()).into_iter().map(words).collect()
    }

    #[test]
    fn one_cause_is_told_once_where_its_first_image_stands() {
        let reasons = [
            BlockReason::SourceAbsent(Absence::Plain),
            BlockReason::TargetUnreadable(refused("a")),
            BlockReason::SourceUnreadable(unknown_host("one.example")),
            BlockReason::TargetUnreadable(refused("b")),
        ];
        assert_eq!(told(&reasons), ["0", "Target target.example: [1, 3]", "2"]);
    }

    #[test]
    fn an_image_that_two_causes_hit_is_named_with_each() {
        let both = |host, object| BlockReason::BothUnreadable {
            source: unknown_host(host),
            target: refused(object),
        };
        let reasons = [both("one.example", "a"), both("one.example", "b")];
        let expected = [
            "Source one.example: [0, 1]",
            "Target target.example: [0, 1]",
        ];
        assert_eq!(told(&reasons), expected);
        let reasons = [both("one.example", "a"), both("two.example", "b")];
        let expected = [
            "0: source one.example",
            "Target target.example: [0, 1]",
            "1: source two.example",
        ];
        assert_eq!(told(&reasons), expected);
    }
}
