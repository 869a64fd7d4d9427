//! What is offered instead of a line names the image that was meant, or nothing is offered.

use proptest::prelude::*;
use proptest::sample;

use super::loaded;

fn offers(line: &str) -> Vec<String> {
    let loaded = loaded("images.txt", line);
    let replacements = loaded
        .diagnostics
        .into_iter()
        .filter_map(|one| one.replacement);
    replacements.map(|replacement| replacement.text).collect()
}

/// Returns the words of a text, as far as they are letters and digits.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Returns the words of a line, but for what stands `before` it all, that an offer for it lacks.
fn lost(before: &str, line: &str) -> Vec<String> {
    let is_noise = |word: &str| matches!(word, "platform" | "64");
    // A word may be replaced by what it means.
    let meant = |word: &str| match word {
        "armv7" => "v7",
        "x86" => "amd64",
        _ => "",
    };
    let is_lost = |word: &String, kept: &[String]| {
        !is_noise(word) && !kept.iter().any(|kept| kept == word || kept == meant(word))
    };
    let lost_by = |offer: String| {
        let kept = words(&offer);
        let lost = words(line)
            .into_iter()
            .filter(move |word| is_lost(word, &kept));
        lost.map(move |word| format!("`{word}` is not in {offer:?}"))
            .collect::<Vec<_>>()
    };
    offers(&format!("{before}{line}"))
        .into_iter()
        .flat_map(lost_by)
        .collect()
}

/// A line of an image and what may stand beside it, as people write both.
fn line() -> impl Strategy<Value = (&'static str, String)> {
    let image = sample::select(vec![
        "nginx",
        "nginx:1.27",
        "org/app",
        "quay.io/org/app:v1",
        "NGINX:1.27",
        "nginx:",
    ]);
    let other = sample::select(vec![
        "web",
        "web:1",
        "team/nginx:1.27",
        "1.27",
        "rocky",
        "linux/arm64",
        "arm64",
        "linux/armv7",
        "alpine:3",
        "--platform=linux/arm64",
        "stable",
        "x86_64",
        "registry.example.com/team/app:v1",
        "hours",
        "ago",
    ]);
    let between = sample::select(vec![
        " ", "\t", " => ", "=>", " -> ", ",", ", ", " | ", "=", ": ", "; ", " - ", " (", " as ",
        "//", "://",
    ]);
    let before = sample::select(vec!["", "", "docker pull ", "- ", "image: ", "| ", "3. "]);
    let others = prop::collection::vec((between, other), 1..4);
    (before, image, others, 0..4_usize).prop_map(|(before, image, others, place)| {
        let mut words: Vec<&str> = Vec::new();
        for (index, (between, other)) in others.iter().enumerate() {
            if index == place {
                words.extend([image, between]);
            }
            words.extend([other, between]);
        }
        if place >= others.len() {
            words.push(image);
        }
        let line = words.concat();
        (before, line)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_may_be_a_tag_a_platform_or_a_target_is_never_lost((before, line) in line()) {
        prop_assert_eq!(lost(before, &line), [""; 0], "{}{}", before, line);
    }
}

#[test]
fn what_cannot_be_known_is_not_offered() {
    for line in [
        "nginx:",
        "nginx:1.27 web",
        "nginx 1.27 web",
        "org/app  rocky  0a1b",
        "org/app  <none>  0a1b2c3d4e5f  2 weeks ago  1MB",
        "IMAGE:TAG",
        "REPOSITORY  TAG",
        "<none>:<none>",
        "nginx:<tag>",
        "nginx:${TAG}",
        "nginx:1.*",
        ";nginx:1.27",
        "//nginx:1.27",
        "name: nginx",
        "version: 1",
        "docker pull -a nginx",
        "docker tag nginx:1.27 web:1",
        "docker pull nginx && docker pull redis",
        "nginx --platform=linux/arm64 redis",
        "--platform=linux/amd64, linux/arm64 nginx",
        "--platform=linux/sparc65 nginx",
        "https://example.com",
        "https://example.com/some/page.html",
        "http://localhost:5000",
        "https://registry.example.com/v2/nginx/manifests/1.27",
        "https://github.com/org/repo/pkgs/container/app/123456",
        "FROM scratch",
        "FROM --platform=$BUILDPLATFORM golang:1.23",
        "nginx@0a1b2c3d4e5f",
        "NGINX_VERSION=1.27",
        "2026-01-02 pulled nginx:1.27",
        "please mirror nginx and redis",
    ] {
        assert_eq!(offers(line), [""; 0], "{line}");
    }
}

#[test]
fn what_can_be_known_is_offered() {
    for (line, offer) in [
        (
            "nginx 1.27 linux/arm64",
            "--platform=linux/arm64 nginx:1.27",
        ),
        ("linux/arm64 nginx", "--platform=linux/arm64 nginx"),
        ("| nginx | 1.27 |", "nginx:1.27"),
        (
            "nginx,1.27,linux/arm64",
            "--platform=linux/arm64 nginx:1.27",
        ),
        (
            "org/app  rocky  0a1b2c3d4e5f  2 weeks ago  1MB",
            "org/app:rocky",
        ),
        ("   12 nginx:1.27", "nginx:1.27"),
        (
            "2) --platform=linux/arm64 nginx",
            "--platform=linux/arm64 nginx",
        ),
        ("- [ ] nginx:1.27", "nginx:1.27"),
        (
            "FROM --platform=linux/arm64 nginx:1.27 AS build",
            "--platform=linux/arm64 nginx:1.27",
        ),
        ("nginx:1.27\u{2013}alpine", "nginx:1.27-alpine"),
        ("nginx：1.27，redis：7", "nginx:1.27\nredis:7"),
        ("NGINX:LATEST", "nginx:latest"),
        ("docker://quay.io/org/app:v1", "quay.io/org/app:v1"),
        ("(nginx:1.27)", "nginx:1.27"),
    ] {
        assert_eq!(offers(line), [offer], "{line}");
    }
}

/// Returns what is said about a list, with how many images it is taken to declare.
fn said(text: &str) -> (Vec<String>, usize) {
    let loaded = loaded("images.txt", text);
    let messages = loaded
        .diagnostics
        .iter()
        .map(|one| one.message.to_string())
        .collect();
    (messages, loaded.targets[0].entries.len())
}

#[test]
fn one_message_does_for_a_file_of_another_form() {
    let rows = |count: usize, row: &str| row.repeat(count);
    for (text, what) in [
        (
            format!(
                "REPOSITORY TAG IMAGE ID CREATED SIZE\n{}",
                rows(99, "a b c\n")
            ),
            "`docker images`",
        ),
        (
            format!("CONTAINER ID IMAGE COMMAND\n{}", rows(99, "a b c\n")),
            "`docker ps`",
        ),
        (
            format!("NAMESPACE NAME READY STATUS\n{}", rows(99, "a b c\n")),
            "`kubectl get pods`",
        ),
        (
            format!("IMAGE TAG IMAGE ID SIZE\n{}", rows(99, "a b c\n")),
            "`crictl images`",
        ),
        (
            format!("Image,Tag\n{}", rows(99, "nginx,1.27\n")),
            "a table",
        ),
        (
            format!(
                "| Image | Tag |\n| --- | --- |\n{}",
                rows(99, "| nginx | 1.27 |\n")
            ),
            "a table",
        ),
        ("[\"nginx:1.27\",\n\"redis:7\"]\n".to_owned(), "JSON"),
        (rows(3, "{\"image\": \"nginx\"}\n"), "JSON"),
        (
            "apiVersion: v1\nkind: Pod\nnginx\n".to_owned(),
            "a Kubernetes manifest",
        ),
        (
            "services:\n  web:\n    image: nginx\n".to_owned(),
            "a Compose file",
        ),
        ("spec:\n- name: web\nnginx\n".to_owned(), "YAML"),
        (
            "version = 1\nimages = [\"nginx\"]\n".to_owned(),
            "a mirror file",
        ),
        ("FROM nginx\nRUN make\n".to_owned(), "a Dockerfile"),
        ("<ul>\n<li>nginx</li>\n</ul>\n".to_owned(), "a web page"),
        ("@@ -1 +1 @@\n-nginx\n+redis\n".to_owned(), "a difference"),
        ("n\0g\0i\0n\0x\0\n\0".to_owned(), "UTF-16"),
    ] {
        let (messages, images) = said(&text);
        let [message] = messages.as_slice() else {
            panic!("{text}: {messages:?}")
        };
        assert!(
            message.starts_with(&format!("this file is {what}")) || message.contains(what),
            "{text}: {message}"
        );
        assert_eq!(images, 0, "{text}");
    }
}

#[test]
fn one_message_does_for_all_lines_of_another_form_and_the_others_stay() {
    for (line, what) in [
        ("org/app => app:v1", "`source => target`"),
        ("org/app mirror/app 1.0", "source, target and tag"),
        ("org/app:v1 mirror/app:v1", "a source and its target"),
        ("   3 nginx:1.27", "`uniq -c`"),
        ("INFO pulled nginx", "a log"),
        ("org/app v1 0a1b2c3d4e5f 2 weeks ago 1MB", "`docker images`"),
        ("web-1 0/1 Pending 0 5d", "`kubectl get pods`"),
        ("nginx:1.27 # of many", "a comment cannot stand"),
    ] {
        let (messages, images) = said(&format!("alpine:3\n{}", format!("{line}\n").repeat(1000)));
        let [message] = messages.as_slice() else {
            panic!("{line}: {messages:?}")
        };
        assert!(
            message.contains(what) && message.contains("999 more lines"),
            "{line}: {message}"
        );
        assert_eq!(images, 1, "{line}");
    }
}

#[test]
fn a_list_with_a_mistake_is_still_a_list() {
    for (text, mistakes) in [
        ("nginx: 1.27\nredis: 7\n", 2),
        ("nginx:1.27\n- redis:7\nalpine\n", 1),
        ("name\nnginx 1.27\n", 1),
        ("registry\nRegistry:2\n", 1),
        ("tag\nimage\nNginx\n", 1),
    ] {
        let (messages, _) = said(text);
        assert_eq!(messages.len(), mistakes, "{text}: {messages:?}");
        assert!(!messages[0].contains("this file"), "{messages:?}");
    }
}
