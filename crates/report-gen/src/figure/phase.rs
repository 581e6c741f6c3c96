//! Which requests of a scenario a figure is of. In closed loop a batch size is measured twice: one request after another for
//! its latency, then over all connections at once for its throughput.

use schema::Measured;
use schema::evidence::{Mode, Scenario, ScenarioKind, unit_symbol};

use crate::model::number;

/// Of latency and throughput second by second, in sentences; `None` where the document does not tell.
pub(super) fn of_timeline(scenario: &Scenario) -> Option<String> {
    let load = of_load(scenario)?;
    Some(if has_two(scenario) {
        load + " Latency by percentile is of other requests, one after another."
    } else {
        load
    })
}

/// Of anything second by second, a sentence; `None` where the document does not tell.
pub(super) fn of_load(scenario: &Scenario) -> Option<String> {
    let connections = scenario.concurrent_requests.map(|count| match count {
        1 => "1 connection".to_owned(),
        count => format!("{count} connections"),
    });
    let rate = scenario.arrival_rate_rps.map(Measured::get);
    let mode = match (scenario.mode?, rate) {
        (Mode::Closed, _) => "in closed loop".to_owned(),
        (Mode::Open, Some(rate)) => {
            format!("in open loop, {} {} due", number(rate), unit_symbol("rps"))
        }
        (Mode::Open, None) => "in open loop".to_owned(),
    };
    let over = connections.map_or_else(String::new, |connections| format!(" over {connections}"));
    Some(format!("Under load{over}, {mode}."))
}

/// Of its latency as a whole, a sentence; `None` where the document tells no number.
pub(super) fn of_latency(scenario: Option<&Scenario>, samples: Option<u64>) -> Option<String> {
    let samples = match samples? {
        1 => "1 request".to_owned(),
        samples => format!("{samples} requests"),
    };
    Some(if scenario.is_some_and(has_two) {
        format!(
            "Of {samples}, one after another. What is drawn over time is of other requests, under load."
        )
    } else {
        format!("Of {samples}.")
    })
}

fn has_two(scenario: &Scenario) -> bool {
    scenario.kind == Some(ScenarioKind::BatchSize) && scenario.mode == Some(Mode::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn scenario(entries: &Value) -> Scenario {
        serde_json::from_value(entries.clone()).unwrap()
    }

    #[test]
    fn a_batch_size_in_closed_loop_has_a_phase_for_latency_and_one_under_load() {
        let batch = scenario(
            &json!({"name": "a", "kind": "batch_size", "mode": "closed", "concurrent_requests": 4}),
        );
        assert_eq!(
            of_timeline(&batch).unwrap(),
            "Under load over 4 connections, in closed loop. Latency by percentile is of other requests, one after another."
        );
        assert!(
            of_latency(Some(&batch), Some(100))
                .unwrap()
                .starts_with("Of 100 requests, one after another")
        );
    }

    #[test]
    fn whatever_else_is_measured_has_one_phase() {
        let open = scenario(
            &json!({"name": "a", "kind": "batch_size", "mode": "open", "arrival_rate_rps": 500}),
        );
        assert_eq!(
            of_timeline(&open).unwrap(),
            "Under load, in open loop, 500 req/s due."
        );
        assert_eq!(of_latency(Some(&open), Some(1)).unwrap(), "Of 1 request.");
        let test = scenario(
            &json!({"name": "a", "kind": "test_scenario", "mode": "closed", "concurrent_requests": 1}),
        );
        assert_eq!(
            of_timeline(&test).unwrap(),
            "Under load over 1 connection, in closed loop."
        );
        assert_eq!(of_timeline(&scenario(&json!({"name": "a"}))), None);
        assert_eq!(of_latency(None, None), None);
    }
}
