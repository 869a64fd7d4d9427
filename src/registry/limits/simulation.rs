//! Whole runs against servers that take only so much at a time, on a clock that does not wait.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::{Admission, Lane};

/// What a server takes.
#[derive(Debug, Clone, Copy)]
enum Takes {
    AtOnce(usize),
    PerSecond {
        rate: f64,
        burst: f64,
    },
    /// One in so many is refused, whichever.
    ButOneIn(u32),
}

#[derive(Debug)]
struct Server {
    takes: Takes,
    /// The pause that it asks for.
    pause: Option<Duration>,
    /// How long a request is under way there and back, and how long it is worked on.
    way: Duration,
    work: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    inside: usize,
    left: f64,
    since: Instant,
    drawn: u32,
}

impl Server {
    fn new(takes: Takes, pause: Option<u64>, way: u64, work: u64) -> Self {
        let left = match takes {
            Takes::AtOnce(_) | Takes::ButOneIn(_) => 0.0,
            Takes::PerSecond { burst, .. } => burst,
        };
        Self {
            takes,
            pause: pause.map(Duration::from_millis),
            way: Duration::from_millis(way),
            work: Duration::from_millis(work),
            state: Mutex::new(State {
                inside: 0,
                left,
                since: Instant::now(),
                drawn: 1,
            }),
        }
    }

    fn enters(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        let enters = match self.takes {
            Takes::AtOnce(most) => state.inside < most,
            Takes::PerSecond { rate, burst } => {
                let more = state.since.elapsed().as_secs_f64() * rate;
                state.left = (state.left + more).min(burst);
                state.since = Instant::now();
                state.left >= 1.0
            }
            Takes::ButOneIn(share) => {
                // <https://en.wikipedia.org/wiki/Linear_congruential_generator#Parameters_in_common_use>
                state.drawn = state
                    .drawn
                    .wrapping_mul(1_664_525)
                    .wrapping_add(1_013_904_223);
                !(state.drawn >> 16).is_multiple_of(share)
            }
        };
        if enters {
            state.inside += 1;
            state.left -= 1.0;
        }
        enters
    }

    async fn answers(&self) -> bool {
        sleep(self.way / 2).await;
        let enters = self.enters();
        if enters {
            sleep(self.work).await;
            self.state.lock().unwrap().inside -= 1;
        }
        sleep(self.way / 2).await;
        enters
    }
}

/// What a run met.
#[derive(Debug, Default)]
struct Run {
    took: Duration,
    /// When each request was refused that was.
    refused: Vec<Duration>,
    /// How often one was refused at most.
    worst: usize,
}

/// Sends so many requests.
async fn run(requests: usize, server: Server, admission: Admission) -> Run {
    let (begun, admission) = (Instant::now(), Arc::new(admission));
    let refused = Mutex::new(vec![]);
    let sends = (0..requests).map(async |_| {
        let (mut kept, mut times) = (None, 0);
        let longest = Duration::from_secs(300);
        loop {
            let admitted = admission.admit(Lane::Control, kept.take(), longest).await;
            let mut permit = admitted.unwrap();
            if server.answers().await {
                permit.succeeded();
                return times;
            }
            refused.lock().unwrap().push(begun.elapsed());
            times += 1;
            permit.refused(server.pause);
            kept = permit.keep_slot();
        }
    });
    let worst = join_all(sends).await.into_iter().max().unwrap();
    Run {
        took: begun.elapsed(),
        refused: refused.into_inner().unwrap(),
        worst,
    }
}

impl Run {
    fn late(&self) -> usize {
        let late = |at: &&Duration| **at > Duration::from_secs(1);
        self.refused.iter().filter(late).count()
    }
}

/// Plays the same work with the right limit and with the one that finds itself: how many times as long that
/// takes, how many requests it had refused after the first second, and how often one of them at most.
async fn compared(
    requests: usize,
    server: impl Fn() -> Server,
    right: Admission,
) -> (f64, usize, usize) {
    let fixed = run(requests, server(), right).await;
    let own = run(requests, server(), Admission::new(16, None, None)).await;
    let ratio = own.took.as_secs_f64() / fixed.took.as_secs_f64();
    (ratio, own.late(), own.worst)
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_how_many_at_once_finds_itself() {
    for most in [1, 3, 8, 40] {
        for pause in [None, Some(1000)] {
            for (way, work) in [(50, 20), (10, 200)] {
                let server = || Server::new(Takes::AtOnce(most), pause, way, work);
                let fixed = Admission::new(16, Some(most), None);
                let in_ten_seconds = most * 10_000 / usize::try_from(way + work).unwrap();
                let (ratio, late, worst) = compared(in_ten_seconds, server, fixed).await;
                assert!(
                    ratio < 1.3 && late < 10 && worst <= 2,
                    "{:?}: {ratio:.2} times as long, {late} refused late, one {worst} times",
                    server()
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_how_many_a_second_finds_itself() {
    for (rate, requests) in [(10.0, 100), (37.0, 370), (200.0, 2000)] {
        for burst in [10.0, 50.0] {
            for (way, work) in [(1, 1), (50, 10)] {
                let server = || Server::new(Takes::PerSecond { rate, burst }, None, way, work);
                let fixed = Admission::new(16, None, Some(rate));
                let (ratio, late, worst) = compared(requests, server, fixed).await;
                assert!(
                    ratio < 1.3 && late < 10 && worst <= 4,
                    "{:?}: {ratio:.2} times as long, {late} refused late, one {worst} times",
                    server()
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_refuses_by_chance_is_not_asked_more_slowly_for_it() {
    for share in [3, 5, 20] {
        for (way, work) in [(1, 1), (50, 10)] {
            let server = Server::new(Takes::ButOneIn(share), None, way, work);
            let own = run(1000, server, Admission::new(16, None, None)).await;
            assert!(
                own.took < Duration::from_secs(10) && own.worst <= 8,
                "one in {share}, {way} ms: {:?}, one {} times",
                own.took,
                own.worst
            );
        }
    }
}
