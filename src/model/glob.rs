//! Patterns of names: `*` stands for any characters, `?` for one, `[0-9]` for one of these, `[!0-9]` for one of the others.

/// A pattern. It has no other special characters, and `*` goes over `/` and `:` as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Part>);

/// What stands for a part of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Any characters.
    Many,
    /// Any one.
    One,
    /// This one.
    This(char),
    /// One of these, each from one to another; or none of them.
    Of {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
}

impl Part {
    /// Tells whether it stands for this one.
    fn is(&self, c: char) -> bool {
        match self {
            Self::Many => false,
            Self::One => true,
            Self::This(this) => *this == c,
            Self::Of { ranges, negated } => {
                let is_one = ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
                is_one != *negated
            }
        }
    }
}

impl Glob {
    /// Makes a pattern of what was written. A `[` that nothing closes stands for itself.
    pub fn new(written: &str) -> Self {
        let written: Vec<char> = written.chars().collect();
        let mut parts = vec![];
        let mut rest = written.as_slice();
        while let [first, after @ ..] = rest {
            rest = after;
            parts.push(match first {
                '*' => Part::Many,
                '?' => Part::One,
                '[' => match class(after) {
                    Some((class, after)) => {
                        rest = after;
                        class
                    }
                    None => Part::This('['),
                },
                other => Part::This(*other),
            });
        }
        Self(parts)
    }

    /// Returns the characters that stand for themselves.
    pub fn literals(&self) -> impl Iterator<Item = char> {
        self.0.iter().filter_map(|part| match part {
            Part::This(this) => Some(*this),
            Part::Many | Part::One | Part::Of { .. } => None,
        })
    }

    /// Tells whether the whole of `name` is as the pattern says.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, name.chars().collect::<Vec<_>>());
        let (mut at, mut seen) = (0, 0);
        // Where the last `*` stands, and how much of the name it stands for so far.
        let mut star = None;
        while seen < name.len() {
            match pattern.get(at) {
                Some(Part::Many) => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(part) if part.is(name[seen]) => {
                    at += 1;
                    seen += 1;
                }
                _ => {
                    let Some((place, taken)) = star else {
                        return false;
                    };
                    star = Some((place, taken + 1));
                    at = place + 1;
                    seen = taken + 1;
                }
            }
        }
        pattern[at..].iter().all(|part| *part == Part::Many)
    }
}

/// Reads what stands behind a `[`, up to the `]` that closes it: one right behind the `[` is one of the characters.
fn class(after: &[char]) -> Option<(Part, &[char])> {
    let (negated, inside) = match after {
        ['!' | '^', inside @ ..] => (true, inside),
        inside => (false, inside),
    };
    let end = 1 + inside.iter().skip(1).position(|c| *c == ']')?;
    let (mut written, rest) = (&inside[..end], &inside[end + 1..]);
    let mut ranges = vec![];
    loop {
        written = match written {
            [] => return Some((Part::Of { ranges, negated }, rest)),
            [from, '-', to, more @ ..] => {
                ranges.push((*from, *to));
                more
            }
            [one, more @ ..] => {
                ranges.push((*one, *one));
                more
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks_stand_for_others() {
        for (pattern, name, is_it) in [
            ("nginx", "nginx", true),
            ("nginx", "nginx:1", false),
            ("nginx*", "nginx:1", true),
            ("*/alist:*", "docker.io/xhofe/alist:latest", true),
            ("*:1.2?", "nginx:1.27", true),
            ("*:1.2?", "nginx:1.2", false),
            ("*", "", true),
            ("", "", true),
            ("?", "", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("v[0-9]*.[0-9]*", "v1.27", true),
            ("v[0-9]*.[0-9]*", "v1.x", false),
            ("v[0-9]*.[0-9]*", "1.27", false),
            ("[ab-d_]", "c", true),
            ("[ab-d_]", "_", true),
            ("[ab-d_]", "e", false),
            ("[!0-9]?", "a1", true),
            ("[^0-9]?", "11", false),
            ("[]-]", "]", true),
            ("[a-]", "-", true),
            // From the later to the earlier there is nothing.
            ("[9-0]", "5", false),
            // Nothing closes it.
            ("[a", "[a", true),
            ("[]", "[]", true),
            ("[!]", "[!]", true),
            ("二*", "二三", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), is_it, "{pattern} {name}");
        }
        // Each star gives up what an earlier one took no more than once.
        let hard = "a*".repeat(50) + "b";
        assert!(!Glob::new(&hard).matches(&"a".repeat(5_000)));
    }
}
