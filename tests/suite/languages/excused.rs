//! What stands in one language, and why.

/// Words that are no sentences to whoever uses the program: where they are, how they begin, what they are.
pub(super) const FOR_NOBODY: &[(&str, &str, &str)] = &[
    ("src/sandbox", "", "what a registry would answer"),
    ("src/cli", "pusher ", "what is typed"),
    ("src/cli/args", "source <(pusher", "what is typed"),
    (
        "src/cli/args/options.rs",
        "not a",
        "never met: clap asks for one of the names",
    ),
    ("src/cli/commands/demo/stage.rs", "", "files, images"),
    (
        "src/cli/commands/man.rs",
        "",
        "headings of the manual page, which is English",
    ),
    (
        "src/cli/starter.rs",
        "version: 1",
        "a file, which is the same whoever writes it",
    ),
    ("src/cache/mod.rs", "it is not a file", "for the log"),
    (
        "src/checkup/measured.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/config/import/draft.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    ("src/config/mistakes/forms.rs", "", "what other tools write"),
    ("src/config/not_yaml.rs", "", "what a library says"),
    (
        "src/consumers/forms",
        "",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/consumers/written.rs",
        "# Written by",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/disk/place.rs",
        "it is a link",
        "never met: the system says so before",
    ),
    (
        "src/model/manifest/mod.rs",
        "a media type",
        "what a library says, and where",
    ),
    (
        "src/registry/access/helper.rs",
        "not found",
        "what programs that keep logins say",
    ),
    (
        "src/registry/exchange/error_body.rs",
        "",
        "what registries say",
    ),
    (
        "src/registry/fuzzing.rs",
        "",
        "what a registry would answer",
    ),
    (
        "src/lock/write.rs",
        "#",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/plan/rewrite.rs",
        "an object",
        "what a library says, and where",
    ),
    (
        "src/plan/rule.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    (
        "src/page/html.rs",
        "default-src",
        "a policy, which browsers read",
    ),
    (
        "src/render/metrics.rs",
        "",
        "a file, which is the same whoever writes it",
    ),
    ("src/render", "docker pull", "what is typed"),
];
