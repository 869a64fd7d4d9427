//! What other programs read of the command line: completions, the manual page.

use std::process::{Command, Output};

use pusher::cli::args::Args;
use pusher::cli::variables::Variable;

use super::harness::Place;
use crate::support::tools;

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// Returns what a program says, if it is there.
fn said(program: &str, arguments: &[&str], place: &Place) -> Option<Output> {
    let program = tools::installed(program)?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(place.path());
    Some(command.env("LC_ALL", "C.UTF-8").output().unwrap())
}

fn write_completions(place: &Place, shell: &str) -> String {
    let ran = place.run(&format!("completions {shell}"));
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{shell}");
    std::fs::write(place.path().join(shell), &ran.stdout).unwrap();
    ran.stdout
}

#[test]
fn every_shell_gets_a_script_that_it_can_read() {
    let place = Place::empty();
    let chinese = Place::empty().variable("PUSHER_LANG", "zh");
    let command = Args::command();
    let all = SHELLS
        .iter()
        .flat_map(|shell| [(*shell, &place), (*shell, &chinese)]);
    for (shell, place) in all {
        let script = write_completions(place, shell);
        for command in command.get_subcommands() {
            assert!(script.contains(command.get_name()), "{shell}");
        }
        assert!(script.contains("detailed-exitcode"), "{shell}");
        let check: &[&str] = match shell {
            "bash" | "zsh" => &["-n", shell],
            "fish" => &["--no-execute", shell],
            "elvish" => &["-compileonly", shell],
            _ => continue,
        };
        if let Some(read) = said(shell, check, place) {
            assert!(read.status.success(), "{shell}: {read:?}");
        }
    }
}

#[test]
fn who_types_is_told_in_chinese_what_an_option_does() {
    let place = Place::empty().variable("PUSHER_LANG", "zh");
    let script = write_completions(&place, "zsh");
    for told in [
        "只输出结果和错误",
        "列出保存的计划",
        "中文",
        "upstream-moved",
    ] {
        assert!(script.contains(told), "{told}");
    }
}

#[test]
fn bash_completes_what_is_typed() {
    let place = Place::empty();
    write_completions(&place, "bash");
    let completed = |words: &str| {
        let typed: Vec<_> = words.split(' ').collect();
        let (at, [.., before, last]) = (typed.len() - 1, &typed[..]) else {
            panic!("{words}");
        };
        let script = format!(
            "source ./bash; COMP_WORDS=({words}); COMP_CWORD={at}; _pusher pusher {last} {before}; \
             echo \"${{COMPREPLY[*]}}\""
        );
        let said = said("bash", &["-c", &script], &place).unwrap();
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(completed("pusher dri"), "drift");
    assert_eq!(completed("pusher plan --detailed"), "--detailed-exitcode");
    assert_eq!(completed("pusher plan --format mark"), "markdown");
    assert_eq!(completed("pusher schema mirr"), "mirror");
    assert_eq!(completed("pusher completions f"), "fish");
}

#[test]
fn the_manual_page_has_it_all() {
    let place = Place::empty();
    let ran = place.run("man");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let page = ran.stdout;
    let heads = page.lines().filter(|line| line.starts_with(".SH"));
    let heads: Vec<_> = heads.map(|line| line[4..].trim_matches('"')).collect();
    let sections = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "COMMANDS",
        "EXAMPLES",
        "EXIT STATUS",
        "ENVIRONMENT",
        "VERSION",
    ];
    assert_eq!(heads, sections);
    let command = Args::command();
    for command in command.get_subcommands() {
        let name = command.get_name();
        let (_, from) = page
            .split_once(&format!("\n.SS \"pusher {name}\"\n"))
            .unwrap();
        let part = from.split("\n.S").next().unwrap();
        for argument in command.get_arguments().filter_map(clap::Arg::get_long) {
            let option = format!("\\-\\-{}", argument.replace('-', "\\-"));
            assert!(part.contains(&option), "{name}: {option}");
        }
        assert!(part.contains("\nExamples:\n.TP\n"), "{name}: {part}");
    }
    for variable in Variable::ALL {
        assert!(
            page.contains(&format!("\n\\fB{variable}\\fR\n")),
            "{variable}"
        );
    }
    // Its readers understand these.
    let known = [
        "TH", "SH", "SS", "PP", "TP", "RS", "RE", "IP", "br", "ie", "el",
    ];
    for line in page.lines().filter_map(|line| line.strip_prefix('.')) {
        let word = line.split(' ').next().unwrap();
        assert!(known.contains(&word), ".{line}");
    }
}

#[test]
fn the_manual_page_is_read_without_a_warning() {
    let place = Place::empty();
    std::fs::write(place.path().join("pusher.1"), place.run("man").stdout).unwrap();
    if let Some(read) = said("man", &["--warnings", "-l", "pusher.1"], &place) {
        let complaints = String::from_utf8_lossy(&read.stderr);
        assert!(
            read.status.success() && complaints.is_empty(),
            "{complaints}"
        );
    }
    if let Some(read) = said("mandoc", &["-Tlint", "-Wwarning", "pusher.1"], &place) {
        let complaints = String::from_utf8_lossy(&read.stdout);
        // The page has no date, so that it is the same whenever it is made.
        let others = complaints
            .lines()
            .filter(|line| !line.contains("missing date"));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
