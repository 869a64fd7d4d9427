//! Shows how far a run is: bars on a terminal; elsewhere a plain line for each image that is copied, and one
//! now and then for the whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, interval_at};

use crate::model::Text;
use crate::progress::{Ended, ImageName, ImageProgress, Progress, Snapshot};
use crate::render::style::Signs;
use crate::render::units::bytes;

use super::printer::Printer;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Asking registries what they hold.
    Reading,
    /// Copying.
    Copying,
}

/// A display that goes on until it is dropped, and leaves nothing behind.
#[must_use = "the display ends when it is dropped"]
pub struct Display {
    task: JoinHandle<()>,
    bars: Arc<Mutex<Bars>>,
}

/// How often the bars are drawn.
const FRAME: Duration = Duration::from_millis(100);
/// How often a plain line for the whole is printed, if something has changed.
const LINE: Duration = Duration::from_secs(10);
/// How often plain lines for images are. What ends before is told by the answer just as soon.
const IMAGES: Duration = Duration::from_secs(1);
/// How many images have a line of their own: the log of a run over thousands stays one that can be read.
const LINES_AT_MOST: usize = 200;
/// How many of the images in flight are shown.
const IMAGES_SHOWN: usize = 6;

impl Display {
    /// Begins to show `progress`.
    pub fn start(printer: &Arc<Printer>, progress: &Arc<Progress>, phase: Phase) -> Self {
        let (to, progress) = (printer.clone(), progress.clone());
        let bars = Arc::new(Mutex::new(Bars::new(printer.clone(), phase)));
        let drawn = bars.clone();
        let task = if printer.talks_to_a_person() {
            tokio::spawn(async move { draw(&drawn, &progress).await })
        } else {
            if phase == Phase::Copying {
                progress.note_ended();
            }
            tokio::spawn(async move { write(&to, &progress, phase).await })
        };
        Self { task, bars }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.task.abort();
        // The task may be in the middle of a frame, and nothing is to be drawn after this.
        lock(&self.bars).end();
    }
}

fn lock(bars: &Mutex<Bars>) -> MutexGuard<'_, Bars> {
    bars.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn write(printer: &Printer, progress: &Progress, phase: Phase) {
    let every = |time| {
        let mut ticks = interval_at(tokio::time::Instant::now() + time, time);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    };
    let (mut lines, mut images) = (every(LINE), every(IMAGES));
    let mut last = progress.snapshot();
    let mut left = LINES_AT_MOST;
    loop {
        tokio::select! {
            _ = images.tick() => {
                for line in image_lines(progress, phase, &mut left) {
                    printer.say_line(line);
                }
            }
            _ = lines.tick() => {
                let now = progress.snapshot();
                if now != last {
                    printer.say_line(plain_line(&now, phase));
                    last = now;
                }
            }
        }
    }
}

/// Returns a line for each image that was copied since, as long as some are `left`.
fn image_lines(progress: &Progress, phase: Phase, left: &mut usize) -> Vec<Text> {
    let ended = progress.take_ended();
    if phase == Phase::Reading || *left == 0 {
        return vec![];
    }
    let total = progress.snapshot().images_total;
    let line = |ended: &Ended| {
        let Ended {
            image,
            well,
            number,
            bytes: size,
        } = ended;
        if *well && *size == 0 {
            text!(
                "{number} of {total}: `{image}` is done",
                "{number}/{total}：`{image}` 已完成"
            )
        } else if *well {
            text!(
                "{number} of {total}: `{image}` is done, {}",
                "{number}/{total}：`{image}` 已完成，{}",
                bytes(*size)
            )
        } else {
            text!(
                "{number} of {total}: `{image}` is not done; why is told at the end",
                "{number}/{total}：`{image}` 没有完成；原因最后一起说明"
            )
        }
    };
    let mut lines: Vec<_> = ended.iter().take(*left).map(line).collect();
    *left -= lines.len();
    if *left == 0 {
        lines.push(text!(
            "from here on, no image has a line of its own",
            "之后的镜像不再逐个列出"
        ));
    }
    lines
}

fn plain_line(snapshot: &Snapshot, phase: Phase) -> Text {
    let Snapshot {
        images_total,
        images_done,
        bytes_total,
        bytes_done,
        in_flight: _,
    } = *snapshot;
    match phase {
        Phase::Reading => text!(
            "reading: {images_done} of {images_total} images",
            "正在读取：{images_done}/{images_total} 个镜像"
        ),
        Phase::Copying => text!(
            "copying: {images_done} of {images_total} images, {} of {}",
            "正在拷贝：{images_done}/{images_total} 个镜像，{}/{}",
            bytes(bytes_done),
            bytes(bytes_total)
        ),
    }
}

async fn draw(bars: &Mutex<Bars>, progress: &Progress) {
    let mut ticks = interval(FRAME);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    // What takes less than a frame is not worth a flicker.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        lock(bars).show(&progress.snapshot());
    }
}

/// One bar for the whole, and above it a line for each of the first images in flight.
struct Bars {
    printer: Arc<Printer>,
    phase: Phase,
    /// None until the first frame, and after the last.
    whole: Option<ProgressBar>,
    images: Vec<ProgressBar>,
    is_over: bool,
}

impl Bars {
    fn new(printer: Arc<Printer>, phase: Phase) -> Self {
        Self {
            printer,
            phase,
            whole: None,
            images: Vec::new(),
            is_over: false,
        }
    }

    fn show(&mut self, now: &Snapshot) {
        if self.is_over {
            return;
        }
        let (position, length) = match self.phase {
            Phase::Reading => (now.images_done as u64, now.images_total as u64),
            Phase::Copying => (now.bytes_done, now.bytes_total),
        };
        let printer = self.printer.clone();
        let screen = printer.screen();
        let whole = self.whole.get_or_insert_with(|| {
            let whole = screen.add(ProgressBar::no_length());
            let template = printer.language().speak(|| template(self.phase));
            whole.set_style(style(template, printer.bar_signs()));
            whole
        });
        whole.set_length(length);
        whole.set_position(position);
        let (done, total) = (now.images_done, now.images_total);
        let language = printer.language();
        whole.set_prefix(language.speak(|| tr!("{done}/{total} images", "{done}/{total} 个镜像")));
        whole.tick();
        let whole = whole.clone();
        if self.phase == Phase::Copying {
            self.show_images(&screen, &now.in_flight, &whole);
        }
    }

    /// Takes everything from the screen, for good.
    fn end(&mut self) {
        self.is_over = true;
        let screen = self.printer.screen();
        for bar in self.images.drain(..).chain(self.whole.take()) {
            bar.finish_and_clear();
            screen.remove(&bar);
        }
        let _ = screen.clear();
    }

    fn show_images(
        &mut self,
        screen: &MultiProgress,
        in_flight: &[(ImageName, ImageProgress)],
        whole: &ProgressBar,
    ) {
        let shown = in_flight.len().min(IMAGES_SHOWN);
        while self.images.len() > shown {
            if let Some(bar) = self.images.pop() {
                bar.finish_and_clear();
                screen.remove(&bar);
            }
        }
        while self.images.len() < shown {
            let line = ProgressBar::no_length();
            let line = screen.insert_before(whole, line);
            line.set_style(style("  {wide_msg}", self.printer.bar_signs()));
            self.images.push(line);
        }
        let more = in_flight.len() - shown;
        for (position, (bar, (name, image))) in self.images.iter().zip(in_flight).enumerate() {
            let is_last = position + 1 == shown;
            let message = self.printer.language().speak(|| {
                let line = image_line(name, *image);
                match more {
                    1.. if is_last => tr!("{line}  (and {more} more)", "{line}（还有 {more} 个）"),
                    _ => line,
                }
            });
            bar.set_message(message);
        }
    }
}

fn template(phase: Phase) -> &'static str {
    match phase {
        Phase::Reading => tr_word!(
            "{spinner} reading {bar:30} {pos}/{len} images",
            "{spinner} 正在读取 {bar:30} {pos}/{len} 个镜像"
        ),
        Phase::Copying => tr_word!(
            "{spinner} {prefix} {wide_bar} {binary_bytes}/{binary_total_bytes} \
             {binary_bytes_per_sec} {eta} left",
            "{spinner} {prefix} {wide_bar} {binary_bytes}/{binary_total_bytes} \
             {binary_bytes_per_sec} 还要 {eta}"
        ),
    }
}

fn image_line(name: &ImageName, image: ImageProgress) -> String {
    let done = bytes(image.done);
    match image.total {
        None => format!("{name}"),
        Some(total) => tr!("{name}  {done} of {}", "{name}  {done}/{}", bytes(total)),
    }
}

fn style(template: &str, signs: Signs) -> ProgressStyle {
    // A template that does not parse is a mistake that the tests find.
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    match signs {
        Signs::Unicode => style.progress_chars("━╸ "),
        Signs::Ascii => style.progress_chars("=> ").tick_chars("-\\|/ "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;
    use crate::plan::TargetName;

    #[test]
    fn each_image_that_is_copied_has_a_line_but_not_thousands_of_them() {
        let progress = Progress::new(1000);
        progress.note_ended();
        let end = |number: usize| {
            let name: TargetName = format!("app:{number}").parse().unwrap();
            progress.begin(&name);
            progress.expect_bytes(&name, 1 << 20);
            if number == 2 {
                progress.fail(&name);
            } else {
                progress.add_bytes(&name, 1 << 20);
                progress.finish(&name);
            }
        };
        (1..=2).for_each(end);
        let mut left = LINES_AT_MOST;
        let lines = image_lines(&progress, Phase::Copying, &mut left);
        assert_eq!(
            lines.iter().map(Text::english).collect::<Vec<_>>(),
            [
                "1 of 1000: `app:1` is done, 1.0 MiB",
                "2 of 1000: `app:2` is not done; why is told at the end",
            ]
        );
        assert!(image_lines(&progress, Phase::Copying, &mut left).is_empty());
        (3..=900).for_each(end);
        let rest = image_lines(&progress, Phase::Copying, &mut left);
        assert_eq!(rest.len(), LINES_AT_MOST - 1);
        assert!(rest.last().unwrap().english().starts_with("from here on"));
        (901..=1000).for_each(end);
        assert!(image_lines(&progress, Phase::Copying, &mut left).is_empty());
        (1..=3).for_each(end);
        assert!(image_lines(&progress, Phase::Reading, &mut LINES_AT_MOST.clone()).is_empty());
    }

    #[test]
    fn the_bars_can_be_drawn_in_each_language() {
        for language in [Language::English, Language::Chinese] {
            for phase in [Phase::Reading, Phase::Copying] {
                let template = language.speak(|| template(phase));
                ProgressStyle::with_template(template).unwrap();
            }
        }
    }

    #[test]
    fn a_plain_line_says_how_far_the_whole_is() {
        let name = TargetName {
            repository: "nginx".to_owned(),
            tag: "1".to_owned(),
        };
        let progress = Progress::new(400);
        progress.begin(&name);
        progress.expect_bytes(&name, 3 << 20);
        progress.add_bytes(&name, 1 << 20);
        let snapshot = progress.snapshot();
        let line = |phase| plain_line(&snapshot, phase);
        assert_eq!(line(Phase::Reading).english(), "reading: 0 of 400 images");
        let copying = line(Phase::Copying);
        assert_eq!(
            copying.english(),
            "copying: 0 of 400 images, 1.0 MiB of 3.0 MiB"
        );
        let chinese = Language::Chinese.speak(|| copying.to_string());
        assert_eq!(chinese, "正在拷贝：0/400 个镜像，1.0 MiB/3.0 MiB");
        let (name, image) = &snapshot.in_flight[0];
        assert_eq!(image_line(name, *image), "nginx:1  1.0 MiB of 3.0 MiB");
    }
}
