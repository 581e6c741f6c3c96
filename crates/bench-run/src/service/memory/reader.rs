use std::time::Duration;

use schema::evidence::MemorySource;

use crate::error::BenchError;

/// How often a file of the kernel is read.
pub const READ_FILES_EVERY: Duration = Duration::from_millis(50);

/// Reads the service's memory from one source during one phase, which begins when the reader is made.
pub trait MemoryReader: Send {
    /// What documents call the source.
    fn source(&self) -> MemorySource;

    /// How long to wait before each reading.
    fn interval(&self) -> Duration;

    /// Memory now, in MiB, more than 0. Whatever is no such number is an error: what cannot be read is not 0.
    fn read_mb(&mut self) -> Result<f64, BenchError>;

    /// The highest memory of the phase, in MiB, where the kernel keeps a mark that misses nothing between two
    /// readings; `None` where it keeps none, or none of this phase alone.
    fn peak_mb(&mut self) -> Option<f64>;
}
