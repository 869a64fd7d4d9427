//! The newest tags of each family, and that nothing is counted together which cannot be compared.

use std::collections::HashMap;

use super::candidate::Candidate;
use super::patterns::Match;
use super::rule::{Latest, Rule};
use super::scheme::Scheme;

/// What a rule would count together though it cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mixture {
    /// The rule, as it is written back.
    pub rule: String,
    /// The variant that has both.
    pub variant: String,
    /// The newest tag of each kind, with the range that a rule needs to take these alone.
    pub each: Vec<(String, String)>,
}

/// What is counted together.
#[derive(PartialEq, Eq, Hash)]
struct Family<'t> {
    variant: &'t str,
    /// Its number of parts; none where whole versions are counted, however many parts they have.
    parts: Option<usize>,
    /// None where what cannot be compared is refused before.
    scheme: Option<Scheme>,
}

/// Divides tags, the newest first, into those that are among the newest of their family and the others.
pub(super) fn newest<'t>(
    rule: &Rule,
    latest: Latest,
    candidates: Vec<Candidate<'t>>,
) -> (Vec<Candidate<'t>>, Vec<Candidate<'t>>) {
    // How many versions of a family have been taken, and the last of them: those that are spelt otherwise
    // are the same version.
    let mut taken: HashMap<_, (usize, Candidate<'t>)> = HashMap::new();
    candidates.into_iter().partition(|candidate| {
        let place = (family(rule, candidate), part(latest, candidate));
        match taken.get_mut(&place) {
            None => {
                taken.insert(place, (1, candidate.clone()));
                true
            }
            Some((count, last)) => {
                if last.key.compare(&candidate.key).is_ne() {
                    *count += 1;
                    *last = candidate.clone();
                }
                *count <= latest.count
            }
        }
    })
}

fn family<'t>(rule: &Rule, candidate: &Candidate<'t>) -> Option<Family<'t>> {
    let anatomy = candidate.key.anatomy.as_ref()?;
    if orders_by_key(rule) {
        return None;
    }
    let counts_parts = rule.is_textual() || rule.parts.is_some();
    Some(Family {
        variant: anatomy.variant,
        parts: counts_parts.then_some(anatomy.numbers.len()),
        scheme: Some(anatomy.scheme),
    })
}

fn part(latest: Latest, candidate: &Candidate<'_>) -> Option<Vec<u64>> {
    let anatomy = candidate.key.anatomy.as_ref()?;
    let numbers = 0..latest.per?.numbers();
    Some(numbers.map(|at| anatomy.number(at)).collect())
}

/// Tells whether all tags of a rule are one family: its pattern says what they are ordered by.
fn orders_by_key(rule: &Rule) -> bool {
    rule.is_textual() && rule.matching.as_ref().is_some_and(Match::has_key)
}

/// Finds what a rule would count together though it cannot be compared: versions and dates.
pub(super) fn mixture(rule: &Rule, candidates: &[Candidate<'_>]) -> Option<Mixture> {
    let by_key = orders_by_key(rule);
    if rule.is_textual() && !(by_key && rule.latest.is_some()) {
        return None;
    }
    let mut newest: Vec<(&str, Scheme, &Candidate<'_>)> = vec![];
    for candidate in candidates {
        let Some(anatomy) = &candidate.key.anatomy else {
            continue;
        };
        let variant = if by_key { "" } else { anatomy.variant };
        let known = |(v, s, _): &(&str, Scheme, _)| *v == variant && *s == anatomy.scheme;
        if !newest.iter().any(known) {
            newest.push((variant, anatomy.scheme, candidate));
        }
    }
    let variant = newest
        .iter()
        .map(|(variant, ..)| *variant)
        .find(|variant| {
            let same = newest.iter().filter(|(other, ..)| other == variant);
            same.count() > 1
        })?;
    let of_it = newest.iter().filter(|(other, ..)| *other == variant);
    let mut each: Vec<_> = of_it.map(|(_, scheme, newest)| (scheme, newest)).collect();
    each.sort_by_key(|(scheme, _)| **scheme);
    Some(Mixture {
        rule: rule.to_string(),
        variant: variant.to_owned(),
        each: each
            .into_iter()
            .filter_map(|(_, newest)| {
                let first = newest.key.anatomy.as_ref()?.number(0);
                Some((newest.tag.to_owned(), format!(">={first}")))
            })
            .collect(),
    })
}
