//! A host that is away for a while.

use std::fmt;

use crate::model::{Outage, OutageStage};
use crate::render::units::minutes;

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            host,
            registry,
            stage,
            away,
        } = self;
        let away = minutes(*away);
        match stage {
            OutageStage::Begun {
                fault,
                was_there: true,
                patience,
            } => write_tr!(
                f,
                "{host} is away: {fault}; waiting for it for up to {} (Ctrl-C stops, \
                 `registries.{registry}.patience` says how long)",
                "{host} 失联：{fault}；最多等它 {}（Ctrl-C 停止，时长在 `registries.{registry}.patience` 里设置）",
                minutes(*patience)
            ),
            OutageStage::Begun {
                fault,
                was_there: false,
                patience,
            } => write_tr!(
                f,
                "{host} has never answered in this run: {fault}; waiting for it for up to {} (Ctrl-C stops; \
                 is this its name?)",
                "{host} 这次运行还没有回答过：{fault}；最多等它 {}（Ctrl-C 停止；名字写对了吗？）",
                minutes(*patience)
            ),
            OutageStage::Lasting { patience } => write_tr!(
                f,
                "{host} is still away, waiting for it: {away} of {}",
                "{host} 仍然失联，已经等了 {away}，最多等 {}",
                minutes(*patience)
            ),
            OutageStage::Over => {
                write_tr!(
                    f,
                    "{host} is back after {away}",
                    "{host} 恢复了，失联 {away}"
                )
            }
            OutageStage::GivenUp => write_tr!(
                f,
                "{host} did not come back in {away}",
                "{host} 失联 {away}，没有恢复"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Fault, NoAnswer, Text};

    #[test]
    fn an_outage_is_told_from_its_beginning_to_its_end() {
        let told = |stage, seconds| {
            Outage {
                host: "s.example.com".to_owned(),
                registry: "r.example.com".to_owned(),
                stage,
                away: Duration::from_secs(seconds),
            }
            .to_string()
        };
        let patience = Duration::from_secs(300);
        let begun = |was_there| OutageStage::Begun {
            fault: Fault::NoAnswer(NoAnswer::Refused(Text::verbatim("connection refused"))),
            was_there,
            patience,
        };
        for (stage, seconds, expected) in [
            (
                begun(true),
                0,
                "s.example.com is away: no connection (connection refused); waiting for it for up to 5 min \
                 (Ctrl-C stops, `registries.r.example.com.patience` says how long)",
            ),
            (
                begun(false),
                0,
                "s.example.com has never answered in this run: no connection (connection refused); waiting \
                 for it for up to 5 min (Ctrl-C stops; is this its name?)",
            ),
            (
                OutageStage::Lasting { patience },
                30,
                "s.example.com is still away, waiting for it: 30 s of 5 min",
            ),
            (OutageStage::Over, 42, "s.example.com is back after 42 s"),
            (
                OutageStage::GivenUp,
                300,
                "s.example.com did not come back in 5 min",
            ),
        ] {
            assert_eq!(told(stage, seconds), expected);
        }
    }
}
