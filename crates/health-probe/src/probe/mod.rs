//! One request, and what its answer must be.
//!
//! `prepared` is the request with all that its configuration refers to, `sensors` what a model takes, `judge` whether an
//! answer is as expected, `ask` how often it is asked until it is.

mod ask;
mod judge;
mod message;
mod prepared;
mod sensors;

pub(crate) use ask::{Asked, Patience, slower};
pub(crate) use prepared::{Prepared, Served};
