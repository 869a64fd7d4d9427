//! A host that is away: one asks again and again whether it is back, all others wait for that.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use tokio::time::{Instant, sleep_until, timeout};

use crate::model::{Failure, Fault, Operation, Outage, OutageStage, RequestKind};
use crate::registry::exchange::FailedTry;
use crate::registry::host::Host;
use crate::registry::options::RetryOptions;
use crate::registry::retry::backoff;
use crate::registry::transport;

use super::{Lost, Server, Symptom, Verdict};

/// How long the answer may take to the question whether a host is back.
const ANSWER: Duration = Duration::from_secs(15);

/// The longest wait between two such questions: they cost little, and all work waits for them.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How often it is told that a host is still away.
const REMIND: Duration = Duration::from_secs(30);

impl Host {
    /// Waits until requests may go to a server; an error where it was waited for in vain.
    pub(crate) async fn wait_for(
        &self,
        server: &Server,
        operation: &Operation,
    ) -> Result<(), Failure> {
        server.availability.wait().await.map_err(|lost| {
            let failure = self.error(operation, lost.fault).at(lost.elsewhere);
            failure.after(lost.tries).waited(lost.waited)
        })
    }

    /// Tells whether a try failed because its server is away; if nobody has found that out before, it is
    /// watched from now on. `again` tells whether the same request failed before.
    pub(crate) fn is_away(
        self: &Arc<Self>,
        failure: &FailedTry,
        begun: Instant,
        again: bool,
    ) -> bool {
        let (Some(server), Some(symptom)) = (&failure.server, Symptom::of(&failure.fault)) else {
            return false;
        };
        if failure.status.is_some() {
            server.availability.reached();
        }
        // Whoever asks for a pause has said when to come back.
        if failure.paused {
            return false;
        }
        if self.patience().is_zero() {
            return server.availability.is_lost();
        }
        match server.availability.failed(symptom, begun, again) {
            Verdict::BadLuck => false,
            Verdict::Away => true,
            Verdict::Watch => {
                let watch = Watch {
                    host: self.clone(),
                    patience: server.availability.patience(self.patience()),
                    was_there: server.availability.was_reached(),
                    server: server.clone(),
                    fault: failure.fault.clone(),
                    elsewhere: failure.elsewhere.clone(),
                    since: begun,
                    tries: 1,
                    remind: None,
                };
                tokio::spawn(watch.run());
                true
            }
        }
    }

    /// Notes that a request was not answered in all its tries, and that nothing else was meanwhile: whatever
    /// else is asked there need not find that out again.
    pub(crate) fn lose(&self, failure: &FailedTry, begun: Instant, tries: usize) {
        let Some(server) = &failure.server else {
            return;
        };
        let is_new = !server.availability.was_reached() || self.patience().is_zero();
        if is_new && failure.is_unanswered() && !server.availability.answered_since(begun) {
            server.availability.lose(Lost {
                fault: failure.fault.clone(),
                elsewhere: failure.elsewhere.clone(),
                tries,
                waited: Duration::ZERO,
            });
        }
    }

    /// Returns when hosts that are away are not to be waited for any more.
    async fn stopped(&self) {
        let is_stopped = match self.shared.options.stop.clone() {
            Some(mut stop) => stop.wait_for(|stop| *stop).await.is_ok(),
            None => false,
        };
        if !is_stopped {
            std::future::pending::<()>().await;
        }
    }

    /// Asks a server for nothing in particular; the error is why it is not back.
    async fn ask_after(&self, server: &Server) -> Result<(), Option<Fault>> {
        self.counters.request(RequestKind::Ping);
        let request = Request::new(transport::nothing());
        let (url, way) = (&server.root, self.way(&server.root));
        let transport = &self.shared.transport;
        let asking = transport.send(request, url, &self.certificates, true, &way);
        let limit = ANSWER.min(self.shared.options.timeouts.answer);
        match timeout(limit, asking).await {
            Ok(Ok(answer)) if !backoff::is_gateway(answer.status().as_u16()) => Ok(()),
            Ok(Err(why)) => Err(Some(Fault::NoAnswer(why))),
            Ok(Ok(_)) | Err(_) => Err(None),
        }
    }
}

/// One outage, from the try that met it to its end.
struct Watch {
    host: Arc<Host>,
    server: Arc<Server>,
    patience: Duration,
    /// Whether it ever answered in this run.
    was_there: bool,
    /// What the last one met who tried.
    fault: Fault,
    elsewhere: Option<String>,
    since: Instant,
    tries: usize,
    /// When to tell again that it is away; none as long as nothing was told.
    remind: Option<Instant>,
}

impl Watch {
    async fn run(mut self) {
        let host = self.host.clone();
        tokio::select! {
            stage = self.last() => if self.remind.is_some() {
                self.tell(stage);
            },
            () = host.stopped() => self.lose(),
        }
    }

    /// Returns when the host is back, or was waited for in vain.
    async fn last(&mut self) -> OutageStage {
        let usual = &self.host.retry;
        let mut waits = backoff::waits(&RetryOptions {
            tries: usize::MAX,
            longest_wait: LONGEST_WAIT.min(usual.longest_wait),
            ..usual.clone()
        });
        let given_up = self.since + self.patience;
        loop {
            let (host, server) = (self.host.clone(), self.server.clone());
            match self.meanwhile(host.ask_after(&server)).await {
                Ok(()) => server.availability.answered(),
                Err(_) if server.availability.is_there() => {}
                Err(fault) => {
                    self.tries += 1;
                    if let Some(fault) = fault {
                        self.fault = fault;
                    }
                    self.begin();
                }
            }
            if server.availability.is_there() {
                if self.remind.is_some() {
                    self.host.was_away();
                }
                return OutageStage::Over;
            }
            let now = Instant::now();
            if now >= given_up {
                self.lose();
                return OutageStage::GivenUp;
            }
            // They vary, and may be longer than the longest by that.
            let wait = waits.next().unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
            let next = given_up.min(now + wait);
            self.meanwhile(sleep_until(next)).await;
        }
    }

    /// Does something, and tells meanwhile now and then that the host is still away.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let given_up = self.since + self.patience;
        loop {
            let Some(remind) = self.remind.filter(|remind| *remind < given_up) else {
                return work.await;
            };
            tokio::select! {
                done = &mut work => return done,
                () = sleep_until(remind) => {
                    self.remind = Some(remind + REMIND);
                    let patience = self.patience;
                    self.tell(OutageStage::Lasting { patience });
                }
            }
        }
    }

    fn begin(&mut self) {
        if self.remind.is_some() {
            return;
        }
        self.remind = Some(Instant::now() + REMIND);
        self.server.availability.is_certain();
        self.tell(OutageStage::Begun {
            fault: self.fault.clone(),
            was_there: self.was_there,
            patience: self.patience,
        });
    }

    fn lose(&self) {
        self.server.availability.lose(Lost {
            fault: self.fault.clone(),
            elsewhere: self.elsewhere.clone(),
            tries: self.tries,
            waited: self.since.elapsed(),
        });
    }

    fn tell(&self, stage: OutageStage) {
        let outage = Outage {
            host: self.server.name.clone(),
            registry: self.host.name.clone(),
            stage,
            away: self.since.elapsed(),
        };
        tracing::debug!("{outage}");
        self.host.shared.options.on_outage.tell(&outage);
    }
}
