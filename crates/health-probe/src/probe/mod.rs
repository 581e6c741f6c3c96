//! One request, and what its answer must be.
//!
//! `prepared` is the request with all that its configuration refers to, `observations` what a model takes, `judge` whether an
//! answer is as expected and what is captured of it, `ask` how often it is asked until it is, `background` asking without
//! being held up.

mod ask;
mod background;
mod judge;
mod message;
mod observations;
mod prepared;

pub(crate) use ask::{Asked, Patience, failure_rate, slower};
pub(crate) use background::Asking;
pub(crate) use prepared::{Content, Increase, Prepared, Wanted};
