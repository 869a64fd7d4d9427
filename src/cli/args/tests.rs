use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr as _;

use super::*;

fn parse(line: &str) -> Result<Args, NotRun> {
    Args::parse_checked(line.split(' '))
}

/// Returns the help that is asked for.
fn help(line: &str) -> String {
    match parse(line) {
        Err(NotRun::Asked(text)) => text.to_string(),
        other => panic!("`{line}`: {other:?}"),
    }
}

/// Each command as it can be typed, with what it cannot do without.
const COMMANDS: [&str; 25] = [
    "init",
    "add nginx",
    "remove nginx",
    "set nginx",
    "list",
    "check",
    "plan",
    "apply",
    "watch --every 1h",
    "show p.json",
    "report merge p.json",
    "drift",
    "page out",
    "doctor",
    "diff a b",
    "tags a",
    "lock",
    "map",
    "import images.txt",
    "rewrite a.yaml",
    "schema mirror",
    "completions bash",
    "man",
    "version",
    "demo",
];

#[test]
fn the_definition_holds_together() {
    Args::command().debug_assert();
}

#[test]
fn shared_options_stand_on_either_side() {
    for line in ["pusher -f a.txt plan", "pusher plan -f a.txt"] {
        assert_eq!(parse(line).unwrap().global.file, Some("a.txt".into()));
    }
    for line in ["pusher --format json plan", "pusher plan --format json"] {
        assert_eq!(parse(line).unwrap().global.format(), Format::Json);
    }
    for line in ["pusher --no-cache lock", "pusher lock --no-cache"] {
        assert!(parse(line).unwrap().global.no_cache);
    }
    let both = parse("pusher -f a.txt plan -f b.txt").unwrap();
    assert_eq!(both.global.file, Some("b.txt".into()));
}

#[test]
fn a_command_takes_what_its_help_names_and_nothing_else() {
    let all = [
        "--file a",
        "--format json",
        "--no-cache",
        "--quiet",
        "--verbose",
        "--color never",
    ];
    let mut refused = vec![];
    for typed in COMMANDS {
        // What stands below a command has a help of its own.
        let name = match typed {
            "report merge p.json" => "report merge",
            typed => typed.split(' ').next().unwrap(),
        };
        let help = help(&format!("pusher {name} --help"));
        for option in all {
            let word = option.split(' ').next().unwrap();
            let is_named = help.contains(word);
            for line in [
                format!("pusher {typed} {option}"),
                format!("pusher {option} {typed}"),
            ] {
                assert_eq!(parse(&line).is_ok(), is_named, "{line}");
            }
            if !is_named {
                refused.push(format!("{name} {word}"));
            }
        }
    }
    assert_eq!(
        refused,
        [
            "init --file",
            "init --format",
            "init --no-cache",
            "add --format",
            "add --no-cache",
            "remove --format",
            "remove --no-cache",
            "set --format",
            "set --no-cache",
            "list --no-cache",
            "check --no-cache",
            "watch --format",
            "show --file",
            "show --no-cache",
            "report merge --file",
            "report merge --no-cache",
            "page --format",
            "doctor --no-cache",
            "diff --no-cache",
            "tags --no-cache",
            "map --no-cache",
            "import --file",
            "import --format",
            "import --no-cache",
            "rewrite --no-cache",
            "schema --file",
            "schema --format",
            "schema --no-cache",
            "completions --file",
            "completions --format",
            "completions --no-cache",
            "man --file",
            "man --format",
            "man --no-cache",
            "version --file",
            "version --format",
            "version --no-cache",
            "demo --file",
            "demo --format",
            "demo --no-cache",
        ]
    );
}

#[test]
fn every_command_is_in_the_tests() {
    let command = Args::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let tested = COMMANDS.map(|typed| typed.split(' ').next().unwrap());
    assert!(names.eq(tested));
    for typed in COMMANDS {
        let args = parse(&format!("pusher {typed}")).unwrap();
        assert!(typed.starts_with(args.command.name()), "{typed}");
    }
}

#[test]
fn refuses_what_would_do_nothing() {
    for line in [
        "pusher plan -q -v",
        "pusher list --detailed-exitcode",
        "pusher plan --offline --no-cache",
        "pusher plan --offline --detailed-exitcode",
        "pusher plan --offline --out p.json",
        "pusher --no-cache plan --offline",
        "pusher lock --check --no-cache",
        "pusher --no-cache lock --check",
        "pusher lock --check --update",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn help_texts_are_imperative_lines_without_a_final_period() {
    let command = Args::command();
    let commands = command.get_subcommands().chain([&command]);
    for command in commands {
        let about = command.get_about().unwrap().to_string();
        let options = command.get_arguments().filter_map(|a| a.get_help());
        for text in options.map(ToString::to_string).chain([about]) {
            assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
            assert!(text.starts_with(char::is_uppercase), "{text}");
        }
    }
}

/// Returns each `pusher …` in what is typed into a shell; what stands in quotes is one word.
fn commands_in(typed: &str) -> Vec<String> {
    let kept = |c: char| match c {
        ' ' => Some('\t'),
        '*' | '/' => Some(c),
        c => c.is_alphanumeric().then_some(c),
    };
    let word = |(at, part): (usize, &str)| match at % 2 {
        0 => part.to_owned(),
        _ => part.chars().filter_map(kept).collect(),
    };
    let typed: String = typed.split('\'').enumerate().map(word).collect();
    let parts = typed.split(['<', '(', ')', '>', '|', '&', ';']);
    let commands = parts
        .map(str::trim)
        .filter(|part| part.starts_with("pusher "));
    commands.map(str::to_owned).collect()
}

#[test]
fn every_command_has_examples_that_can_be_typed() {
    let command = Args::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let names: Vec<_> = names.chain(["pusher"]).collect();
    let with_examples = examples::EXAMPLES.map(|(name, _)| name);
    for name in &names {
        assert!(with_examples.contains(name), "no examples of `{name}`");
    }
    assert_eq!(with_examples.len(), names.len());
    for (name, examples) in examples::EXAMPLES {
        assert!(!examples.is_empty(), "no examples of `{name}`");
        for examples::Example { typed, purpose } in examples {
            let commands = commands_in(typed);
            let parsed = commands.iter().map(|line| match parse(line) {
                Ok(args) => args.command.name(),
                Err(error) => panic!("`{line}`: {error:?}"),
            });
            let parsed: Vec<_> = parsed.collect();
            let is_about_it = name == "pusher" && !parsed.is_empty() || parsed.contains(&name);
            assert!(is_about_it, "`{typed}` is no example of `{name}`");
            assert!(
                !purpose.english.ends_with('.') && !purpose.chinese.ends_with('。'),
                "{purpose:?}"
            );
        }
    }
}

/// Returns the short and the long help of the program and of each command.
fn helps() -> impl Iterator<Item = (String, String)> {
    let names = COMMANDS
        .iter()
        .map(|typed| typed.split(' ').next().unwrap());
    names.chain([""]).map(|name| {
        let line = format!("pusher {name}");
        let line = line.trim_end();
        (help(&format!("{line} -h")), help(&format!("{line} --help")))
    })
}

#[test]
fn the_long_help_has_examples_and_the_short_one_is_short() {
    let names = COMMANDS.map(|typed| typed.split(' ').next().unwrap());
    for (language, heading) in [
        (Language::English, "Examples:"),
        (Language::Chinese, "示例："),
    ] {
        for (short, long) in language.speak(|| helps().collect::<Vec<_>>()) {
            assert!(long.contains(&format!("\n{heading}\n  ")), "{long}");
            assert!(!short.contains(heading), "{short}");
            // The list of all commands grows by a line with each; what is around it does not.
            let lists = |line: &&str| {
                let word = line
                    .strip_prefix("  ")
                    .and_then(|line| line.split(' ').next());
                word.is_some_and(|word| names.contains(&word))
            };
            let commands = short.lines().filter(lists).count();
            let limit = if commands == 0 { 50 } else { 25 + names.len() };
            assert!(short.lines().count() < limit, "{short}");
            // Nothing is broken where clap is not told of a terminal.
            let wide: Vec<_> = long.lines().filter(|line| line.width() > 100).collect();
            assert!(wide.is_empty(), "{wide:#?}");
        }
    }
}

#[test]
fn help_lays_out_the_same_in_chinese_and_nothing_of_it_is_in_english() {
    let lays_out = |help: &str| {
        let lines = help
            .lines()
            .filter(|line| line.trim_start().starts_with('-'));
        // What an option means may stand behind it.
        let options = lines.map(|line| line.trim().split("  ").next().unwrap().to_owned());
        options.collect::<Vec<_>>()
    };
    let [english, chinese] = [Language::English, Language::Chinese].map(|language| {
        language.speak(|| {
            helps()
                .flat_map(|(short, long)| [short, long])
                .collect::<Vec<_>>()
        })
    });
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(lays_out(english), lays_out(chinese));
        for words in [
            "Usage",
            "Commands",
            "Arguments",
            "Options",
            "default:",
            "possible",
            "Print",
        ] {
            assert!(!chinese.contains(words), "{words}: {chinese}");
        }
    }
}

/// Returns every sentence of a definition in which clap's own are there.
fn sentences(command: &clap::Command, found: &mut BTreeSet<String>) {
    let arguments = command.get_arguments();
    let helps = arguments.flat_map(|argument| [argument.get_help(), argument.get_long_help()]);
    let all = helps.chain([command.get_about(), command.get_long_about()]);
    for text in all.flatten().map(ToString::to_string) {
        found.extend(text.split("\n\n").map(str::to_owned));
    }
    for command in command.get_subcommands() {
        sentences(command, found);
    }
}

#[test]
fn each_sentence_of_the_help_is_there_in_chinese_and_no_other() {
    let mut program = Args::command();
    program.build();
    let mut said = BTreeSet::new();
    sentences(&program, &mut said);
    let known: BTreeSet<_> = sentences::SENTENCES
        .iter()
        .map(|known| known.english.to_owned())
        .collect();
    let missing: Vec<_> = said.difference(&known).collect();
    assert!(missing.is_empty(), "without Chinese: {missing:#?}");
    let stale: Vec<_> = known.difference(&said).collect();
    assert!(stale.is_empty(), "no longer said: {stale:#?}");
    assert_eq!(
        known.len(),
        sentences::SENTENCES.len(),
        "one is there twice"
    );
}

#[test]
fn an_option_without_its_value_is_answered_with_the_usage_of_its_command() {
    for (typed, wanted) in [
        ("pusher list --to", "pusher list "),
        ("pusher -q drift --kind", "pusher drift "),
        ("pusher --file", "pusher [OPTIONS] <COMMAND>"),
    ] {
        match Args::parse_checked(typed.split(' ')) {
            Err(NotRun::Refused { usage, .. }) => assert!(usage.starts_with(wanted), "{usage}"),
            other => panic!("{typed}: {other:?}"),
        }
    }
}
