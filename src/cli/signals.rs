//! Signals: the first asks for a clean stop, the second ends the process at once. Before there is anything to
//! stop cleanly the first ends it as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

use super::exit::Exit;
use super::printer::Printer;

/// The wish that a run stops, and whether the run would grant it.
#[derive(Debug, Default)]
pub struct StopRequest {
    made: watch::Sender<bool>,
    heeded: AtomicBool,
}

impl StopRequest {
    /// Returns what turns true when a clean stop is asked for; whoever calls this stops then. From now
    /// on the first signal no longer ends the process.
    pub fn heed(&self) -> watch::Receiver<bool> {
        self.heeded.store(true, Ordering::SeqCst);
        self.wish()
    }

    /// Returns what turns true when a clean stop is asked for, for whoever only helps with that.
    pub fn wish(&self) -> watch::Receiver<bool> {
        self.made.subscribe()
    }

    /// Tells whether a stop was asked for.
    pub fn was_made(&self) -> bool {
        *self.made.borrow()
    }

    /// Returns when a clean stop is asked for. It heeds from the moment of the call, not of the first poll: what
    /// is raced against it may have begun by then.
    pub fn made(&self) -> impl Future<Output = ()> + use<> {
        let mut heed = self.heed();
        async move {
            // It is asked for, or it never will be.
            if heed.wait_for(|made| *made).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Obeys signals from now on, those that came since they were caught included.
pub fn listen(caught: Option<Signals>, printer: Arc<Printer>) -> Arc<StopRequest> {
    let stop = Arc::new(StopRequest::default());
    if let Some(signals) = caught {
        tokio::spawn(obey(signals, printer, stop.clone()));
    }
    stop
}

async fn obey(mut signals: Signals, printer: Arc<Printer>, stop: Arc<StopRequest>) {
    signals.next().await;
    if stop.heeded.load(Ordering::SeqCst) {
        // Said first: a run that is soon over would end before its user knows why.
        printer.say_line(text!(
            "stopping cleanly; once more to stop at once",
            "正在妥善停止；再按一次立即停止"
        ));
        stop.made.send_replace(true);
        signals.next().await;
    }
    // Nobody draws any more once the bars are held.
    let screen = printer.screen();
    let _ = screen.clear();
    std::process::exit(Exit::Interrupted.code().into());
}

/// The signals that ask for a stop; they are caught from the moment this is made, on a runtime.
#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// None where a hang-up is left to the system.
    hang_up: Option<tokio::signal::unix::Signal>,
}

/// `SIGXFSZ`, which most systems number alike.
#[cfg(unix)]
const SIZE_LIMIT: i32 = 25;

#[cfg(unix)]
impl Signals {
    /// Catches them; none where the system does not allow that, which then ends the process itself.
    pub fn catch() -> Option<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // Past a limit on the size of files (`ulimit -f`) a write fails, as on a full disk; were this
        // signal not caught, the process would end in the middle of it.
        drop(signal(SignalKind::from_raw(SIZE_LIMIT)));
        Some(Self {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
            hang_up: hears_a_hang_up()
                .then(|| signal(SignalKind::hangup()).ok())
                .flatten(),
        })
    }

    async fn next(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(hang_up) => hang_up.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hang_up => {}
        }
    }
}

/// Tells whether a hang-up is to be heard: whoever starts the process with `nohup` wants it to go on
/// when the terminal is closed. Only Linux tells; elsewhere the system does as it was told.
#[cfg(unix)]
fn hears_a_hang_up() -> bool {
    const HANG_UP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & HANG_UP == 0)
}

/// The signals that ask for a stop; they are caught from the moment this is made, on a runtime.
#[cfg(windows)]
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    /// Catches them; none where the system does not allow that, which then ends the process itself.
    pub fn catch() -> Option<Self> {
        let interrupt = tokio::signal::windows::ctrl_c().ok()?;
        Some(Self { interrupt })
    }

    async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
