//! `demo`: the main job on two registries inside this process, command by command.
//!
//! Each command is printed as it would be typed, then that very line is parsed and run as always.

mod stage;

use std::fmt::Display;
use std::pin::Pin;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::cli::args::Args;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::model::Text;
use crate::render::style::Tone;

use stage::Stage;

/// Runs what was typed, as every command is run.
pub(super) type Run = for<'a> fn(&'a Context, &'a Args) -> Pin<Box<dyn Future<Output = Exit> + 'a>>;

/// Plays the whole story; it ends well only if each step ends as it should.
pub(super) async fn run(context: &Context, run: Run) -> Result<Exit, CommandError> {
    // The stage has to be cleared away.
    let _stop = context.stop.heed();
    let stage = Stage::set().await?;
    let story = Story::of(context, &stage, run);
    story.tell(&text!(
        "Two registries run inside this process: {} stands in for the public ones, {} for yours. \
         Your registry wants a login, so four variables say which it is and who you are:",
        "这个进程里运行着两个仓库：{} 当作公共仓库，{} 当作你的仓库。你的仓库要登录，\
         所以用四个变量说明它是哪个、你是谁：",
        stage.source.address(),
        stage.target.address()
    ))?;
    for (name, value) in story.context.environment.variables() {
        story.prompt(format_args!("export {name}={value}"))?;
    }
    story.tell(&text!(
        "This is the list of images that it should hold:",
        "这是它应该有的镜像列表："
    ))?;
    story.prompt("cat images.txt")?;
    story.print(stage.list())?;
    story.tell(&text!(
        "Where does each image go? Two are called `alist`, so their names get a prefix:",
        "每个镜像去哪里？有两个都叫 `alist`，所以名字加了前缀："
    ))?;
    story.run("pusher list", Exit::Done).await?;
    story.tell(&text!(
        "What is missing? Nothing is written by this, and no layer is read:",
        "还缺什么？这一步什么都不写，也不读任何层："
    ))?;
    story.run("pusher plan", Exit::Done).await?;
    story.tell(&text!(
        "Copy it, layer by layer from one registry to the other, never through a disk:",
        "开始拷贝，逐层从一个仓库到另一个仓库，不经过磁盘："
    ))?;
    story.run("pusher apply --yes", Exit::Done).await?;
    check(&stage)?;
    story.tell(&text!(
        "Once more: everything is in place, so nothing is left to do:",
        "再来一次：全部就位，没有要做的了："
    ))?;
    story
        .run("pusher plan --detailed-exitcode", Exit::Done)
        .await?;
    stage.meddle();
    story.tell(&text!(
        "Now someone overwrites `nginx:1.27` in your registry, and deletes `redis`. A schedule \
         that runs this notices:",
        "现在有人覆盖了你仓库里的 `nginx:1.27`，还删掉了 `redis`。定时运行这个命令就会发现："
    ))?;
    story.run("pusher drift", Exit::Pending).await?;
    story.tell(&text!(
        "The plan says what would mend it:",
        "计划说明怎样修复："
    ))?;
    story
        .run("pusher plan --detailed-exitcode", Exit::Pending)
        .await?;
    story.tell(&text!(
        "Mend it; what is there already is not copied again:",
        "修复；已经有的不再拷贝："
    ))?;
    story.run("pusher apply --yes", Exit::Done).await?;
    check(&stage)?;
    story.run("pusher drift", Exit::Done).await?;
    story.tell(&text!(
        "That is all. For your own images: write `images.txt`, set the four variables, and run \
         `pusher plan`.",
        "就是这样。换成你自己的镜像：写好 `images.txt`，设好四个变量，运行 `pusher plan`。"
    ))?;
    Ok(Exit::Done)
}

/// Tells the story, and runs its commands on the stage.
struct Story {
    context: Context,
    run: Run,
}

impl Story {
    fn of(context: &Context, stage: &Stage, run: Run) -> Self {
        let context = Context {
            environment: stage.environment(),
            folder: stage.folder().to_owned(),
            ..context.clone()
        };
        Self { context, run }
    }

    /// Prints what a teacher would say.
    fn tell(&self, sentence: &Text) -> Result<(), CliError> {
        let view = self.context.printer.view(false);
        self.context.printer.answer(|to| {
            writeln!(to)?;
            for line in wrap(sentence.as_str(), view.width.min(80) - 2) {
                writeln!(
                    to,
                    "{}",
                    view.style.paint(Tone::Hint, format_args!("# {line}"))
                )?;
            }
            Ok(())
        })
    }

    /// Prints what would be typed.
    fn prompt(&self, typed: impl Display) -> Result<(), CliError> {
        let style = self.context.printer.view(false).style;
        let typed = style.paint(Tone::Strong, format!("$ {typed}"));
        self.context.printer.answer(|to| writeln!(to, "{typed}"))
    }

    fn print(&self, text: &str) -> Result<(), CliError> {
        self.context.printer.answer(|to| to.write_str(text))
    }

    /// Runs a line as if it had been typed, and wants it to end in one way.
    async fn run(&self, line: &str, wanted: Exit) -> Result<(), CommandError> {
        self.prompt(line)?;
        let args = Args::parse_checked(line.split(' ')).map_err(|_| {
            CliError::new(text!(
                "the demo typed `{line}`, which cannot be run",
                "演示输入了 `{line}`，这无法运行"
            ))
        })?;
        let exit = (self.run)(&self.context, &args).await;
        if exit == Exit::Pending {
            let style = self.context.printer.view(false).style;
            self.context.printer.answer(|to| {
                let status = tr_word!(
                    "(exit status 2: changes are pending)",
                    "（退出码 2：有待执行的变更）"
                );
                writeln!(to, "{}", style.paint(Tone::Faint, status))
            })?;
        }
        if self.context.stop.was_made() {
            return Err(CommandError::Said(Exit::Interrupted));
        }
        if exit == wanted {
            return Ok(());
        }
        let (code, wanted) = (exit.code(), wanted.code());
        let message = text!(
            "`{line}` ended with status {code} instead of {wanted}",
            "`{line}` 的退出码是 {code}，不是 {wanted}"
        );
        Err(CliError::new(message).into())
    }
}

/// Stops the story if the target does not hold what it should.
fn check(stage: &Stage) -> Result<(), CliError> {
    if stage.is_mirrored() {
        return Ok(());
    }
    Err(CliError::new(text!(
        "the target does not hold what was applied",
        "目标里的内容和应用的不一样"
    )))
}

/// Breaks a sentence into lines of at most `width` columns.
fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in words(sentence) {
        match lines.last_mut() {
            Some(line) if (line.as_str().width() + word.trim_end().width()) <= width => {
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let lines = lines.iter().map(|line| line.trim_end());
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns what is not broken: a word with the blank behind it, a Chinese character with the punctuation
/// behind it, which begins no line.
fn words(sentence: &str) -> Vec<&str> {
    let is_wide = |c: char| c.width() == Some(2);
    let begins_no_line = |c: char| "，。；：？！、）".contains(c);
    let mut begin = 0;
    let mut words = vec![];
    for ((_, before), (at, after)) in sentence.char_indices().zip(sentence.char_indices().skip(1)) {
        let may_break = before == ' ' || (is_wide(before) || is_wide(after)) && after != ' ';
        if may_break && !begins_no_line(after) {
            words.push(&sentence[begin..at]);
            begin = at;
        }
    }
    words.push(&sentence[begin..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrap("incomprehensible word", 5),
            ["incomprehensible", "word"]
        );
        assert_eq!(wrap("写好两行。", 8), ["写好两", "行。"]);
        assert_eq!(
            wrap("写好，`images.txt` 两行。", 8),
            ["写好，", "`images.txt`", "两行。"]
        );
    }
}
