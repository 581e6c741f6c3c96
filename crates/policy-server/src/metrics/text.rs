//! The Prometheus text format 0.0.4.

use std::fmt::{self, Write};
use std::fs;
use std::sync::atomic::Ordering;

use super::{ENDPOINTS, Endpoint, MethodLabel, Metrics, STATUSES};

impl Metrics {
    /// What a scrape gets.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(8_192);
        // Writing into a String does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        head(
            text,
            "http_requests_total",
            "counter",
            "Requests answered, by status.",
        )?;
        for method in MethodLabel::ALL {
            for endpoint in Endpoint::ALL {
                let first = (method as usize * ENDPOINTS + endpoint as usize) * STATUSES;
                for (offset, counter) in self.requests[first..first + STATUSES].iter().enumerate() {
                    let count = counter.load(Ordering::Relaxed);
                    if count > 0 {
                        writeln!(
                            text,
                            "carla_rl_http_requests_total{{method=\"{}\",endpoint=\"{}\",status_code=\"{}\"}} {count}",
                            method.label(),
                            endpoint.label(),
                            100 + offset
                        )?;
                    }
                }
            }
        }

        let name = "request_duration_seconds";
        head(
            text,
            name,
            "histogram",
            "Time from a request's arrival to its answer.",
        )?;
        for (endpoint, histogram) in Endpoint::ALL.into_iter().zip(&self.request_durations) {
            if !histogram.is_empty() {
                let label = format!("endpoint=\"{}\"", endpoint.label());
                histogram.write(text, "carla_rl_request_duration_seconds", &label)?;
            }
        }

        let name = "inference_duration_seconds";
        head(
            text,
            name,
            "histogram",
            "Time that the network took for one batch.",
        )?;
        self.inference_durations
            .write(text, "carla_rl_inference_duration_seconds", "")?;

        if let Some(bytes) = resident_bytes() {
            head(
                text,
                "process_memory_bytes",
                "gauge",
                "Resident memory of the server.",
            )?;
            writeln!(text, "carla_rl_process_memory_bytes {bytes}")?;
        }
        head(
            text,
            "model_loaded",
            "gauge",
            "1 if a model is served, else 0.",
        )?;
        writeln!(
            text,
            "carla_rl_model_loaded {}",
            u8::from(self.model_loaded)
        )
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(
        text,
        "# HELP carla_rl_{name} {help}\n# TYPE carla_rl_{name} {kind}"
    )
}

/// Resident memory from procfs; absent where there is none.
fn resident_bytes() -> Option<u64> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_counted_request_stands_under_its_labels() {
        let metrics = Metrics::new(true);
        let took = Duration::from_micros(30);
        metrics.answered(MethodLabel::Post, Endpoint::Predict, 200, took);
        metrics.answered(MethodLabel::Post, Endpoint::Predict, 200, took);
        metrics.answered(MethodLabel::Other, Endpoint::Other, 404, took);
        let text = metrics.to_text();
        for line in [
            "carla_rl_http_requests_total{method=\"POST\",endpoint=\"/predict\",status_code=\"200\"} 2\n",
            "carla_rl_http_requests_total{method=\"other\",endpoint=\"other\",status_code=\"404\"} 1\n",
            "carla_rl_request_duration_seconds_count{endpoint=\"/predict\"} 2\n",
            "carla_rl_inference_duration_seconds_count 0\n",
            "carla_rl_model_loaded 1\n",
        ] {
            assert!(text.contains(line), "{line} not in\n{text}");
        }
    }

    #[test]
    fn a_status_beyond_the_table_is_not_counted_as_another() {
        let metrics = Metrics::new(false);
        metrics.answered(MethodLabel::Get, Endpoint::Predict, 999, Duration::ZERO);
        let text = metrics.to_text();
        assert!(!text.contains("carla_rl_http_requests_total{"), "{text}");
        assert!(text.contains("carla_rl_model_loaded 0\n"));
    }

    #[test]
    fn resident_memory_is_at_least_a_page() {
        assert!(resident_bytes().unwrap() >= 4_096);
    }
}
