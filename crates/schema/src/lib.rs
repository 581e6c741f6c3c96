//! The contract between perfpipe's tools: the evidence document that flows through the pipe, the
//! configuration files that people write, and the one shape that every verdict has.
//!
//! This crate does no I/O, knows no clock and no YAML. Units stand in the names; ratios are in percent,
//! times in milliseconds unless named otherwise, memory in MiB under the suffix `_mb`.

pub mod configuration;
mod document;
mod error;
pub mod evidence;
mod json_schema;
mod measured;
pub mod policy;
mod section;
mod trend;

pub use document::Document;
pub use error::SchemaError;
pub use json_schema::published_schemas;
pub use measured::{Measured, rounded};
pub use section::Section;
pub use trend::{Trend, TrendPoint, TrendSeries};
