//! `man`: the manual page. It is one, with every command in it, so that `man pusher` has it all.

use std::io;

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::args::{Args, OTHER_VARIABLES, examples};
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::variables::Variable;

/// Prints the page.
pub(super) fn run(context: &Context) -> Result<Exit, CommandError> {
    let page = page(Args::command()).map_err(|error| {
        CliError::new(text!(
            "cannot make the manual page: {error}",
            "无法生成手册页：{error}"
        ))
    })?;
    context.printer.answer(|to| to.write_str(&page))?;
    Ok(Exit::Done)
}

fn page(mut program: clap::Command) -> io::Result<String> {
    program.build();
    // An empty date would be left out, and the version would stand in its place.
    let page = Man::new(program.clone())
        .title("PUSHER")
        .date("\"\"")
        .manual("User Commands");
    let mut bytes = Vec::new();
    page.render_title(&mut bytes)?;
    page.render_name_section(&mut bytes)?;
    page.render_synopsis_section(&mut bytes)?;
    page.render_description_section(&mut bytes)?;
    page.render_options_section(&mut bytes)?;
    section("COMMANDS").to_writer(&mut bytes)?;
    let commands = program.get_subcommands();
    for command in commands.filter(|command| command.get_name() != "help") {
        write_command(command, &mut bytes)?;
    }
    write_examples(&mut section("EXAMPLES"), "pusher", &mut bytes)?;
    let mut statuses = section("EXIT STATUS");
    for exit in Exit::ALL {
        entry(&mut statuses, &exit.code().to_string(), exit.meaning());
    }
    statuses.to_writer(&mut bytes)?;
    let mut environment = section("ENVIRONMENT");
    for variable in Variable::ALL {
        entry(&mut environment, variable.name(), variable.meaning());
    }
    environment
        .control("PP", [])
        .text([roman(OTHER_VARIABLES.as_str())]);
    environment.to_writer(&mut bytes)?;
    page.render_version_section(&mut bytes)?;
    // Each part begins with the same definition; once is enough.
    let text = String::from_utf8_lossy(&bytes);
    let definition = Roff::new().render();
    Ok(format!("{definition}{}", text.replace(&definition, "")))
}

/// Writes what a command does, what it takes beside what all take, and its examples.
fn write_command(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let own = command.clone().mut_args(|argument| {
        let is_everywhere = argument.is_global_set() || argument.get_id() == "help";
        argument.hide(is_everywhere)
    });
    let own = Man::new(own);
    let title = format!("pusher {}", command.get_name());
    Roff::new()
        .control("SS", [title.as_str()])
        .to_writer(page)?;
    write_below_heading(page, |to| own.render_synopsis_section(to))?;
    Roff::new().control("PP", []).to_writer(page)?;
    write_below_heading(page, |to| own.render_description_section(to))?;
    write_below_heading(page, |to| own.render_options_section(to))?;
    let mut heading = Roff::new();
    heading.control("PP", []).text([roman("Examples:")]);
    write_examples(&mut heading, command.get_name(), page)
}

/// Writes a section without its heading, which the library always puts above it.
fn write_below_heading(
    page: &mut Vec<u8>,
    render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut section = Vec::new();
    render(&mut section)?;
    let text = String::from_utf8_lossy(&section);
    let mut lines = text.lines().skip_while(|line| !line.starts_with(".SH"));
    lines.next();
    for line in lines {
        page.extend_from_slice(line.as_bytes());
        page.push(b'\n');
    }
    Ok(())
}

fn write_examples(above: &mut Roff, command: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for example in examples::of(command) {
        entry(above, example.typed, example.purpose.as_str());
    }
    above.to_writer(page)
}

fn section(heading: &str) -> Roff {
    let mut section = Roff::new();
    section.control("SH", [heading]);
    section
}

/// Adds a word, and what it means below it.
fn entry(to: &mut Roff, word: &str, meaning: &str) {
    to.control("TP", []);
    to.text([bold(word)]).text([roman(meaning)]);
}
