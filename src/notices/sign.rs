//! Signatures: the two that sign do so with the same bytes in different places.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Secret;

/// Signs as `DingTalk` wants it: the secret is the key, and signs the time with itself.
pub(super) fn of_dingtalk(milliseconds: i64, secret: &Secret) -> String {
    let signed = format!("{milliseconds}\n{}", secret.expose());
    hmac(secret.expose(), &signed)
}

/// Signs as Feishu wants it: the time with the secret is the key, and signs nothing.
pub(super) fn of_feishu(seconds: i64, secret: &Secret) -> String {
    hmac(&format!("{seconds}\n{}", secret.expose()), "")
}

fn hmac(key: &str, signed: &str) -> String {
    let key = Key::new(HMAC_SHA256, key.as_bytes());
    STANDARD.encode(sign(&key, signed.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second is the example of Feishu's documentation; both were computed with Python's `hmac` as well.
    #[test]
    fn signatures_are_those_that_others_compute() {
        let secret = |text: &str| Secret::new(text.to_owned());
        assert_eq!(
            of_dingtalk(1_599_360_473_000, &secret("SECa1b2c3")),
            "qb8+mctntJyLRgWu+RyO5x9m2krMWHHub4dxpDtAJ4I="
        );
        assert_eq!(
            of_feishu(1_599_360_473, &secret("demo")),
            "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
        );
    }
}
