//! deploy-notify: how a deployment ended, told to people and systems.
//!
//! `message` is what is told (`status` how it ended, `judgement` what the evidence says in all, `finding` what failed in it), `channel` whom it is told, one
//! a file, `delivery` how a request gets there in spite of bad days. `surroundings` is what CI knows, `secret` what nobody may
//! read, `github` what the three channels of GitHub share, `text` how words fit into a limit.

mod channel;
mod delivery;
mod error;
mod finding;
mod github;
mod judgement;
mod message;
mod options;
mod secret;
mod status;
mod surroundings;
mod text;

use schema::evidence::Evidence;
use schemars::schema_for;
use toolkit::http::{Client, Security};
use toolkit::{Exit, Interrupt, Streams, Tool, documents, on_one_line};

use channel::{CHANNELS, Channel};
use delivery::Deadline;
use error::{Error, FailedChannel};
use message::Message;
use options::Options;

const TOOL: Tool = Tool {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    schema: || schema_for!(Evidence),
};

/// GitHub answers nobody who has none.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Reads a document, if there is one, tells how the deployment ended, writes the document on.
pub fn run(arguments: &[String], streams: &mut Streams<'_>) -> Exit {
    TOOL.run(arguments, streams, notify)
}

fn notify(options: Options, streams: &mut Streams<'_>) -> Result<Exit, Error> {
    options.check()?;
    let interrupt = Interrupt::defer()?;
    let incoming = documents::read_begun(streams)?;
    let evidence = incoming.as_ref().map(|incoming| &incoming.evidence);
    let says_no = evidence.and_then(judgement::success) == Some(false);
    let message = Message::of(&options, evidence)?;
    // The whole pipe was interrupted: what came of it is still to be told.
    let interrupt = match interrupt.asked() {
        true => Interrupt::never(),
        false => interrupt,
    };
    let client = Client::new(Security::default(), USER_AGENT);
    let mut failed = Vec::new();
    for kind in CHANNELS.iter().filter(|kind| (kind.wanted)(&options)) {
        let told = (kind.open)(&options, &message).map_err(|error| error.to_string());
        let told = told.and_then(|channel| {
            if interrupt.asked() {
                Err("interrupted before it was told".to_owned())
            } else if options.dry_run {
                Ok(preview(&*channel))
            } else {
                let deadline = Deadline::after(options.timeout, &interrupt);
                delivery::deliver(&*channel, &client, deadline)
            }
        });
        match told {
            Ok(words) => streams.say(&format!("{}: {}: {words}", TOOL.name, kind.name)),
            Err(reason) => failed.push(FailedChannel {
                name: kind.name,
                reason: on_one_line(&reason),
            }),
        }
    }
    let verdict = match incoming {
        Some(incoming) => incoming.pass_on(None, streams),
        None => Ok(Exit::Passed),
    };
    let verdict = verdict?;
    if let Some(exit) = interrupt.exit() {
        let lines = failed
            .iter()
            .map(|failed| format!("{}: error: {failed}\n", TOOL.name));
        streams.error(&lines.collect::<String>());
        return Ok(exit);
    }
    match (failed.is_empty(), says_no) {
        (false, _) => Err(Error::Channels(failed)),
        // Also where no section says so that is known, and the document goes on without a verdict.
        (true, true) => Ok(Exit::Failed),
        (true, false) => Ok(verdict),
    }
}

fn preview(channel: &dyn Channel) -> String {
    let requests = channel.requests();
    let shown: Vec<String> = requests.iter().map(|request| request.shown()).collect();
    format!("would send\n{}", shown.join("\n"))
}
