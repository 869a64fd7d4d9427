//! Patterns of names: `*` stands for any characters, `?` for one.

/// A pattern. It has no other special characters, and `*` goes over `/` and `:` as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    /// Makes a pattern of what was written.
    pub fn new(written: &str) -> Self {
        Self(written.chars().collect())
    }

    /// Tells whether the whole of `name` is as the pattern says.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, name.chars().collect::<Vec<_>>());
        let (mut at, mut seen) = (0, 0);
        // Where the last `*` stands, and how much of the name it stands for so far.
        let mut star = None;
        while seen < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, seen));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == name[seen] => {
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
        pattern[at..].iter().all(|c| *c == '*')
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
            ("[a]", "a", false),
            ("二*", "二三", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(name), is_it, "{pattern} {name}");
        }
        // Each star gives up what an earlier one took no more than once.
        let hard = "a*".repeat(50) + "b";
        assert!(!Glob::new(&hard).matches(&"a".repeat(5_000)));
    }
}
