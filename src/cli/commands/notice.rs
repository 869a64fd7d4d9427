//! `doctor --notice`: whether messages about runs arrive.

use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::notices::Notices;
use crate::render::sanitize;

/// Sends a message to each address, and prints which of them took it.
pub(super) async fn run(context: &Context) -> Result<Exit, CommandError> {
    let notices = Notices::of(&context.environment)?;
    let sent = notices.try_out(context).await?;
    context.printer.answer(|to| {
        for (name, sent) in &sent {
            let name = sanitize::line(name);
            match sent {
                Ok(()) => write_tr!(to, "{name}: took the message\n", "{name}：收下了消息\n")?,
                Err(why) => {
                    let why = sanitize::line(&why.to_string());
                    write_tr!(to, "{name}: {why}\n", "{name}：{why}\n")?;
                }
            }
        }
        Ok(())
    })?;
    if context.stop.was_made() {
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::of(sent.iter().any(|(_, sent)| sent.is_err()), false))
}
