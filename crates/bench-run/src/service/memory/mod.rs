//! Memory of the service: one source a file, the watch that reads it, and what the readings came to.
//!
//! The **choice** of a source is made once for a run, so that no two repetitions differ in it.

mod cgroup;
mod choice;
mod figures;
mod high_water;
mod metrics_page;
mod procfs;
mod reader;
mod readings;
mod watch;

pub use choice::{MemoryChoice, MemoryPlace};
pub use figures::MemoryFigures;
pub use watch::MemoryWatch;

const BYTES_PER_MB: f64 = 1024.0 * 1024.0;
