//! Which way a blob gets into its target repository: one decision, for what a plan will cost and for the
//! run that carries it out.
//!
//! Both take each blob once for each repository, ask for it where that [is worth it](BlobRoutes::is_asked),
//! and let what is not there go the way that [`BlobRoutes::route`] says.

use std::collections::{HashMap, HashSet};

use crate::model::Repository;

use super::change::Plan;

/// A blob of at least this many bytes is worth the question whether it is there, even in a
/// repository that no image of the plan is in: an interrupted run may have left it. A smaller one
/// is sent sooner than it is asked for.
const WORTH_ASKING: u64 = 256 * 1024;

/// How a blob that a repository lacks gets there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Another repository of the same registry has it.
    Mount {
        /// That repository.
        from: Repository,
    },
    /// Over the wire, from the source.
    Copy,
}

/// What is known of the target's blobs before a run begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlobRoutes {
    /// The repositories that hold images of the plan already, and so may hold blobs of others.
    existing: HashSet<Repository>,
    /// The repositories that held the images of a new one under their old names.
    renamed: HashMap<Repository, Repository>,
}

impl BlobRoutes {
    /// Knows what `plan` tells.
    pub fn of(plan: &Plan) -> Self {
        let target = &plan.target;
        let both = |(new, old)| (target.repository(new), target.repository(old));
        let renamed = plan.renames().into_iter().map(both);
        Self {
            existing: plan.existing_repositories(),
            renamed: renamed.filter(|(new, old)| new != old).collect(),
        }
    }

    /// Tells whether the target is asked if a repository of it has a blob of this size.
    pub fn is_asked(&self, target: &Repository, size: u64) -> bool {
        size >= WORTH_ASKING || self.existing.contains(target)
    }

    /// Says how a blob gets to `target` that is not there; `held` is a repository that it was brought to
    /// before, and `mounts` whether the registry may mount.
    pub fn route(
        &self,
        source: &Repository,
        target: &Repository,
        held: Option<&Repository>,
        mounts: bool,
    ) -> Route {
        let is_same_registry = source.registry == target.registry;
        let from = held
            .or_else(|| self.renamed.get(target))
            .or_else(|| is_same_registry.then_some(source));
        match from.filter(|_| mounts) {
            Some(from) => Route::Mount { from: from.clone() },
            None => Route::Copy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(registry: &str, name: &str) -> Repository {
        Repository {
            registry: registry.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn a_blob_is_mounted_from_where_it_is_and_else_copied() {
        let [new, old, other] = ["new", "old", "other"].map(|name| repository("target", name));
        let elsewhere = repository("source", "app");
        let routes = BlobRoutes {
            existing: HashSet::from([old.clone()]),
            renamed: HashMap::from([(new.clone(), old.clone())]),
        };
        let mount = |from: &Repository| Route::Mount { from: from.clone() };
        for (source, target, held, route) in [
            (&elsewhere, &other, None, Route::Copy),
            (&elsewhere, &other, Some(&new), mount(&new)),
            (&elsewhere, &new, None, mount(&old)),
            (&elsewhere, &new, Some(&other), mount(&other)),
            (&old, &other, None, mount(&old)),
        ] {
            assert_eq!(routes.route(source, target, held, true), route);
            assert_eq!(routes.route(source, target, held, false), Route::Copy);
        }
        assert!(routes.is_asked(&old, 0) && routes.is_asked(&other, WORTH_ASKING));
        assert!(!routes.is_asked(&other, WORTH_ASKING - 1));
    }
}
