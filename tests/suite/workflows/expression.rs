//! GitHub's expressions, as far as the workflows here use them.

use serde_json::{Value, json};

/// What an expression may look at.
pub(super) struct Scope<'a> {
    /// `github`, `inputs`, `steps`, … by name.
    pub(super) contexts: &'a Value,
    /// What `success()`, `failure()` and `cancelled()` say.
    pub(super) failed: bool,
    pub(super) cancelled: bool,
}

impl Scope<'_> {
    /// Fills in what stands between `${{` and `}}`.
    pub(super) fn text(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once("${{") {
            let (expression, after) = behind.split_once("}}").expect("`}}`");
            text.push_str(before);
            text.push_str(&shown(&self.value(expression)));
            rest = after;
        }
        text + rest
    }

    /// Tells whether a step or job with this `if` runs; without one, or without a word about how
    /// things went, only where all went well.
    pub(super) fn condition(&self, condition: Option<&Value>) -> bool {
        let condition = condition.map_or_else(String::new, shown);
        let trimmed = condition.trim();
        let inner = trimmed
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"))
            .unwrap_or(trimmed);
        let asks = ["success()", "failure()", "cancelled()", "always()"]
            .iter()
            .any(|function| inner.contains(function));
        let well = !self.failed && !self.cancelled;
        (asks || well) && (inner.is_empty() || truthy(&self.value(inner)))
    }

    pub(super) fn value(&self, expression: &str) -> Value {
        let mut parser = Parser {
            tokens: tokens(expression),
            at: 0,
            scope: self,
        };
        let value = parser.any();
        assert_eq!(parser.at, parser.tokens.len(), "{expression}");
        value
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Value {
        match name {
            "always" => json!(true),
            "success" => json!(!self.failed && !self.cancelled),
            "failure" => json!(self.failed),
            "cancelled" => json!(self.cancelled),
            "fromJSON" => serde_json::from_str(&shown(&arguments[0])).unwrap(),
            "contains" => json!(match &arguments[0] {
                Value::Array(all) => all.iter().any(|one| equal(one, &arguments[1])),
                text => shown(text).contains(&shown(&arguments[1])),
            }),
            "startsWith" => json!(shown(&arguments[0]).starts_with(&shown(&arguments[1]))),
            "format" => {
                let mut text = shown(&arguments[0]);
                for (at, value) in arguments[1..].iter().enumerate() {
                    text = text.replace(&format!("{{{at}}}"), &shown(value));
                }
                json!(text)
            }
            other => panic!("no function `{other}` here"),
        }
    }
}

/// How a value shows in a text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(value) => value.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Texts regardless of case; what is of two kinds as numbers, nothing and the empty text being 0.
fn equal(left: &Value, right: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(value) => value.as_f64().unwrap(),
        Value::String(text) if text.is_empty() => 0.0,
        Value::String(text) => text.parse().unwrap_or(f64::NAN),
        Value::Array(_) | Value::Object(_) => f64::NAN,
    };
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.eq_ignore_ascii_case(right),
        _ => (number(left) - number(right)).abs() < f64::EPSILON,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Literal(Value),
    Sign(&'static str),
}

fn tokens(expression: &str) -> Vec<Token> {
    const SIGNS: [&str; 8] = ["==", "!=", "&&", "||", "!", "(", ")", ","];
    let mut rest = expression.trim_start();
    let mut tokens = Vec::new();
    while !rest.is_empty() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if let Some(quoted) = rest.strip_prefix('\'') {
            let (text, behind) = quoted.split_once('\'').expect("a closing quote");
            tokens.push(Token::Literal(json!(text)));
            rest = behind;
        } else {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)))
                .unwrap_or(rest.len());
            assert!(end > 0, "`{rest}`");
            let word = &rest[..end];
            tokens.push(match serde_json::from_str(word) {
                Ok(literal) => Token::Literal(literal),
                Err(_) => Token::Word(word.to_owned()),
            });
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    tokens
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    scope: &'a Scope<'a>,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &'static str) -> bool {
        let there = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(there);
        there
    }

    fn any(&mut self) -> Value {
        let mut value = self.all();
        while self.takes("||") {
            let other = self.all();
            value = if truthy(&value) { value } else { other };
        }
        value
    }

    fn all(&mut self) -> Value {
        let mut value = self.comparison();
        while self.takes("&&") {
            let other = self.comparison();
            value = if truthy(&value) { other } else { value };
        }
        value
    }

    fn comparison(&mut self) -> Value {
        let left = self.one();
        if self.takes("==") {
            json!(equal(&left, &self.one()))
        } else if self.takes("!=") {
            json!(!equal(&left, &self.one()))
        } else {
            left
        }
    }

    fn one(&mut self) -> Value {
        if self.takes("!") {
            return json!(!truthy(&self.one()));
        }
        if self.takes("(") {
            let value = self.any();
            assert!(self.takes(")"));
            return value;
        }
        let token = self.tokens[self.at].clone();
        self.at += 1;
        match token {
            Token::Literal(value) => value,
            Token::Word(name) if self.takes("(") => {
                let mut arguments = Vec::new();
                while !self.takes(")") {
                    arguments.push(self.any());
                    self.takes(",");
                }
                self.scope.call(&name, &arguments)
            }
            Token::Word(path) => path
                .split('.')
                .fold(self.scope.contexts, |value, key| &value[key])
                .clone(),
            Token::Sign(sign) => panic!("`{sign}` where a value should be"),
        }
    }
}

#[test]
fn expressions_mean_what_github_says() {
    let contexts =
        json!({"github": {"event_name": "push", "event": {"number": 7}}, "inputs": {"file": ""}});
    let scope = Scope {
        contexts: &contexts,
        failed: true,
        cancelled: false,
    };
    assert_eq!(
        scope.text("a ${{ github.event.number }} b ${{ github.none.x || 'c' }}"),
        "a 7 b c"
    );
    assert_eq!(
        scope.text("${{ format('{0}/{1}', 'a', github.event.number) }}"),
        "a/7"
    );
    assert_eq!(scope.text("${{ inputs.file != '' && 'x' || '' }}"), "");
    let holds = |text: &str| scope.condition(Some(&json!(text)));
    assert!(holds("always() && github.event_name == 'PUSH'"));
    assert!(holds("!cancelled() && (github.none == '' || false)"));
    assert!(holds(
        "${{ failure() && contains(fromJSON('[\"a\", \"b\"]'), 'b') }}"
    ));
    assert!(!holds("github.event_name == 'push'"), "not after a failure");
    assert!(!scope.condition(None));
}
