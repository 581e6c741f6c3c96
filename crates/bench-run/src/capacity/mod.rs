//! The search for the highest rate at which a condition holds: **condition** says what is to hold, **search** which rate
//! is next, **hunt** measures it, **step** judges it, **section** makes the document's section of all.

mod condition;
mod hunt;
mod search;
mod section;
mod step;

pub use condition::Condition;
pub use hunt::Hunt;
