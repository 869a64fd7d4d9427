//! The file: what is around the JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::words::{NO_SCRIPT, TITLE};
use super::{Page, document};

/// What tells a page that was written here, in its first lines.
pub const MARK: &str = "<meta name=\"generator\" content=\"pusher page\">";
/// How many bytes at most stand before the end of it.
pub const MARK_WITHIN: u64 = 4096;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Returns the page: one file of HTML.
pub fn write(page: &Page) -> String {
    let (style, script) = (trusted(STYLE), trusted(SCRIPT));
    // No address but the browser's own is let in, and of scripts and styles those alone that stand here.
    let policy = format!(
        "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    );
    let data = document::json(page);
    let place = page.targets.iter().map(|of| of.target.in_public().place());
    let places: Vec<_> = place.collect();
    let title = match &places[..] {
        [place] => format!("{} · {}", TITLE.english, place),
        _ => TITLE.english.to_owned(),
    };
    let mut rest = TEMPLATE;
    let mut html = String::with_capacity(TEMPLATE.len() + STYLE.len() + SCRIPT.len() + data.len());
    for (mark, text) in [
        ("@POLICY@", escaped(&policy).as_str()),
        ("@TITLE@", &escaped(&title)),
        ("@STYLE@", STYLE),
        ("@NO-SCRIPT-ENGLISH@", &escaped(NO_SCRIPT.english)),
        ("@NO-SCRIPT-CHINESE@", &escaped(NO_SCRIPT.chinese)),
        ("@DATA@", &data),
        ("@SCRIPT@", SCRIPT),
    ] {
        // What was put in is never looked at again, whatever marks it has.
        let (before, behind) = rest.split_once(mark).unwrap_or((rest, ""));
        html.push_str(before);
        html.push_str(text);
        rest = behind;
    }
    html.push_str(rest);
    html
}

/// Returns what a policy names a script or a style by.
fn trusted(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_of_the_template_stands_there_once_and_in_order() {
        let mut rest = TEMPLATE;
        for mark in [
            "@POLICY@",
            "@TITLE@",
            "@STYLE@",
            "@NO-SCRIPT-ENGLISH@",
            "@NO-SCRIPT-CHINESE@",
            "@DATA@",
            "@SCRIPT@",
        ] {
            assert_eq!(TEMPLATE.matches(mark).count(), 1, "{mark}");
            rest = rest.split_once(mark).unwrap().1;
        }
        assert!(TEMPLATE.find(MARK).is_some_and(|at| at < 1024));
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }
}
