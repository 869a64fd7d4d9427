//! Ctrl-C and the request to terminate: the first asks for a clean stop, the second is obeyed.

use std::sync::Arc;

use tokio::sync::watch;

use super::exit::Exit;
use super::printer::Printer;

/// Tells from now on whether a clean stop was asked for.
pub fn listen(printer: Arc<Printer>) -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    let signals = Signals::new();
    tokio::spawn(async move {
        if let Some(mut signals) = signals {
            signals.next().await;
            // Said first: a run that is soon over would end before its user knows why.
            printer.say_line("stopping cleanly; once more to stop at once");
            stop.send_replace(true);
            signals.next().await;
            let _ = printer.bars().clear();
            std::process::exit(Exit::Interrupted.code().into());
        }
        // Nobody can ask: the channel stays open, so that this is not taken for an answer.
        stop.closed().await;
    });
    stopped
}

/// Waits until a clean stop is asked for.
pub async fn asked(mut stopped: watch::Receiver<bool>) {
    if stopped.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// `SIGXFSZ`, which most systems number alike.
#[cfg(unix)]
const SIZE_LIMIT: i32 = 25;

/// The signals that ask for a stop; they are caught from the moment this is made.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // Past a limit on the size of files (`ulimit -f`) a write fails, as on a full disk; were this
        // signal not caught, the process would end in the middle of it.
        drop(signal(SignalKind::from_raw(SIZE_LIMIT)));
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that ask for a stop; they are caught from the moment this is made.
#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn new() -> Option<Self> {
        let interrupt = tokio::signal::windows::ctrl_c().ok()?;
        Some(Self { interrupt })
    }

    async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
