use std::time::Duration;

use schema::evidence::MemorySource;
use toolkit::{ToolkitError, prometheus};

use super::BYTES_PER_MB;
use super::reader::MemoryReader;
use crate::error::BenchError;
use crate::service::Address;

/// Where services have their metrics, unless the configuration says otherwise.
pub const USUAL_PATH: &str = "/metrics";
/// What they call their resident memory: Prometheus' client libraries, then policy-server.
pub const USUAL_GAUGES: [&str; 2] = [
    "process_resident_memory_bytes",
    "carla_rl_process_memory_bytes",
];
/// A scrape costs the service work that would otherwise go into the load.
const SCRAPE_EVERY: Duration = Duration::from_secs(1);
/// The end of a phase waits for no scrape longer than this.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// A gauge of the service's own memory on its metrics page, in bytes.
pub struct MetricsReader {
    address: Address,
    path: String,
    gauge: String,
}

impl MetricsReader {
    /// The `gauge` on the page at `path` of a service.
    pub fn new(address: &Address, path: &str, gauge: &str) -> MetricsReader {
        MetricsReader {
            address: address.clone(),
            path: path.to_owned(),
            gauge: gauge.to_owned(),
        }
    }
}

impl MemoryReader for MetricsReader {
    fn source(&self) -> MemorySource {
        MemorySource::Metrics
    }

    fn interval(&self) -> Duration {
        SCRAPE_EVERY
    }

    fn read_mb(&mut self) -> Result<f64, BenchError> {
        let page = page(&self.address, &self.path)?;
        memory_mb(&page, &self.gauge)
            .map_err(|reason| unreadable(&self.address, &self.path, reason))
    }

    /// A page has no mark of the highest memory.
    fn peak_mb(&mut self) -> Option<f64> {
        None
    }
}

/// The first of `gauges` that stands on the page at `path` of a service; an error if none does, or without a number of bytes.
pub fn find_gauge<'a>(
    address: &Address,
    path: &str,
    gauges: &[&'a str],
) -> Result<&'a str, BenchError> {
    let page = page(address, path)?;
    let is_there = |gauge: &&&str| prometheus::values(&page, gauge).next().is_some();
    let found = gauges.iter().find(is_there).copied().ok_or_else(|| {
        let wanted = gauges.join(" or ");
        ToolkitError::unknown_name("gauge", &wanted, prometheus::names(&page)).to_string()
    });
    found
        .and_then(|gauge| memory_mb(&page, gauge).map(|_| gauge))
        .map_err(|reason| unreadable(address, path, reason))
}

fn page(address: &Address, path: &str) -> Result<String, BenchError> {
    let answer = address.get(path, TIME_LIMIT)?;
    if answer.status == 200 {
        Ok(String::from_utf8_lossy(&answer.body).into_owned())
    } else {
        let reason = format!("found status {}, expected 200", answer.status);
        Err(unreadable(address, path, reason))
    }
}

/// The sum over all series of the gauge, in MiB, or why there is none.
fn memory_mb(page: &str, gauge: &str) -> Result<f64, String> {
    let mut bytes = 0.0;
    for value in prometheus::values(page, gauge) {
        if !(value.is_finite() && value >= 0.0) {
            return Err(format!("found {gauge} {value}, expected a number of bytes"));
        }
        bytes += value;
    }
    if bytes > 0.0 {
        Ok(bytes / BYTES_PER_MB)
    } else {
        Err(format!("found no {gauge} above 0"))
    }
}

fn unreadable(address: &Address, path: &str, reason: String) -> BenchError {
    BenchError::Memory {
        place: format!("GET {}{path}", address.target.url),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_of_all_workers_are_added_up() {
        let page = "memory{worker=\"1\"} 1048576\nmemory{worker=\"2\"} 3145728\nmemory_limit 9e9\n";
        assert_eq!(memory_mb(page, "memory"), Ok(4.0));
    }

    #[test]
    fn what_is_no_number_of_bytes_is_an_error_and_not_0() {
        for value in ["NaN", "+Inf", "-Inf", "-1"] {
            let refusal = memory_mb(&format!("memory 5\nmemory{{}} {value}\n"), "memory");
            assert!(
                refusal
                    .as_ref()
                    .is_err_and(|reason| reason.contains("expected a number of bytes")),
                "{value}: {refusal:?}"
            );
        }
        assert!(memory_mb("memory 0\n", "memory").is_err());
        assert!(memory_mb("other 1\n", "memory").is_err());
    }
}
