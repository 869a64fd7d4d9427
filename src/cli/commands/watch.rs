//! `watch`: plan and apply for ever, on a schedule.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Local, Utc};
use tokio::time::{MissedTickBehavior, interval};

use crate::cli::applying::{Applied, carry_out, plan};
use crate::cli::args::{ApplyingArgs, GlobalArgs, StickArgs, WatchArgs};
use crate::cli::clock;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::failed::tell;
use crate::cli::files;
use crate::cli::health::Health;
use crate::cli::metrics::pulls_left;
use crate::cli::notices::{Notices, of_error};
use crate::cli::outputs::Outputs;
use crate::cli::report::{answer, keep};
use crate::cli::rounds::Rounds;
use crate::cli::schedule::{Schedule, Times, chance};
use crate::model::Text;
use crate::notices::Told;
use crate::plan::{Outcome, Report};
use crate::render::metrics::{Name, Run, of_round};
use crate::render::units::{Noun, counted};
use crate::render::{self, Format, View};

/// The time that passes between rounds; a test has one of its own.
pub trait Pace: Sync {
    /// Returns what time it is.
    fn now(&self) -> DateTime<Utc>;
    /// Lets time pass.
    fn wait(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// The time of this machine.
struct RealTime;

impl Pace for RealTime {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

/// How long is waited before the clock is looked at again: it may have been set, and stands still in no sleep of
/// the machine, as what is waited by does.
const SLICE: Duration = Duration::from_secs(20);
/// How often a round that is under way is seen to move.
const BEAT: Duration = Duration::from_secs(5);

const WATCH: &str = "watch";

/// Begins rounds until somebody asks it to stop.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &WatchArgs,
) -> Result<Exit, CommandError> {
    rounds(context, global, options, &RealTime).await
}

/// Does the same at any pace.
///
/// # Errors
///
/// What was typed, or stands in the environment, cannot be done. What is wrong with files and registries ends nothing:
/// the round fails, and the next one looks again.
pub async fn rounds(
    context: &Context,
    global: &GlobalArgs,
    options: &WatchArgs,
    pace: &impl Pace,
) -> Result<Exit, CommandError> {
    let context = &context.pushing();
    let schedule = require_schedule(global, options)?;
    Outputs::check(context, options.applying.named())?;
    let notices = Notices::of(&context.environment)?;
    let rounds = Arc::new(Rounds::new(Name {
        run: WATCH,
        command: WATCH,
    }));
    let _health = match options.address() {
        Some(address) => {
            let (health, address) = Health::open(address, Arc::clone(&rounds)).await?;
            context.printer.say_line(text!(
                "how it goes is told at http://{address}/healthz, /readyz and /metrics",
                "运行状况见 http://{address}/healthz、/readyz 和 /metrics"
            ));
            Some(health)
        }
        None => None,
    };
    let mut watch = Watch {
        context,
        global,
        applying: &options.applying,
        schedule,
        notices,
        told: Told::default(),
        rounds,
        first: pace.now(),
        has_shown: false,
        in_place: None,
    };
    loop {
        watch.round().await;
        if context.stop.was_made() || !watch.wait(pace).await {
            return Ok(Exit::Done);
        }
    }
}

/// Returns when rounds begin, where that can be done.
fn require_schedule(global: &GlobalArgs, options: &WatchArgs) -> Result<Schedule, CliError> {
    if global.file.as_deref().is_some_and(files::is_standard_input) {
        let message = text!(
            "each round reads the files anew, and standard input can be read once",
            "每一轮都重新读取文件，而标准输入只能读一次"
        );
        return Err(CliError::new(message).hint(text!(
            "keep the list in a file, and name it with `--file`",
            "把列表存成文件，用 `--file` 指定"
        )));
    }
    let schedule = options.schedule();
    if let Times::Every(interval) = schedule.times
        && schedule.jitter >= interval
    {
        return Err(CliError::new(text!(
            "`--jitter` is no shorter than `--every`",
            "`--jitter` 不比 `--every` 短"
        )));
    }
    Ok(schedule)
}

/// What goes on for ever.
struct Watch<'a> {
    context: &'a Context,
    global: &'a GlobalArgs,
    applying: &'a ApplyingArgs,
    schedule: Schedule,
    notices: Notices,
    told: Told,
    rounds: Arc<Rounds>,
    /// From when on intervals are counted.
    first: DateTime<Utc>,
    /// Whether a report was printed.
    has_shown: bool,
    /// How many images the last round found in place, where that was all that there is to say.
    in_place: Option<usize>,
}

impl Watch<'_> {
    /// Does what `apply` does, and tells what came of it.
    async fn round(&mut self) {
        let begun = Instant::now();
        self.rounds.begun();
        self.in_place = None;
        let rounds = Arc::clone(&self.rounds);
        let applied = beating(&rounds, self.apply()).await;
        let printer = &self.context.printer;
        let (exit, reports, pulls_left) = match applied {
            Ok(applied) => {
                let left = pulls_left(&applied.client);
                let reports = applied.reports;
                let places = || reports.iter().map(render::notice::of_report).collect();
                let told = &mut self.told;
                self.notices
                    .tell_news(self.context, WATCH, told, places)
                    .await;
                (applied.exit, reports, left)
            }
            Err(error) => {
                if let Some(message) = of_error(&error) {
                    let told = &mut self.told;
                    let places = || vec![render::notice::of_error(&message)];
                    self.notices
                        .tell_news(self.context, WATCH, told, places)
                        .await;
                }
                let exit = tell(printer, self.global.format(), error);
                (exit, vec![], BTreeMap::new())
            }
        };
        if exit == Exit::Interrupted {
            return;
        }
        let run = Run {
            name: WATCH,
            command: WATCH,
            ended: clock::now(),
            seconds: begun.elapsed().as_secs_f64(),
            status: exit.code(),
            pulls_left,
        };
        // What is left for later may never fit: nobody should take that for done.
        let went_well = exit == Exit::Done;
        self.rounds
            .ended(went_well, run.ended, |to| of_round(&run, &reports, to));
    }

    async fn apply(&mut self) -> Result<Applied, CommandError> {
        let (global, options) = (self.global, self.applying);
        // Its time begins now.
        let context = &self.context.within(&options.bounds);
        let none = StickArgs::default();
        let outputs = Outputs::check(context, options.named())?;
        let planning = plan(context, global, options, &none, &outputs).await?;
        let mut applied = carry_out(context, options, &none, planning).await?;
        let is_news = !self.has_shown || global.verbose > 0 || applied.reports.iter().any(is_news);
        let render =
            |format: Format, view: &View, to: &mut dyn fmt::Write| applied.render(format, view, to);
        if is_news {
            answer(context, global, &options.report, render)?;
            self.has_shown = true;
        } else {
            keep(context, &options.report, render)?;
            let outcomes = applied.reports.iter().map(|report| report.outcomes.len());
            self.in_place = Some(outcomes.sum());
        }
        applied.tell_rest(context, &none)?;
        Ok(applied)
    }

    /// Waits for the next round; tells whether there is to be one.
    async fn wait(&mut self, pace: &impl Pace) -> bool {
        let stopped = self.context.stop.made();
        tokio::pin!(stopped);
        let mut seen = pace.now();
        let mut next = self.announce(seen);
        loop {
            self.rounds.beat();
            let left = (next - seen).to_std().unwrap_or_default();
            if left.is_zero() {
                return true;
            }
            tokio::select! {
                () = pace.wait(left.min(SLICE)) => {}
                () = &mut stopped => return false,
            }
            let now = pace.now();
            if now < seen {
                // The clock was put back, and what was counted by it is of no use.
                self.first = now;
                next = self.announce(now);
            }
            seen = now;
        }
    }

    /// Says when the next round begins.
    fn announce(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        let next = self
            .schedule
            .next(self.first, &now.with_timezone(&Local), chance());
        self.rounds.next(next);
        let shown = next.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S %:z");
        let printer = &self.context.printer;
        match self.in_place.take() {
            Some(count) => {
                let images = Text::of(|| counted(count, Noun::Image));
                printer.say_line(text!(
                    "nothing to do, {images} in place; the next round begins at {shown}",
                    "没有要做的，{images}都在；下一轮开始于 {shown}"
                ));
            }
            None => printer.say_line(text!(
                "the next round begins at {shown}",
                "下一轮开始于 {shown}"
            )),
        }
        next
    }
}

/// Tells whether something happened that those who read a log want to see.
fn is_news(report: &Report) -> bool {
    let mut outcomes = report.outcomes.iter();
    report.interrupted
        || !report.is_attested()
        || outcomes.any(|outcome| *outcome != Outcome::Unchanged)
}

/// Does some work, and shows meanwhile that it moves. What keeps this task from being run shows as well.
async fn beating<T>(rounds: &Rounds, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = beats.tick() => rounds.beat(),
        }
    }
}
