//! What is typed for what, for each command: the help, the manual page and the tests take it from here.

/// What can be typed into a shell, and what it is good for.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What is typed.
    pub typed: &'static str,
    /// What it is good for.
    pub purpose: &'static str,
}

/// Returns the examples of a command, or of the program, whose name is `pusher`.
pub fn of(command: &str) -> &'static [Example] {
    let found = EXAMPLES.iter().find(|(name, _)| *name == command);
    found.map_or(&[], |(_, examples)| examples)
}

const fn example(typed: &'static str, purpose: &'static str) -> Example {
    Example { typed, purpose }
}

pub(super) const EXAMPLES: [(&str, &[Example]); 17] = [
    (
        "pusher",
        &[
            example(
                "pusher demo",
                "see the main job done on two registries inside this process",
            ),
            example(
                "pusher plan",
                "show what is missing or has changed in the target",
            ),
            example("pusher apply", "copy it"),
            example(
                "pusher plan --format markdown",
                "the same plan for a pull request",
            ),
            example(
                "pusher check -f images.txt",
                "find every mistake without asking a registry",
            ),
        ],
    ),
    (
        "init",
        &[
            example("pusher init", "answer what it asks"),
            example(
                "pusher init --registry r.example.com --namespace team nginx:1.27",
                "without a terminal",
            ),
        ],
    ),
    (
        "list",
        &[
            example("pusher list", "what goes where"),
            example(
                "pusher list -f web.txt --format json",
                "the same of another list, for a program",
            ),
        ],
    ),
    (
        "check",
        &[
            example("pusher check", "every mistake in the files of this folder"),
            example(
                "pusher check --format github",
                "on the lines of a pull request",
            ),
        ],
    ),
    (
        "plan",
        &[
            example(
                "pusher plan",
                "what is missing or has changed in the target",
            ),
            example(
                "pusher plan -f mirror.toml --format json",
                "of this file, for a program",
            ),
            example(
                "pusher plan --diff",
                "and what changes inside of the images",
            ),
            example(
                "pusher plan --only 'nginx*' ghcr.io/org/app",
                "of some images alone",
            ),
            example(
                "pusher plan --out plan.json",
                "keep it, for `pusher apply plan.json`",
            ),
            example(
                "pusher plan --detailed-exitcode -q || echo \"status $?\"",
                "ask a script's question",
            ),
        ],
    ),
    (
        "apply",
        &[
            example("pusher apply", "copy what is missing or has changed"),
            example("pusher apply --yes", "without being asked"),
            example(
                "pusher plan --out plan.json && pusher apply plan.json",
                "copy what was shown",
            ),
            example(
                "pusher apply --report report.json",
                "and keep what became of each image",
            ),
        ],
    ),
    (
        "show",
        &[
            example("pusher show plan.json", "what it would do"),
            example(
                "pusher show plan.json --format markdown",
                "the same for a pull request",
            ),
        ],
    ),
    (
        "drift",
        &[
            example("pusher drift", "everything that has moved"),
            example(
                "pusher drift --kind target-changed,target-missing",
                "what became of the target alone",
            ),
            example(
                "pusher drift --report drift.md",
                "keep the answer as Markdown, too",
            ),
        ],
    ),
    (
        "doctor",
        &[
            example(
                "pusher doctor",
                "after the secrets are set: does it all work?",
            ),
            example("pusher doctor --write", "would a push be let in, too?"),
            example(
                "pusher doctor --format json > doctor.json",
                "for whoever helps you; no secret is in it",
            ),
        ],
    ),
    (
        "diff",
        &[
            example(
                "pusher diff nginx:1.27.1 nginx:1.27.2",
                "what an update would bring",
            ),
            example(
                "pusher diff r.example.com/nginx:1.27 nginx:1.27",
                "what is behind in a mirror",
            ),
        ],
    ),
    (
        "lock",
        &[
            example("pusher lock", "lock what is not locked yet"),
            example(
                "pusher lock --update",
                "move every image to what its source holds now",
            ),
            example(
                "pusher lock --update nginx:1.27",
                "move one, by its source or its target",
            ),
            example(
                "pusher lock --check",
                "for a pull request: does the lock fit the files?",
            ),
            example(
                "pusher lock --adopt",
                "after the file was renamed, or its images go elsewhere",
            ),
        ],
    ),
    (
        "import",
        &[example(
            "pusher import images.txt > mirror.yaml",
            "go on with a mirror file",
        )],
    ),
    (
        "schema",
        &[example(
            "pusher schema mirror > mirror.schema.json",
            "let an editor complete mirror files",
        )],
    ),
    (
        "completions",
        &[
            example("source <(pusher completions bash)", "in ~/.bashrc"),
            example(
                "source <(pusher completions zsh)",
                "in ~/.zshrc, behind `compinit`",
            ),
            example(
                "pusher completions fish > ~/.config/fish/completions/pusher.fish",
                "once",
            ),
        ],
    ),
    (
        "man",
        &[
            example("pusher man | man -l -", "read it"),
            example(
                "pusher man > ~/.local/share/man/man1/pusher.1",
                "let `man pusher` find it",
            ),
        ],
    ),
    (
        "version",
        &[example("pusher version", "say it to whoever helps you")],
    ),
    (
        "demo",
        &[example(
            "pusher demo",
            "plan, apply, drift and repair; nothing is left behind",
        )],
    ),
];
