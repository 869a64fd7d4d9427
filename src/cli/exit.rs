//! The exit status of the process.

use std::process::ExitCode;

use crate::plan::ReportSummary;

/// How a command ended.
///
/// Where an image would make it 1 and another 2, it is 1: whoever reads 2 trusts that everything could
/// be looked at. What has drifted is pending, whether it can be mended or not; what could not be read
/// is not drift but an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and nothing is pending: 0.
    Done,
    /// An error, or something blocked, unreadable or failed: 1.
    Failed,
    /// Changes are pending: 2.
    Pending,
    /// Stopped by a signal: 130.
    Interrupted,
}

impl Exit {
    /// Every way, in the order of the numbers.
    pub const ALL: [Self; 4] = [Self::Done, Self::Failed, Self::Pending, Self::Interrupted];

    /// Says what the number means, as the help has it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => tr_word!("done, and nothing is pending", "完成，没有待执行的变更"),
            Self::Failed => tr_word!(
                "an error, or something is blocked, unreadable or failed",
                "出错，或有镜像被拦下、读不到、失败"
            ),
            Self::Pending => {
                tr_word!(
                    "drift (`drift`, `map --check`), or pending (`plan --detailed-exitcode`, `apply --deadline`)",
                    "有漂移（`drift`、`map --check`）或待执行的（`plan --detailed-exitcode`、`apply --deadline`）"
                )
            }
            Self::Interrupted => tr_word!("stopped by a signal", "被信号停下"),
        }
    }

    /// Returns the number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Pending => 2,
            Self::Interrupted => 130,
        }
    }

    /// Judges what was done: what is left to a later run is pending.
    pub fn of_reports(each: impl IntoIterator<Item = ReportSummary>) -> Self {
        let all = each
            .into_iter()
            .fold(ReportSummary::default(), ReportSummary::and);
        Self::of(!(all.is_success() || all.is_bounded()), all.left > 0)
    }

    /// Judges what a command found: what failed outweighs what is pending.
    pub fn of(failed: bool, pending: bool) -> Self {
        match (failed, pending) {
            (true, _) => Self::Failed,
            (false, true) => Self::Pending,
            (false, false) => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_outweighs_what_is_pending() {
        for (failed, pending, code) in [
            (false, false, 0),
            (false, true, 2),
            (true, false, 1),
            (true, true, 1),
        ] {
            assert_eq!(Exit::of(failed, pending).code(), code);
        }
    }
}
