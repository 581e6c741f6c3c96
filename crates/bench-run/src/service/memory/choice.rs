use std::path::PathBuf;
use std::sync::OnceLock;

use schema::configuration::ServiceMemory;

use super::cgroup::{CgroupFiles, CgroupReader};
use super::metrics_page::{self, MetricsReader, USUAL_GAUGES, USUAL_PATH};
use super::procfs::ProcessReader;
use super::reader::MemoryReader;
use crate::error::BenchError;
use crate::service::Address;

/// Where the memory of a destination is read: where the configuration says, else where it can be had. Found out when
/// the service can first be reached, and not again: no two repetitions differ in it.
#[derive(Debug, Default)]
pub struct MemoryChoice {
    configured: Option<Configured>,
    chosen: OnceLock<Option<MemoryPlace>>,
}

#[derive(Debug)]
struct Configured {
    memory: ServiceMemory,
    /// The file that says so, and its folder.
    file: String,
    folder: PathBuf,
}

/// A place where memory can be read in every repetition, though process and address may be others in each.
#[derive(Clone, Debug)]
pub enum MemoryPlace {
    /// The process that was started to be the service.
    Served,
    /// A process that somebody else started.
    Process(u32),
    /// A control group.
    Cgroup(CgroupFiles),
    /// A gauge on a page of the service.
    Metrics {
        /// The page's path.
        path: String,
        /// The gauge's name.
        gauge: String,
    },
}

impl MemoryChoice {
    /// What the configuration says in `file`, which is in `folder`.
    pub fn configured(memory: &ServiceMemory, file: &str, folder: PathBuf) -> MemoryChoice {
        MemoryChoice {
            configured: Some(Configured {
                memory: memory.clone(),
                file: file.to_owned(),
                folder,
            }),
            chosen: OnceLock::new(),
        }
    }

    /// The place for a service at `address`, which runs in the process `served` if it is ours. `None` if there is none.
    ///
    /// An error only if the configuration names a place that cannot be read.
    pub fn place(
        &self,
        served: Option<u32>,
        address: &Address,
    ) -> Result<Option<MemoryPlace>, BenchError> {
        if let Some(chosen) = self.chosen.get() {
            return Ok(chosen.clone());
        }
        let chosen = match &self.configured {
            Some(configured) => Some(configured.place(address)?),
            None => whatever_can_be_had(served, address),
        };
        Ok(self.chosen.get_or_init(|| chosen).clone())
    }
}

impl MemoryPlace {
    /// Reads there from now on. `None` if the place is the served process, and none is served.
    pub fn reader(&self, served: Option<u32>, address: &Address) -> Option<Box<dyn MemoryReader>> {
        Some(match self {
            MemoryPlace::Served => Box::new(ProcessReader::new(served?)),
            MemoryPlace::Process(process_id) => Box::new(ProcessReader::new(*process_id)),
            MemoryPlace::Cgroup(files) => Box::new(CgroupReader::new(files)),
            MemoryPlace::Metrics { path, gauge } => {
                Box::new(MetricsReader::new(address, path, gauge))
            }
        })
    }

    fn metrics(address: &Address, path: &str, gauges: &[&str]) -> Result<MemoryPlace, BenchError> {
        let gauge = metrics_page::find_gauge(address, path, gauges)?;
        Ok(MemoryPlace::Metrics {
            path: path.to_owned(),
            gauge: gauge.to_owned(),
        })
    }
}

impl Configured {
    /// Read once, so that a place that cannot be read is told before anything is measured.
    fn place(&self, address: &Address) -> Result<MemoryPlace, BenchError> {
        let memory = &self.memory;
        let (key, place) = if let Some(process_id) = memory.process_id {
            let read = ProcessReader::new(process_id).read_mb();
            ("process_id", read.map(|_| MemoryPlace::Process(process_id)))
        } else if let Some(folder) = &memory.cgroup {
            let read = CgroupFiles::in_folder(&self.folder.join(folder)).and_then(|files| {
                CgroupReader::new(&files).read_mb()?;
                Ok(MemoryPlace::Cgroup(files))
            });
            ("cgroup", read)
        } else {
            let path = memory.path.as_deref().unwrap_or(USUAL_PATH);
            match &memory.metric {
                Some(gauge) => ("metric", MemoryPlace::metrics(address, path, &[gauge])),
                None => ("path", MemoryPlace::metrics(address, path, &USUAL_GAUGES)),
            }
        };
        place.map_err(|error| BenchError::ConfiguredMemory {
            path: self.file.clone(),
            key,
            reason: error.to_string(),
        })
    }
}

/// The served process, else the metrics page; not the control group of the process, in which other processes may be:
/// this one, to begin with.
fn whatever_can_be_had(served: Option<u32>, address: &Address) -> Option<MemoryPlace> {
    match served {
        Some(_) => Some(MemoryPlace::Served),
        None => MemoryPlace::metrics(address, USUAL_PATH, &USUAL_GAUGES).ok(),
    }
}
