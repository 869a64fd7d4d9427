//! The plan of whoever may not ask: the files against the lock.

use super::change::{Action, BlockReason, Change, Plan};
use super::desired::{Desired, Entry};

/// Says for each image what the lock wants of it, and that nothing else is known.
pub fn offline(desired: &Desired) -> Plan {
    let change = |entry: &Entry| {
        let reason = match desired.target.refuses_name(&entry.target) {
            Some(refused) => BlockReason::NameRefused(refused),
            None => BlockReason::Offline {
                locked: desired
                    .locked(entry)
                    .map(|locked| locked.expected.digest.clone()),
            },
        };
        Change {
            target: entry.target.clone(),
            source: entry.source.clone(),
            platforms: entry.platforms.clone(),
            origin: entry.origin.clone(),
            policy: entry.policy,
            lock: desired.lock_state(entry),
            action: Action::Blocked {
                before: None,
                reason,
            },
        }
    };
    Plan {
        target: desired.target.clone(),
        changes: desired.entries.iter().map(change).collect(),
    }
}
