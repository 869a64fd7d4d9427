//! Reads the literals of Rust source: which stand in both languages, and which in one.

use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};

/// A sentence, and what it is in Chinese.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) line: usize,
    pub(super) english: String,
    pub(super) chinese: String,
}

/// The literals of a file, but those that nobody reads who uses the program.
#[derive(Debug, Default)]
pub(super) struct Literals {
    pub(super) pairs: Vec<Pair>,
    /// Those in one language, with their lines.
    pub(super) alone: Vec<(usize, String)>,
}

/// The macros that take a sentence in both languages, with what stands before them.
const IN_BOTH: [(&str, usize); 5] = [
    ("text", 0),
    ("tr", 0),
    ("tr_word", 0),
    ("write_tr", 1),
    ("phrase", 0),
];

/// The macros whose words are for whoever works on the program, or reads its log.
const FOR_OTHERS: [&str; 13] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "error",
    "info",
    "macro_rules",
    "panic",
    "trace",
    "unreachable",
    "warn",
];

/// The methods whose words are for whoever works on the program.
const FOR_AUTHORS: [&str; 2] = ["expect", "expect_err"];

impl Literals {
    pub(super) fn of(source: &str) -> Self {
        let mut found = Self::default();
        found.walk(source.parse().unwrap());
        found
    }

    fn walk(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => attribute(&mut tokens),
                TokenTree::Ident(name) => {
                    if is_punct(tokens.peek(), '!') {
                        tokens.next();
                        self.walk_macro(&name.to_string(), &mut tokens);
                    } else if FOR_AUTHORS.iter().any(|silent| name == silent) {
                        tokens.next_if(|token| matches!(token, TokenTree::Group(_)));
                    }
                }
                TokenTree::Group(group) => self.walk(group.stream()),
                TokenTree::Literal(literal) => self.alone.extend(text(&literal)),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn walk_macro(&mut self, name: &str, tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
        // What a macro is called that is being made.
        tokens.next_if(|token| matches!(token, TokenTree::Ident(_)));
        let Some(TokenTree::Group(group)) =
            tokens.next_if(|token| matches!(token, TokenTree::Group(_)))
        else {
            return;
        };
        if FOR_OTHERS.contains(&name) {
            return;
        }
        match IN_BOTH.iter().find(|(known, _)| *known == name) {
            Some((_, before)) => self.walk_pair(&group, *before),
            None => self.walk(group.stream()),
        }
    }

    /// Takes two literals behind so many arguments, and walks through the rest.
    fn walk_pair(&mut self, group: &Group, before: usize) {
        let arguments = arguments(group.stream());
        let (first, rest) = arguments.split_at(before.min(arguments.len()));
        let literal = |argument: &Vec<TokenTree>| match &argument[..] {
            [TokenTree::Literal(literal)] => text(literal),
            _ => None,
        };
        let (english, chinese) = (
            rest.first().and_then(literal),
            rest.get(1).and_then(literal),
        );
        let rest = match (english, chinese) {
            (Some((line, english)), Some((_, chinese))) => {
                self.pairs.push(Pair {
                    line,
                    english,
                    chinese,
                });
                &rest[2..]
            }
            _ => rest,
        };
        for argument in first.iter().chain(rest) {
            self.walk(argument.iter().cloned().collect());
        }
    }
}

/// Goes past an attribute, and past what there is in tests alone.
fn attribute(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
    tokens.next_if(|token| is_punct(Some(token), '!'));
    let is_attribute = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
    let Some(TokenTree::Group(attribute)) = tokens.next_if(is_attribute) else {
        return;
    };
    if attribute.stream().to_string().replace(' ', "") != "cfg(test)" {
        return;
    }
    for token in tokens {
        let is_body =
            matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if is_body || is_punct(Some(&token), ';') {
            return;
        }
    }
}

fn arguments(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![vec![]];
    for token in tokens {
        if is_punct(Some(&token), ',') {
            arguments.push(vec![]);
        } else if let Some(argument) = arguments.last_mut() {
            argument.push(token);
        }
    }
    arguments
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Returns the line of a literal, and its text if it is one.
fn text(literal: &Literal) -> Option<(usize, String)> {
    let line = literal.span().start().line;
    let written = literal.to_string();
    if let Some(raw) = written.strip_prefix('r') {
        return Some((line, raw.trim_matches('#').trim_matches('"').to_owned()));
    }
    let written = written.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                // A line that goes on begins with its first word.
                Some('\n') => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                Some('n' | 't' | 'r') => text.push(' '),
                Some(escaped) => text.push(escaped),
                None => {}
            },
            character => text.push(character),
        }
    }
    Some((line, text))
}
