//! How many repositories the target has room for.

use std::collections::{BTreeSet, HashSet};

use super::blocked::BlockReason;
use super::change::{Action, Plan};

/// Blocks what would be in a repository beyond those that the target has room for. Those that hold something that
/// the files declare are there already; new ones come in the order of the files.
///
/// Where the plan is of a part, `left_alone` are the repositories of the rest. Nobody asked for those, so they count as
/// there: what the part takes from them would fail when they come.
pub(super) fn keep_within(plan: &mut Plan, left_alone: &BTreeSet<&str>) {
    let Some(limit) = plan.target.profile.repository_limit else {
        return;
    };
    let room = usize::try_from(limit).unwrap_or(usize::MAX);
    let repositories = |is_wanted: fn(&Action) -> bool| -> HashSet<&str> {
        let wanted = plan
            .changes
            .iter()
            .filter(|change| is_wanted(&change.action));
        wanted
            .map(|change| change.target.repository.as_str())
            .collect()
    };
    let existing = repositories(|action| action.before().is_some());
    let mut all = repositories(|action| action.before().is_some() || action.copy().is_some());
    let asked_for = all.len();
    all.extend(left_alone);
    let needed = all.len();
    if needed <= room {
        return;
    }
    let not_asked_for = needed - asked_for;
    let mut within = existing;
    within.extend(left_alone);
    let mut beyond = vec![];
    for (at, change) in plan.changes.iter().enumerate() {
        let name = change.target.repository.as_str();
        if matches!(change.action, Action::Create { .. }) && !within.contains(name) {
            if within.len() < room {
                within.insert(name);
            } else {
                beyond.push(at);
            }
        }
    }
    for at in beyond {
        plan.changes[at].action = Action::blocked(BlockReason::RepositoryLimit {
            limit,
            needed,
            left_alone: not_asked_for,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::change::Change;
    use crate::plan::fixtures::{copy, descriptor, entry, target};

    #[test]
    fn new_repositories_beyond_the_limit_are_blocked_in_the_order_of_the_files() {
        let create = |name: &str| {
            let action = Action::Create { after: copy(name) };
            Change::of(&entry("nginx:1", name), action)
        };
        let there = |name: &str| {
            let action = Action::in_place(descriptor(name));
            Change::of(&entry("nginx:1", name), action)
        };
        let blocked = |limit: Option<u32>, rest: &[&str]| -> Vec<String> {
            let mut plan = Plan {
                target: target("generic"),
                changes: vec![
                    create("aa:1"),
                    create("bb:1"),
                    create("aa:2"),
                    create("cc:1"),
                    there("dd:1"),
                    create("dd:2"),
                ],
            };
            plan.target.profile.repository_limit = limit;
            keep_within(&mut plan, &rest.iter().copied().collect());
            let left_alone = rest.iter().filter(|name| **name == "ee").count();
            let is_blocked = |change: &&Change| {
                let reason = BlockReason::RepositoryLimit {
                    limit: limit.unwrap_or_default(),
                    needed: 4 + left_alone,
                    left_alone,
                };
                change.action == Action::blocked(reason)
            };
            let blocked = plan.changes.iter().filter(is_blocked);
            blocked.map(|change| change.target.to_string()).collect()
        };
        assert_eq!(blocked(None, &[]), [""; 0]);
        assert_eq!(blocked(Some(4), &[]), [""; 0]);
        assert_eq!(blocked(Some(3), &[]), ["cc:1"]);
        assert_eq!(blocked(Some(2), &[]), ["bb:1", "cc:1"]);
        assert_eq!(blocked(Some(1), &[]), ["aa:1", "bb:1", "aa:2", "cc:1"]);
        // The rest of the files needs room as well, whether it is there or not.
        assert_eq!(blocked(Some(5), &["ee"]), [""; 0]);
        assert_eq!(blocked(Some(4), &["ee"]), ["cc:1"]);
        assert_eq!(blocked(Some(4), &["aa", "dd"]), [""; 0]);
        assert_eq!(blocked(Some(3), &["cc", "ee"]), ["aa:1", "bb:1", "aa:2"]);
    }
}
