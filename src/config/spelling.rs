//! "Did you mean": the known word that is closest to an unknown one.

/// Returns the one of `known` that `word` was probably meant to be.
///
/// Spellings that differ in capitals and separators alone (`missing_platforms`, `caFile`) count as
/// the same.
pub(super) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let written = plain(word);
    // The comparison takes time in proportion to both lengths; no word is that long.
    if written.is_empty() || written.len() > 64 {
        return None;
    }
    let distance = |known: &&str| strsim::damerau_levenshtein(&written, &plain(known));
    let near = |known: &'a str| Some((distance(&known), known));
    let limit = 1 + written.chars().count() / 4;
    let (distance, known) = known
        .into_iter()
        .filter_map(near)
        .min_by_key(|(far, _)| *far)?;
    // Who is off by more than a letter has the first one right, as a rule.
    let begins_alike = plain(known).chars().next() == written.chars().next();
    let is_near = distance <= 1 || distance <= limit && begins_alike;
    (is_near && distance < written.chars().count()).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = [
            "platforms",
            "missing-platforms",
            "target",
            "ca-file",
            "min-age",
        ];
        for (word, meant) in [
            ("platfroms", Some("platforms")),
            ("platform", Some("platforms")),
            ("missing_platforms", Some("missing-platforms")),
            ("caFile", Some("ca-file")),
            ("Target", Some("target")),
            ("retries", None),
            ("", None),
            ("x", None),
            ("tragte", Some("target")),
            ("arget", Some("target")),
            ("image", None),
        ] {
            assert_eq!(closest(word, known), meant, "{word}");
        }
    }
}
