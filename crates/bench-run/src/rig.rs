use toolkit::Interrupt;

use crate::drive::Generator;
use crate::error::BenchError;
use crate::host::SourceQuery;
use crate::plan::Plan;
use crate::service::{Destination, Service};

/// What all services of a run are measured with.
pub struct Rig<'a> {
    /// What is to be done.
    pub plan: &'a Plan,
    /// The workers.
    pub generator: Generator,
    /// The processors that this process may use.
    pub allowed_cores: &'a [usize],
    /// Whether to stop.
    pub interrupt: Interrupt,
    /// What git is asked, which is not to take a processor from the load.
    pub source: SourceQuery,
    /// How many repetitions of scenarios have been measured, over all services.
    pub measured: u64,
}

impl Rig<'_> {
    /// A service that answers: the one at the address, or a process started now.
    pub fn open(&self, destination: &Destination) -> Result<Service, BenchError> {
        destination.open(self.generator.cores(), self.allowed_cores, &self.interrupt)
    }
}
