//! What takes a while: it can be stopped, and shows that it is alive.

use std::sync::Arc;

use crate::progress::Progress;

use super::context::Context;
use super::error::CommandError;
use super::exit::Exit;
use super::progress::{Display, Phase};

/// Reads from registries until it is done or someone asks to stop, and shows that it is alive.
pub(super) async fn reading<T>(
    context: &Context,
    images: usize,
    read: impl AsyncFnOnce(&Progress) -> T,
) -> Result<T, CommandError> {
    let progress = Arc::new(Progress::new(images));
    let display = Display::start(&context.printer, &progress, Phase::Reading);
    tokio::select! {
        done = read(&progress) => {
            drop(display);
            Ok(done)
        }
        () = context.stop.made() => {
            drop(display);
            let message = text!("stopped; nothing was changed", "已停止，什么都没有改动");
            Err(CommandError::Stopped(Exit::Interrupted, message))
        }
        () = context.limits.over() => {
            drop(display);
            let message = text!(
                "the time of `--deadline` was over before the plan was made; nothing was changed",
                "计划还没做完，`--deadline` 就到了；什么都没有改动"
            );
            Err(CommandError::Stopped(Exit::Pending, message))
        }
    }
}
