use std::time::Duration;

use schema::Measured;
use schema::evidence::SmokeTests;
use toolkit::http::Target;

use crate::probe::{Asked, failure_rate};

/// What all steps came to, and how long they took.
pub(super) fn of(asked: &[Asked], took: Duration, target: &Target) -> SmokeTests {
    SmokeTests {
        passed: Some(asked.iter().all(|asked| asked.check.check.passed)),
        failure_rate: failure_rate(asked),
        execution_time_s: Measured::rounded(took.as_secs_f64()),
        target: Some(target.url.clone()),
        tests: asked.iter().map(|asked| asked.check.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use schema::evidence::{Check, Operator, ProbeCheck, ProbeTimings};

    fn asked(index: usize, passed: bool) -> Asked {
        let name = format!("step_{index}");
        Asked {
            check: ProbeCheck {
                check: Check::judge(&name, "none", Some(passed), Operator::Equal, true, false),
                method: "GET".to_owned(),
                url: "http://host/".to_owned(),
                attempts: 1,
                timings: ProbeTimings::default(),
            },
            response_time: None,
            captured: Vec::new(),
        }
    }

    proptest! {
        #[test]
        fn no_step_is_lost_and_every_failed_one_counts(
            answers in proptest::collection::vec(any::<bool>(), 1..50),
            milliseconds in 0_u64..1_000_000,
        ) {
            let all: Vec<Asked> = answers
                .iter()
                .enumerate()
                .map(|(index, passed)| asked(index, *passed))
                .collect();
            let took = Duration::from_millis(milliseconds);
            let section = of(&all, took, &Target::parse("http://host").unwrap());
            let failed = answers.iter().filter(|passed| !**passed).count();
            prop_assert_eq!(section.passed, Some(failed == 0));
            let share = section.failure_rate.unwrap().get() * answers.len() as f64 / 100.0;
            prop_assert!((share - failed as f64).abs() < 1e-4, "{share} of {failed}");
            for (index, test) in section.tests.iter().enumerate() {
                prop_assert_eq!(&test.check.name, &format!("step_{index}"));
            }
            prop_assert_eq!(section.tests.len(), answers.len());
            prop_assert_eq!(section.execution_time_s, Measured::new(milliseconds as f64 / 1e3));
        }
    }
}
