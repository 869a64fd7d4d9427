//! The way to a registry: direct, long, thin, guarded by a gate, or one on which connections break.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::Result;
use crate::cutting_proxy::CuttingProxy;
use crate::gate::Gate;
use crate::proxy::{Line, Proxy, Reach};
use crate::table;

/// What the ways to both registries are like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ways {
    Direct,
    /// Both registries are a round trip away.
    Long(Duration),
    Thin(Thin),
    /// The target refuses what is too much; it says when to come back, or it does not.
    Gated {
        pause: Option<u64>,
    },
    /// Each connection to the target is reset after so many bytes.
    Breaking {
        after: u64,
    },
}

/// What this machine is connected with: both registries are behind the same two lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Thin {
    pub(crate) megabits: u32,
    pub(crate) round_trip: Duration,
}

impl Thin {
    /// Returns such a way, on which connections may break after so many bytes.
    pub(crate) fn reach(self, breaks: Option<u64>) -> Reach {
        Reach {
            round_trip: self.round_trip,
            lines: Some([Line::new(self.megabits), Line::new(self.megabits)]),
            breaks,
        }
    }

    /// Returns how much of a line was made use of, if so many bytes took so long.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    pub(crate) fn share(self, bytes: u64, time: Duration) -> String {
        let least = bytes as f64 * 8.0 / (f64::from(self.megabits) * 1e6);
        format!("{:.1} %", 100.0 * least / time.as_secs_f64())
    }
}

impl fmt::Display for Thin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, long) = (self.megabits, self.round_trip.as_millis());
        write!(f, "{width} Mbit/s and a round trip of {long} ms")
    }
}

/// A way that is open.
pub(crate) enum Way {
    Direct(SocketAddr),
    Long(Proxy),
    Gated(Gate),
    Breaking(CuttingProxy),
}

impl Ways {
    pub(crate) fn round_trip(self) -> Duration {
        match self {
            Self::Long(round_trip) | Self::Thin(Thin { round_trip, .. }) => round_trip,
            Self::Direct | Self::Gated { .. } | Self::Breaking { .. } => Duration::ZERO,
        }
    }

    /// Opens the ways to two registries.
    pub(crate) async fn open(self, source: SocketAddr, target: SocketAddr) -> Result<(Way, Way)> {
        let to_target = match self {
            Self::Direct => Way::Direct(target),
            Self::Long(round_trip) => Way::Long(Proxy::open(target, round_trip).await?),
            Self::Thin(thin) => {
                let reach = thin.reach(None);
                let to_source = Proxy::reaching(source, reach.clone()).await?;
                let to_target = Proxy::reaching(target, reach).await?;
                return Ok((Way::Long(to_source), Way::Long(to_target)));
            }
            Self::Gated { pause } => Way::Gated(Gate::open(target, pause).await?),
            Self::Breaking { after } => {
                Way::Breaking(CuttingProxy::start(&target.to_string(), after).await)
            }
        };
        let to_source = match self {
            Self::Long(round_trip) => Way::Long(Proxy::open(source, round_trip).await?),
            _ => Way::Direct(source),
        };
        Ok((to_source, to_target))
    }
}

impl Way {
    pub(crate) fn address(&self) -> Result<SocketAddr> {
        Ok(match self {
            Self::Direct(address) => *address,
            Self::Long(proxy) => proxy.address,
            Self::Gated(gate) => gate.address,
            Self::Breaking(proxy) => proxy.address.parse()?,
        })
    }

    /// Returns what can be said of what came along, by its column in the table.
    pub(crate) fn remarks(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Direct(_) | Self::Long(_) => vec![],
            Self::Gated(gate) => vec![("429s", gate.refused().to_string())],
            Self::Breaking(proxy) => vec![
                ("resets", proxy.cuts().to_string()),
                ("arrived at target", table::mebibytes(proxy.passed_on())),
            ],
        }
    }
}
