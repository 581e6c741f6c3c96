use schema::Measured;
use schema::configuration::ArrivalLaw;
use schema::evidence::{Mode, Scenario};

/// What was sent in a scenario and when: runs of different ones say nothing about each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Workload {
    pub(crate) mode: Option<Mode>,
    pub(crate) batch_size: Option<u64>,
    pub(crate) concurrent_requests: Option<u64>,
    pub(crate) arrival_rate_rps: Option<Measured>,
    pub(crate) arrivals: Option<ArrivalLaw>,
    /// Of all that decides it.
    pub(crate) hash: Option<String>,
}

impl Workload {
    pub(crate) fn of(scenario: &Scenario) -> Workload {
        Workload {
            mode: scenario.mode,
            batch_size: scenario.batch_size,
            concurrent_requests: scenario.concurrent_requests,
            arrival_rate_rps: scenario.arrival_rate_rps,
            arrivals: scenario.arrivals,
            hash: scenario.workload.clone(),
        }
    }

    /// In what the baseline's workload differs from this one, in words; `None` if in nothing that both know of.
    pub(crate) fn difference(&self, baseline: &Workload) -> Option<String> {
        let named = [
            differing("mode", &baseline.mode, &self.mode),
            differing("batch_size", &baseline.batch_size, &self.batch_size),
            differing(
                "concurrent_requests",
                &baseline.concurrent_requests,
                &self.concurrent_requests,
            ),
            differing(
                "arrival_rate_rps",
                &baseline.arrival_rate_rps.map(Measured::get),
                &self.arrival_rate_rps.map(Measured::get),
            ),
            differing("arrivals", &baseline.arrivals, &self.arrivals),
        ];
        let hashes = differing("hash", &baseline.hash, &self.hash);
        let unnamed = || hashes.map(|_| "warm-up, length or requests are not the same".to_owned());
        named.into_iter().flatten().next().or_else(unnamed)
    }
}

fn differing<T: PartialEq + std::fmt::Debug>(
    key: &str,
    baseline: &Option<T>,
    current: &Option<T>,
) -> Option<String> {
    let (baseline, current) = baseline.as_ref().zip(current.as_ref())?;
    (baseline != current).then(|| {
        let (baseline, current) = (format!("{baseline:?}"), format!("{current:?}"));
        format!(
            "{key} was {}, now it is {}",
            baseline.to_lowercase(),
            current.to_lowercase()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(connections: u64, hash: Option<&str>) -> Workload {
        Workload {
            mode: Some(Mode::Closed),
            concurrent_requests: Some(connections),
            hash: hash.map(str::to_owned),
            ..Workload::default()
        }
    }

    #[test]
    fn what_differs_is_named_if_it_has_a_name() {
        let said = |current: &Workload, baseline: &Workload| current.difference(baseline);
        assert_eq!(
            said(&workload(4, Some("b")), &workload(8, Some("a"))).as_deref(),
            Some("concurrent_requests was 8, now it is 4")
        );
        assert_eq!(
            said(&workload(4, Some("b")), &workload(4, Some("a"))).as_deref(),
            Some("warm-up, length or requests are not the same")
        );
        assert_eq!(said(&workload(4, Some("a")), &workload(4, Some("a"))), None);
    }

    #[test]
    fn what_one_side_does_not_know_is_no_difference() {
        assert_eq!(workload(4, Some("b")).difference(&workload(4, None)), None);
        assert_eq!(workload(4, None).difference(&Workload::default()), None);
    }
}
