//! Secrets of an image list: what a line announces, and commands that log in.

use std::ops::Range;

use super::behind_keys::KEYS;

/// Words of a list's line that are followed by a secret, and words that make it a command with one.
const WORDS: [&str; 9] = [
    "password",
    "passwd",
    "pass",
    "pwd",
    "secret",
    "token",
    "basic",
    "bearer",
    "authorization",
];
const COMMAND: &str = "login";

/// Returns what may be a secret in the lines of an image list: all of a command that logs in, and what
/// follows words and options that announce one.
pub(super) fn in_list(text: &str) -> Vec<Range<usize>> {
    let mut found = vec![];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = line.trim_end().len();
        let mut at = 0;
        for word in line.split_whitespace() {
            let begin = at + line[at..].find(word).unwrap_or_default();
            at = begin + word.len();
            let lower = word.to_ascii_lowercase();
            if lower == COMMAND {
                // What is piped into it may be the password.
                let from = if line[..begin].contains('|') { 0 } else { at };
                found.push(start + from.min(end)..start + end);
                break;
            }
            if let Some(skipped) = announces(&lower) {
                found.push((start + begin + skipped).min(start + end)..start + end);
                break;
            }
        }
        start += line.len();
    }
    found.retain(|span| !span.is_empty());
    found
}

/// Returns after how many bytes of a word the secret begins that it announces, if it does.
fn announces(word: &str) -> Option<usize> {
    let bare = word.trim_start_matches(['-', '#', '"', '\'', '(', '`']);
    let cut = bare.find(['=', ':']);
    let key = &bare[..cut.unwrap_or(bare.len())];
    let is_key = KEYS.iter().any(|part| key.contains(part)) && !key.contains(['/', '.', '@']);
    let is_word = WORDS.contains(&key);
    let is_assigned = cut.is_some_and(|cut| bare[cut..].starts_with('=') || cut + 1 == bare.len());
    let is_option = word.starts_with('-');
    let announced =
        is_word && (cut.is_none() || is_assigned) || is_key && (is_assigned || is_option);
    announced.then(|| {
        let before = word.len() - bare.len();
        cut.map_or(word.len(), |cut| before + cut + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        let spans = in_list(text).into_iter();
        spans.map(|span| &text[span]).collect()
    }

    #[test]
    fn a_line_of_a_list_may_announce_a_secret() {
        for (text, secrets) in [
            ("--password=pw nginx", &["pw nginx"][..]),
            ("nginx --password pw", &[" pw"]),
            ("nginx --registry-token=pw", &["pw"]),
            ("PASSWORD=pw", &["pw"]),
            ("export ALIYUN_REGISTRY_PASSWORD=pw", &["pw"]),
            ("password: pw", &[" pw"]),
            ("Authorization: Basic pw", &[" Basic pw"]),
            ("nginx # password pw", &[" pw"]),
            (
                "docker login -u me -p pw r.example.com",
                &[" -u me -p pw r.example.com"],
            ),
            ("echo pw | docker login x", &["echo pw | docker login x"]),
        ] {
            assert_eq!(parts(text), secrets, "{text}");
        }
        for text in [
            "passbolt/passbolt:latest",
            "secret-manager:1.0",
            "org/token:2",
            "pass:1",
            "--platform=linux/amd64 nginx # see below",
        ] {
            assert!(in_list(text).is_empty(), "{text}");
        }
    }
}
