use schema::evidence::HealthChecks;
use toolkit::http::Target;

use crate::probe::{Asked, failure_rate, slower};

/// What all checks came to.
pub(super) fn of(asked: &[Asked], target: &Target) -> HealthChecks {
    HealthChecks {
        passed: Some(asked.iter().all(|asked| asked.check.check.passed)),
        failure_rate: failure_rate(asked),
        response_time_ms: asked
            .iter()
            .fold(None, |slowest, asked| slower(slowest, asked.response_time)),
        target: Some(target.url.clone()),
        checks: asked.iter().map(|asked| asked.check.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use schema::Measured;
    use schema::evidence::{Check, Operator, ProbeCheck, ProbeTimings};

    fn asked(index: usize, passed: bool, took_ms: u32) -> Asked {
        let name = format!("check_{index}");
        Asked {
            check: ProbeCheck {
                check: Check::judge(&name, "none", Some(passed), Operator::Equal, true, false),
                method: "GET".to_owned(),
                url: "http://host/".to_owned(),
                attempts: 1,
                timings: ProbeTimings::default(),
            },
            response_time: Some(Measured::from(took_ms)),
            captured: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_check_is_lost_and_every_failed_one_counts(
            answers in proptest::collection::vec((any::<bool>(), any::<u32>()), 1..50),
        ) {
            let all: Vec<Asked> = answers
                .iter()
                .enumerate()
                .map(|(index, (passed, took_ms))| asked(index, *passed, *took_ms))
                .collect();
            let section = of(&all, &Target::parse("http://host").unwrap());
            let failed = answers.iter().filter(|(passed, _)| !passed).count();
            prop_assert_eq!(section.checks.len(), answers.len());
            prop_assert_eq!(section.passed, Some(failed == 0));
            let share = section.failure_rate.unwrap().get() * answers.len() as f64 / 100.0;
            prop_assert!((share - failed as f64).abs() < 1e-4, "{share} of {failed}");
            let slowest = answers.iter().map(|(_, took_ms)| *took_ms).max().unwrap();
            prop_assert_eq!(section.response_time_ms, Some(Measured::from(slowest)));
        }
    }
}
