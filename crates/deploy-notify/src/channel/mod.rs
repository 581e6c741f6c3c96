//! Whom a message is told, one channel a file.

mod github_comment;
mod github_commit_status;
mod github_deployment;
mod slack;
mod webhook;

use crate::delivery::{Courier, Refusal, Request};
use crate::error::Error;
use crate::message::Message;
use crate::options::Options;

/// Every channel, in the order in which they are told.
pub(crate) const CHANNELS: &[Kind] = &[
    slack::KIND,
    webhook::KIND,
    github_comment::KIND,
    github_commit_status::KIND,
    github_deployment::KIND,
];

/// A channel that is ready, or why it cannot be.
pub(crate) type Opened = Result<Box<dyn Channel>, Error>;

/// A channel, before it is known what it is to be told.
pub(crate) struct Kind {
    /// As messages name it.
    pub(crate) name: &'static str,
    /// Whether it is asked for.
    pub(crate) wanted: fn(&Options) -> bool,
    /// Finds out where it is and makes ready what it is told; sends nothing.
    pub(crate) open: fn(&Options, &Message) -> Opened,
}

/// A channel that is told with one request, the same each time that it is tried.
struct Single(Request);

impl Channel for Single {
    fn requests(&self) -> Vec<Request> {
        vec![self.0.clone()]
    }
}

/// A channel with what it is told.
pub(crate) trait Channel {
    /// What is sent, in this order, each time that it is tried.
    fn requests(&self) -> Vec<Request>;

    /// What to say when all of it was taken.
    fn taken(&self) -> &'static str {
        "sent"
    }

    /// Tries once, and says in words what became of it.
    fn attempt(&self, courier: &Courier<'_>) -> Result<&'static str, Refusal> {
        for request in self.requests() {
            courier.send(&request)?;
        }
        Ok(self.taken())
    }
}
