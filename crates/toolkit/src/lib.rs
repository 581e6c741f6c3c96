//! What perfpipe's tools share at their edge: how arguments are read, how documents come in and go out,
//! what a configuration error looks like, what an exit code means.

mod allowed_missing;
pub mod arguments;
pub mod clock;
mod commit;
pub mod configuration;
pub mod documents;
pub mod duration;
mod error;
mod exit;
pub mod figure;
pub mod files;
pub mod http;
mod input_stream;
mod interrupt;
mod locate;
pub mod markdown;
pub mod outside;
pub mod prometheus;
mod streams;
pub mod suggest;
pub mod summary;
mod tool;
pub mod yaml;

pub use allowed_missing::AllowedMissing;
pub use commit::{commit, is_same_commit};
pub use error::ToolkitError;
pub use exit::Exit;
pub use input_stream::InputStream;
pub use interrupt::Interrupt;
pub use streams::{Screen, Streams, begins_like_a_command, on_one_line};
pub use tool::{Tool, main};
