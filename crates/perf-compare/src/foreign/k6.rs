//! What `k6 run --summary-export` writes, and what `handleSummary` is given. Times are in milliseconds in both, whatever
//! `--summary-time-unit` shows: <https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/>.

use schema::Measured;
use schema::evidence::{ErrorRate, Latency, Scenario, Throughput};
use serde::Deserialize;

use super::quantile::Quantile;
use super::{ForeignError, Translated, error_rate, json};

/// The one scenario: a summary is of all requests of a run.
const SCENARIO: &str = "k6";

#[derive(Deserialize)]
struct Summary {
    metrics: Metrics,
    state: Option<State>,
}

#[derive(Deserialize)]
struct Metrics {
    http_req_duration: Option<Metric>,
    http_reqs: Option<Metric>,
    http_req_failed: Option<Metric>,
}

#[derive(Deserialize)]
struct State {
    #[serde(rename = "testRunDurationMs")]
    duration_ms: Option<Measured>,
}

/// The figures of a metric of any type. `handleSummary` has them under `values`, `--summary-export` in the metric itself.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Metric {
    values: Option<Box<Metric>>,
    avg: Option<Measured>,
    min: Option<Measured>,
    max: Option<Measured>,
    med: Option<Measured>,
    #[serde(rename = "p(90)")]
    p90: Option<Measured>,
    #[serde(rename = "p(95)")]
    p95: Option<Measured>,
    #[serde(rename = "p(99)")]
    p99: Option<Measured>,
    #[serde(rename = "p(99.9)")]
    p999: Option<Measured>,
    count: Option<u64>,
    rate: Option<Measured>,
    /// What `--summary-export` calls the rate of a metric that is true or false.
    value: Option<Measured>,
}

impl Metric {
    fn figures(self) -> Metric {
        match self.values {
            Some(values) => *values,
            None => self,
        }
    }
}

/// One run without repetitions.
pub(super) fn read(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let Summary { metrics, state } = json::parse(name, text)?;
    let duration = metrics.http_req_duration.map(Metric::figures);
    let requests = metrics.http_reqs.map(Metric::figures).unwrap_or_default();
    let failed = failed(name, metrics.http_req_failed)?;
    let scenario = Scenario {
        name: SCENARIO.to_owned(),
        latency: duration.map(|duration| latency(&duration, requests.count)),
        throughput: throughput(&requests, failed, state.and_then(|state| state.duration_ms)),
        error_rate: failed.and_then(|failed| errors(failed, requests.count)),
        ..Scenario::default()
    };
    Ok(Translated::new("k6", vec![scenario], Vec::new()))
}

/// The part of the requests that failed. Of `passes` and `fails` beside it, `passes` are the failed ones; that is often
/// taken for the opposite where people write such files themselves, so that only the rate is read.
fn failed(name: &str, metric: Option<Metric>) -> Result<Option<f64>, ForeignError> {
    let Some(figures) = metric.map(Metric::figures) else {
        return Ok(None);
    };
    let rate = figures.rate.or(figures.value).map(Measured::get);
    match rate {
        Some(rate) if rate > 1.0 => {
            let message = format!("found a rate of {rate}, expected one from 0 to 1");
            Err(json::refuse(name, "metrics.http_req_failed", message))
        }
        rate => Ok(rate),
    }
}

fn latency(duration: &Metric, requests: Option<u64>) -> Latency {
    let mut latency = Latency {
        p50_ms: duration.med,
        p90_ms: duration.p90,
        p95_ms: duration.p95,
        p99_ms: duration.p99,
        p999_ms: duration.p999,
        mean_ms: duration.avg,
        min_ms: duration.min,
        max_ms: duration.max,
        samples: requests,
        ..Latency::default()
    };
    for quantile in Quantile::ALL {
        if requests.is_some_and(|requests| !quantile.is_reached_by(requests)) {
            *quantile.of(&mut latency) = None;
        }
    }
    latency
}

/// k6 counts failed requests too; documents do not.
fn throughput(
    requests: &Metric,
    failed: Option<f64>,
    duration_ms: Option<Measured>,
) -> Option<Throughput> {
    let rate = requests.rate?.get() * (1.0 - failed.unwrap_or(0.0));
    Some(Throughput {
        rps: Some(Measured::rounded(rate)?),
        requests: requests.count,
        duration_s: duration_ms.and_then(|ms| Measured::rounded(ms.get() / 1e3)),
        ..Throughput::default()
    })
}

fn errors(failed: f64, requests: Option<u64>) -> Option<ErrorRate> {
    match requests {
        Some(requests) => error_rate((failed * requests as f64).round() as u64, requests),
        None => Some(ErrorRate {
            percent: Some(Measured::rounded(failed * 100.0)?),
            ..ErrorRate::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, codes, fixture, refusal, translated};
    use serde_json::json;

    #[test]
    fn a_summary_export_is_one_run_of_one_scenario() {
        let k6 = fixture("k6-summary-export.json");
        assert_eq!(at(&k6, "/run/tool"), Some(json!("k6")));
        assert_eq!(
            at(&k6, "/scenarios"),
            Some(json!([{
                "name": "k6",
                "latency": {
                    "p50_ms": 317.745566, "p90_ms": 595.2668039, "p95_ms": 865.0729589499999,
                    "mean_ms": 398.788830023179, "min_ms": 289.625107, "max_ms": 2506.80739, "samples": 302
                },
                "throughput": {"rps": 16.051857, "requests": 302},
                "error_rate": {"percent": 0.0, "requests": 302, "ok": 302, "failed": 0}
            }]))
        );
        assert_eq!(codes(&k6), [""; 0]);
    }

    #[test]
    fn what_handle_summary_is_given_says_how_long_the_run_was() {
        let k6 = fixture("k6-handle-summary.json");
        assert_eq!(
            at(&k6, "/scenarios/0/latency"),
            Some(json!({"mean_ms": 268.31137452500013, "max_ms": 846.198634, "samples": 40}))
        );
        assert_eq!(
            at(&k6, "/scenarios/0/throughput"),
            Some(json!({"rps": 19.768857, "requests": 40, "duration_s": 30.898965}))
        );
        assert_eq!(at(&k6, "/scenarios/0/error_rate"), None);
    }

    #[test]
    fn failed_requests_are_errors_and_no_throughput() {
        let failed = |figures: &str| {
            translated(&format!(
                r#"{{"metrics": {{"http_reqs": {{"count": 10, "rate": 5}}, "http_req_failed": {figures}}}}}"#
            ))
        };
        for figures in [
            r#"{"value": 0.2, "passes": 2, "fails": 8}"#,
            r#"{"type": "rate", "contains": "default", "values": {"rate": 0.2, "passes": 2, "fails": 8}}"#,
        ] {
            let k6 = failed(figures);
            assert_eq!(
                at(&k6, "/scenarios/0/error_rate"),
                Some(json!({"percent": 20.0, "requests": 10, "ok": 8, "failed": 2}))
            );
            assert_eq!(at(&k6, "/scenarios/0/throughput/rps"), Some(json!(4.0)));
        }
    }

    #[test]
    fn a_quantile_that_the_requests_do_not_reach_is_absent() {
        let k6 = translated(
            r#"{"metrics": {"http_reqs": {"count": 2, "rate": 8}, "http_req_duration": {"med": 21, "p(90)": 28, "p(95)": 29}}}"#,
        );
        assert_eq!(
            at(&k6, "/scenarios/0/latency"),
            Some(json!({"p50_ms": 21.0, "samples": 2}))
        );
    }

    #[test]
    fn impossible_figures_are_refused_with_their_path() {
        assert!(
            refusal(r#"{"metrics": {"http_req_duration": {"values": {"p(95)": -1}}}}"#)
                .starts_with("file: metrics.http_req_duration.values.p(95): found -1, expected")
        );
        assert_eq!(
            refusal(r#"{"metrics": {"http_reqs": {}, "http_req_failed": {"value": 20}}}"#),
            "file: metrics.http_req_failed: found a rate of 20, expected one from 0 to 1"
        );
    }
}
