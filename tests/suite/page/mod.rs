//! The page of a mirror, as a text: that it holds what it should, and nothing that reaches out of it. What it does in a
//! browser `tests/page/run` tries, with the pages that are written here.

mod command;
mod samples;

use std::path::PathBuf;

use pusher::page;
use samples::{empty, hostile, many, several, usual};

/// Where the pages for the browser go.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("page")
}

#[test]
fn pages_are_written_for_the_browser() {
    let folder = folder();
    std::fs::create_dir_all(&folder).unwrap();
    for (name, page) in [
        ("usual", usual()),
        ("several", several()),
        ("many", many(5_000)),
        ("empty", empty()),
        ("hostile", hostile()),
    ] {
        let text = page::write(&page);
        assert!(text.ends_with("</html>\n"), "{name}");
        std::fs::write(folder.join(format!("{name}.html")), text).unwrap();
    }
}

/// Returns what stands behind a mark, up to the next one.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let behind = text.split_once(before).unwrap().1;
    behind.split_once(after).unwrap().0
}

#[test]
fn a_page_asks_for_nothing_and_lets_no_other_script_in() {
    let page = page::write(&hostile());
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-"),
        "{policy}"
    );
    for loose in ["unsafe", "http", "*", "'self'"] {
        assert!(!policy.contains(loose), "{policy}");
    }
    let data = between(
        &page,
        "<script type=\"application/json\" id=\"data\">",
        "</script>",
    );
    let around = page.replacen(data, "", 1);
    for reaching in [
        "src=",
        "@import",
        "url(",
        "fetch(",
        "XMLHttpRequest",
        "innerHTML",
        "eval(",
        " onclick",
        "<iframe",
    ] {
        assert!(!around.contains(reaching), "{reaching}");
    }
    assert_eq!(
        around.matches("http").count(),
        around.matches("http-equiv").count() + 1
    );
    assert_eq!(page.matches("</script>").count(), 2);
    let read: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(
        read["images"][0]["source"]
            .as_str()
            .unwrap()
            .contains("<script>")
    );
}

#[test]
fn five_thousand_images_are_a_file_that_a_browser_takes_at_once() {
    let page = page::write(&many(5_000));
    assert!(page.len() < 6 * 1024 * 1024, "{}", page.len());
}
