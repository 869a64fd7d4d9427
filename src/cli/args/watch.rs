//! What `watch` takes.

use std::net::SocketAddr;
use std::time::Duration;

use clap::{ArgGroup, Args};

use crate::cli::schedule::{CronTimes, NoCron, Schedule, Times};

use super::options::ApplyingArgs;
use super::values::duration;

/// What `watch` takes.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("when").required(true).args(["every", "cron"])))]
pub struct WatchArgs {
    /// Begin a round so often, such as `6h` or `1h30m`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub every: Option<Duration>,
    /// Begin one at these times, as cron has them, such as `'17 */6 * * *'`; in the zone of `TZ`
    #[arg(long, value_name = "CRON", value_parser = cron)]
    pub cron: Option<CronTimes>,
    /// Begin each later by chance, by no more than this, such as `5m`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub jitter: Option<Duration>,
    /// Answer `/healthz`, `/readyz` and `/metrics` here, or nowhere: `none` [default: 127.0.0.1:7874]
    #[arg(long, value_name = "ADDRESS", value_parser = listen)]
    pub listen: Option<Listen>,
    /// What is to become of what the files declare.
    #[command(flatten)]
    pub applying: ApplyingArgs,
}

/// Where is told how it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    /// At this address.
    At(SocketAddr),
    /// Nowhere.
    Nowhere,
}

impl WatchArgs {
    /// Returns when rounds begin.
    pub fn schedule(&self) -> Schedule {
        let times = match (&self.cron, self.every) {
            (Some(cron), _) => Times::Cron(cron.clone()),
            (None, every) => Times::Every(every.unwrap_or(A_DAY)),
        };
        let jitter = self.jitter.unwrap_or_default();
        Schedule { times, jitter }
    }

    /// Returns where it is told how it goes, if anywhere.
    pub fn address(&self) -> Option<SocketAddr> {
        match self.listen {
            None => Some(SocketAddr::from(([127, 0, 0, 1], PORT))),
            Some(Listen::At(address)) => Some(address),
            Some(Listen::Nowhere) => None,
        }
    }
}

/// Never met: one of the two is asked for.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Beside those that exporters of Prometheus have: on the keys of a telephone, it is `PUSH`.
const PORT: u16 = 7874;

/// Takes a cron expression.
fn cron(typed: &str) -> Result<CronTimes, String> {
    CronTimes::parse(typed).map_err(|why| match why {
        NoCron::Fields(count) => tr!(
            "write five fields, not {count}: minute, hour, day of the month, month, day of the week, such as `'17 */6 * * *'`",
            "要写五段，不是 {count} 段：分、时、日、月、星期，如 `'17 */6 * * *'`"
        ),
        NoCron::Field(number) => {
            let field = match number {
                0 => tr_word!("minute", "分"),
                1 => tr_word!("hour", "时"),
                2 => tr_word!("day of the month", "日"),
                3 => tr_word!("month", "月"),
                _ => tr_word!("day of the week", "星期"),
            };
            tr!(
                "cron knows no such {field}",
                "cron 里的“{field}”不能这样写"
            )
        }
        NoCron::Never => tr!("such a day never comes", "永远不会有这样的日子"),
    })
}

/// Takes an address to listen at.
fn listen(typed: &str) -> Result<Listen, String> {
    if typed == "none" {
        return Ok(Listen::Nowhere);
    }
    let numbers = match typed.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => typed.to_owned(),
    };
    numbers.parse().map(Listen::At).map_err(|_| {
        tr!(
            "write an IP address and a port, such as `127.0.0.1:7874`, or `none`",
            "要写 IP 地址和端口，如 `127.0.0.1:7874`，或 `none`"
        )
    })
}
