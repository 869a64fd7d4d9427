//! `plan`: the difference between what the files declare and what the target holds.

use std::sync::Arc;

use crate::observe::observe;
use crate::plan::{Plan, plan};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render;

use super::super::args::{GlobalArgs, PlanArgs};
use super::super::client::connect;
use super::super::context::Context;
use super::super::error::CliError;
use super::super::exit::Exit;
use super::super::mirror::{self, Mirror};
use super::super::progress::{Display, Phase};
use super::super::signals;

/// Prints the plan.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PlanArgs,
) -> Result<Exit, CliError> {
    let Some((plan, _)) = make(context, global).await? else {
        return Ok(Exit::Failed);
    };
}
