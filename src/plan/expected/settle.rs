//! What is left of each index, from the innermost outwards.

use std::collections::HashSet;

use crate::model::{Child, Descriptor, RawManifest};
use crate::plan::entry::Attestations;
use crate::plan::rewrite::{Kept, rewrite};

use super::reader::Reader;
use super::refused::{config_refused, refused_config_of};
use super::tree::{Fate, Node, Tree};
use super::types::{Ask, CannotMirror, LeftOut, WhyLeftOut};

/// What is left of an index.
#[derive(Debug)]
pub(super) enum State {
    /// All of it.
    Unchanged,
    /// Some of it, written anew.
    Rewritten(Descriptor),
    /// Nothing.
    Emptied,
}

/// What is left of a tree.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) root: State,
    /// In the order of the source, the innermost indexes first.
    pub(super) left_out: Vec<LeftOut>,
    /// The indexes that were written anew, the innermost first, the root last.
    pub(super) rewritten: Vec<RawManifest>,
}

/// Decides about attestations, and writes the indexes that have changed.
///
/// While `reader` still waits for a manifest the result means nothing. It goes on all the same, so that the
/// attestations are asked for in the same round as the manifests before them.
pub(super) fn settle(
    tree: &Tree,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Settled, CannotMirror> {
    let mut settling = Settling {
        ask,
        reader,
        stays: HashSet::new(),
        goes: HashSet::new(),
        left_out: vec![],
    };
    for (child, fate) in tree.nodes.iter().flat_map(Node::children) {
        settling.note(
            &child.descriptor,
            match fate {
                Fate::Image(_) | Fate::Other => true,
                Fate::Refused(_) => false,
                Fate::Excluded | Fate::Inner { .. } | Fate::Attestation => continue,
            },
        );
    }
    let mut states: Vec<State> = Vec::with_capacity(tree.nodes.len());
    let mut rewritten = vec![];
    for node in &tree.nodes {
        let kept = settling.kept(node, &states)?;
        let instead = ask.profile.index_instead(&node.raw.descriptor.media_type);
        let complete = kept.len() == node.fates.len()
            && kept.iter().all(|kept| kept.replacement.is_none())
            && (node.everything || !kept.is_empty());
        let state = if complete && instead.is_none() {
            State::Unchanged
        } else if kept.is_empty() && !complete {
            State::Emptied
        } else {
            let index = rewrite(&node.raw, &kept, instead)?;
            let descriptor = index.descriptor.clone();
            rewritten.push(index);
            State::Rewritten(descriptor)
        };
        settling.note(&node.raw.descriptor, matches!(state, State::Unchanged));
        states.push(state);
    }
    Ok(Settled {
        root: states.pop().unwrap_or(State::Emptied),
        left_out: settling.left_out,
        rewritten,
    })
}

struct Settling<'a, 'k> {
    ask: &'a Ask<'a>,
    reader: &'a mut Reader<'k>,
    /// The digests of what is kept as it is, at any level, as attestations write them.
    stays: HashSet<String>,
    /// The digests of what was wanted and is not there any more, or not as it was.
    goes: HashSet<String>,
    left_out: Vec<LeftOut>,
}

impl Settling<'_, '_> {
    fn note(&mut self, descriptor: &Descriptor, stays: bool) {
        let set = if stays {
            &mut self.stays
        } else {
            &mut self.goes
        };
        set.insert(descriptor.digest.to_string());
    }

    /// Returns the children of an index that are kept, given what is left of those inside it.
    fn kept(&mut self, node: &Node, states: &[State]) -> Result<Vec<Kept>, CannotMirror> {
        let mut kept = vec![];
        for (position, (child, fate)) in node.children().enumerate() {
            let replacement = match fate {
                Fate::Refused(config) => {
                    self.leave_out(child, WhyLeftOut::ConfigRefused(config.clone()));
                    continue;
                }
                Fate::Image(_) | Fate::Other => None,
                Fate::Inner { place, .. } => match &states[*place] {
                    State::Unchanged => None,
                    State::Rewritten(descriptor) => Some(descriptor.clone()),
                    State::Emptied => continue,
                },
                Fate::Attestation if self.keeps_attestation(child, node.everything)? => None,
                Fate::Attestation | Fate::Excluded => continue,
            };
            kept.push(Kept {
                position,
                replacement,
            });
        }
        Ok(kept)
    }

    /// Tells whether an attestation is kept: where what it attests is kept as it is, and as far as
    /// the entry wants and the target takes it.
    fn keeps_attestation(&mut self, child: &Child, everything: bool) -> Result<bool, CannotMirror> {
        let attested = child.attests().unwrap_or_default();
        let goes = self.goes.contains(attested);
        // One that attests what the source does not list stays with an index that is kept whole.
        let follows = self.stays.contains(attested) || (everything && !goes);
        if !follows {
            if goes {
                self.leave_out(child, WhyLeftOut::NotWanted);
            }
            return Ok(false);
        }
        if self.ask.policy.attestations == Attestations::Drop {
            self.leave_out(child, WhyLeftOut::NotWanted);
            return Ok(false);
        }
        let keeps = self.ask.policy.attestations == Attestations::Keep;
        if !self.ask.profile.attestations {
            if keeps {
                let profile = self.ask.profile.name.clone();
                return Err(CannotMirror::AttestationsRefused { profile });
            }
            self.leave_out(child, WhyLeftOut::AttestationRefused);
            return Ok(false);
        }
        match refused_config_of(&child.descriptor, self.ask, self.reader)? {
            None => Ok(true),
            Some(config) if keeps => Err(config_refused(config, self.ask)),
            Some(config) => {
                self.leave_out(child, WhyLeftOut::ConfigRefused(config));
                Ok(false)
            }
        }
    }

    fn leave_out(&mut self, child: &Child, why: WhyLeftOut) {
        self.left_out.push(LeftOut {
            digest: child.descriptor.digest.clone(),
            attestation: child.attests().is_some(),
            why,
        });
    }
}
