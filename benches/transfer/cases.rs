//! What is measured, on what.

use std::time::Duration;

use clap::ValueEnum;

use crate::Result;
use crate::arguments::Arguments;
use crate::breaks;
use crate::contest::Contest;
use crate::gate;
use crate::hosts;
use crate::identity::Identity;
use crate::images::{self, Named};
use crate::login::Tokens;
use crate::machine::{self, Machine};
use crate::made_up;
use crate::measure;
use crate::registry;
use crate::scale;
use crate::table;
use crate::tools::Tool;
use crate::way::{Thin, Ways};

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// 200 tags that are in place, over the long way
    NoOpRtt,
    /// 1,000 tags that are in place, over the long way
    ManyRtt,
    /// 200 images into an empty registry, over the long way
    ColdRtt,
    /// As no-op-rtt, over TLS
    NoOpRttTls,
    /// As cold-rtt, over TLS
    ColdRttTls,
    /// As no-op-rtt, with tokens on both sides
    NoOpRttTokens,
    /// As cold-rtt, with tokens on both sides
    ColdRttTokens,
    /// 200 tags that are in place
    NoOp,
    /// 200 images into an empty registry
    Cold,
    /// 200 images into an empty registry that answers 429 above 8 requests at once
    Throttled,
    /// As throttled, with `Retry-After: 1`
    ThrottledPause,
    /// A layer of 40 MiB into a registry to which each connection breaks after 3 MiB
    Resets,
    /// Twelve layers of 16 MiB over 100 Mbit/s and 200 ms
    Thin,
    /// As thin, by pusher alone; then with connections that break, and what is on its way with them
    ThinBreaks,
    /// 2 GiB into an empty registry: one layer of 1 GiB, eight of 128 MiB
    Large,
    /// 10,000 entries of 20 hosts that are in place, over the long way
    Hosts,
    /// One layer of 20 GiB
    Huge,
    /// 100, 1,000 and 10,000 tiny images of 20 hosts, planned and applied over the long way
    Scale,
    /// Image lists of 10,000, 100,000 and 1,000,000 lines
    Lines,
}

/// Runs the cases that were asked for, and prints a table for each.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    table::say(&format!(
        "Measured on {}.\n\nRegistries: {}. Tools: {}.",
        Machine::look(),
        registry::version(&arguments.registry)?,
        versions(arguments)
    ))?;
    for case in Case::value_variants() {
        if arguments.runs(*case) {
            run_one(arguments, *case).await?;
        }
    }
    Ok(())
}

async fn run_one(arguments: &Arguments, case: Case) -> Result<()> {
    match case {
        Case::Huge => made_up::huge_layer(arguments.size(20 * GIB, 64 * MIB) as u64).await,
        Case::Scale => {
            let counts: &[_] = arguments.size(&[100, 1000, 10_000], &[20, 40, 60]);
            scale::images(counts, arguments.size(20, 3), arguments.round_trip()).await
        }
        Case::Lines => {
            scale::lines(arguments.size(&[10_000, 100_000, 1_000_000], &[10, 20, 40])).await
        }
        Case::ThinBreaks => {
            let images = Case::Thin.images(arguments);
            let after = arguments.size(10 * MIB, 3 * MIB) as u64;
            breaks::run(&images, thin(arguments), after).await
        }
        Case::Hosts => {
            let tools = present(arguments, &[Tool::Pusher, Tool::Regsync(16)]);
            let size = arguments.size((10_000, 20), (60, 3));
            let rounds = arguments.rounds(3);
            hosts::run(size, &tools, rounds, arguments.round_trip()).await
        }
        _ => contest(arguments, case).await,
    }
}

/// Runs a case in which all tools do the same job between two registries.
async fn contest(arguments: &Arguments, case: Case) -> Result<()> {
    let images = case.images(arguments);
    let ways = case.ways(arguments);
    let tokens = match case {
        Case::NoOpRttTokens | Case::ColdRttTokens => Some(Tokens::start(ways.round_trip()).await?),
        _ => None,
    };
    let has_tls = matches!(case, Case::NoOpRttTls | Case::ColdRttTls);
    let contest = Contest {
        program: &arguments.registry,
        images: &images,
        tools: present(arguments, &case.tools()),
        rounds: arguments.rounds(3),
        // Some never end where connections break again and again.
        patience: if case == Case::Resets {
            Duration::from_secs(30)
        } else {
            measure::PATIENCE
        },
        ways,
        cold: case.is_cold(),
        identity: has_tls.then(Identity::new).transpose()?,
        tokens,
    };
    let standings = contest.run().await?;
    let title = case.title(&images, ways);
    table::standings(&title, &standings, ways.round_trip())?;
    if case == Case::Large {
        let bytes = images::bytes(&images);
        let hashing = table::seconds(machine::hash(bytes));
        table::say(&format!("\nOne core hashes these bytes in {hashing}."))?;
    }
    Ok(())
}

fn thin(arguments: &Arguments) -> Thin {
    Thin {
        megabits: 100,
        round_trip: Duration::from_millis(arguments.size(200, 20)),
    }
}

impl Case {
    fn images(self, arguments: &Arguments) -> Vec<Named> {
        match self {
            Self::ManyRtt => images::tags(arguments.size(1000, 16)),
            Self::Large => vec![images::large(arguments.size(GIB, 16 * MIB))],
            Self::Resets => images::layers(1, 40 * MIB),
            Self::Thin => images::layers(arguments.size(12, 2), arguments.size(16, 4) * MIB),
            _ => images::tags(arguments.size(200, 8)),
        }
    }

    fn ways(self, arguments: &Arguments) -> Ways {
        match self {
            Self::NoOp | Self::Cold | Self::Large => Ways::Direct,
            Self::Thin => Ways::Thin(thin(arguments)),
            Self::Throttled => Ways::Gated { pause: None },
            Self::ThrottledPause => Ways::Gated { pause: Some(1) },
            Self::Resets => Ways::Breaking {
                after: 3 * MIB as u64,
            },
            _ => Ways::Long(arguments.round_trip()),
        }
    }

    /// Tells whether the target begins empty.
    fn is_cold(self) -> bool {
        !matches!(
            self,
            Self::NoOpRtt | Self::ManyRtt | Self::NoOpRttTls | Self::NoOpRttTokens | Self::NoOp
        )
    }

    /// Returns those that do it; where nothing has to be waited for, many processes are in each other's way.
    fn tools(self) -> Vec<Tool> {
        let (regsync, processes): (&[usize], _) = match self {
            Self::Throttled | Self::ThrottledPause => {
                let fixed = Tool::PusherAtMost(gate::PLACES);
                let regsync = [Tool::Regsync(3), Tool::Regsync(gate::PLACES)];
                return [&[Tool::Pusher, fixed], &regsync[..], &[Tool::Crane(2)]].concat();
            }
            Self::NoOpRttTls | Self::ColdRttTls | Self::NoOpRttTokens | Self::ColdRttTokens => {
                (&[16], 16)
            }
            Self::NoOp | Self::Cold | Self::Large => (&[16, 4], 4),
            Self::Resets => (&[4], 4),
            _ => (&[16, 4], 16),
        };
        let mut tools = vec![Tool::Pusher];
        tools.extend(regsync.iter().copied().map(Tool::Regsync));
        tools.extend([
            Tool::Crane(processes),
            Tool::Skopeo,
            Tool::ImageSyncer(processes),
        ]);
        if self == Self::Large {
            tools.push(Tool::Curl);
        }
        tools
    }

    fn title(self, images: &[Named], ways: Ways) -> String {
        let count = images.len();
        let bytes = table::mebibytes(images::bytes(images));
        let job = match self {
            Self::Large | Self::Thin => format!("Cold copy, {bytes}"),
            Self::Resets => format!("Cold copy, a layer of {bytes}"),
            _ if self.is_cold() => format!("Cold copy, {count} images"),
            _ => format!("No-op, {count} tags"),
        };
        let way = match ways {
            Ways::Direct => "loopback".to_owned(),
            Ways::Long(round_trip) => format!("a round trip of {} ms", round_trip.as_millis()),
            Ways::Thin(thin) => thin.to_string(),
            Ways::Gated { pause: None } => "429 above 8 at once".to_owned(),
            Ways::Gated { pause: Some(_) } => "429 and `Retry-After: 1` above 8 at once".to_owned(),
            Ways::Breaking { after } => format!("a reset after {}", table::mebibytes(after)),
        };
        let more = match self {
            Self::NoOpRttTls | Self::ColdRttTls => ", TLS",
            Self::NoOpRttTokens | Self::ColdRttTokens => ", tokens",
            _ => "",
        };
        format!("{job}, {way}{more}")
    }
}

/// Returns those of `all` that are wanted and there.
fn present(arguments: &Arguments, all: &[Tool]) -> Vec<Tool> {
    let is_wanted = |tool: &&Tool| arguments.uses(tool.name()) && tool.version().is_some();
    all.iter().filter(is_wanted).copied().collect()
}

/// Names the tools that take part.
fn versions(arguments: &Arguments) -> String {
    let all = [
        Tool::Pusher,
        Tool::Regsync(1),
        Tool::Crane(1),
        Tool::Skopeo,
        Tool::ImageSyncer(1),
        Tool::Curl,
    ];
    let named = present(arguments, &all).into_iter().filter_map(|tool| {
        let version = tool.version()?;
        Some(format!("{} {version}", tool.name()))
    });
    named.collect::<Vec<_>>().join(", ")
}
