use std::collections::HashMap;

use super::judgement::{CheckGroup, Status};

/// Every limit that a metric was held to, whichever section asked, and the answer.
pub(crate) struct Limits<'a>(HashMap<Asked<'a>, Vec<(f64, Status)>>);

/// A scenario, or the run as a whole, and a metric.
type Asked<'a> = (Option<&'a str>, &'a str);

impl<'a> Limits<'a> {
    pub(crate) fn of(groups: &[CheckGroup<'a>]) -> Limits<'a> {
        let mut all: HashMap<_, Vec<(f64, Status)>> = HashMap::new();
        for check in groups.iter().flat_map(|group| &group.rows) {
            if let Some(limit) = check.limit {
                let known = all.entry((check.scenario, check.metric)).or_default();
                if !known.contains(&(limit, check.status)) {
                    known.push((limit, check.status));
                }
            }
        }
        for known in all.values_mut() {
            known.sort_by(|one, other| one.0.total_cmp(&other.0));
        }
        Limits(all)
    }

    /// Of the metric with that key path, ascending, in its unit; `None` as the scenario is the run as a whole.
    pub(crate) fn on<'s>(
        &'s self,
        scenario: Option<&'s str>,
        metric: &'s str,
    ) -> &'s [(f64, Status)] {
        self.0.get(&(scenario, metric)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::judgement;
    use serde_json::json;

    #[test]
    fn a_limit_is_of_its_metric_and_its_scenario_alone_and_stands_once_whoever_asked() {
        let check = |scenario: Option<&str>, limit: f64| {
            json!({"name": "a", "scenario": scenario, "metric": "latency.p99_ms", "operator": "<=", "unit": "ms",
                   "expected": limit, "actual": 1, "status": "pass", "passed": true})
        };
        let evidence = serde_json::from_value(
            json!({"schema_version": "1.0", "validation": {"passed": true, "checks": [
                check(None, 9.0), check(None, 5.0), check(None, 9.0), check(Some("batch_1"), 7.0),
            ]}}),
        )
        .unwrap();
        let limits = Limits::of(&judgement::groups(&evidence));
        let on = |scenario, metric| -> Vec<f64> {
            let limits = limits.on(scenario, metric).iter();
            limits.map(|(limit, _)| *limit).collect()
        };
        assert_eq!(on(None, "latency.p99_ms"), [5.0, 9.0]);
        assert_eq!(on(Some("batch_1"), "latency.p99_ms"), [7.0]);
        assert!(on(Some("batch_4"), "latency.p99_ms").is_empty());
        assert!(on(None, "latency.p95_ms").is_empty());
    }
}
