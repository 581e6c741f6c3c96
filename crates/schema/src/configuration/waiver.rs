use std::collections::HashSet;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;

/// Leave for a gate to fail, from somebody who answers for it, until a day.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The gate's name, as in `vulnerabilities.high`.
    pub gate: String,
    /// Why it may fail.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it may, UTC, as in 2026-12-31.
    pub expires: String,
    /// The worst value that may be, where not just any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
}

impl Waiver {
    /// Whether its last day lies before `today`. What is no date has never been in force.
    pub fn has_expired(&self, today: Date) -> bool {
        self.last_day().is_none_or(|last| last < today)
    }

    fn last_day(&self) -> Option<Date> {
        // The form in full: a date with a time or a zone behind it would be read too.
        self.expires
            .parse()
            .ok()
            .filter(|_| self.expires.len() == 10)
    }

    fn problems(&self) -> Vec<Problem> {
        let texts = [
            (
                "gate",
                &self.gate,
                "the name of a gate, as in vulnerabilities.high",
            ),
            ("reason", &self.reason, "why the gate may fail"),
            ("owner", &self.owner, "who answers for it"),
        ];
        let mut problems: Vec<Problem> = texts
            .into_iter()
            .filter(|(_, text, _)| text.trim().is_empty())
            .map(|(key, _, expected)| Problem::new(key, "an empty text", expected))
            .collect();
        if self.last_day().is_none() {
            let found = format!("{:?}", self.expires);
            problems.push(Problem::new("expires", found, "a day, as in 2026-12-31"));
        }
        if let Some(up_to) = self.up_to.filter(|up_to| !up_to.is_finite()) {
            problems.push(Problem::new("up_to", up_to, "a finite number"));
        }
        problems
    }
}

pub(super) fn problems(waivers: &[Waiver]) -> Vec<Problem> {
    let mut gates = HashSet::new();
    waivers
        .iter()
        .enumerate()
        .flat_map(|(index, waiver)| {
            let again = !gates.insert(waiver.gate.as_str());
            let repeated = again.then(|| {
                let found = format!("\"{}\" again", waiver.gate);
                Problem::new("gate", found, "one waiver a gate")
            });
            let own = waiver.problems().into_iter().chain(repeated);
            own.map(move |problem| problem.below(&format!("waivers[{index}]")))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(expires: &str) -> Waiver {
        Waiver {
            gate: "vulnerabilities.high".to_owned(),
            reason: "not reachable".to_owned(),
            owner: "ann".to_owned(),
            expires: expires.to_owned(),
            up_to: None,
        }
    }

    #[test]
    fn a_waiver_holds_through_its_last_day() {
        let waiver = until("2026-12-31");
        assert_eq!(waiver.problems(), []);
        for (today, expired) in [
            ("2026-12-30", false),
            ("2026-12-31", false),
            ("2027-01-01", true),
        ] {
            assert_eq!(
                waiver.has_expired(today.parse().unwrap()),
                expired,
                "{today}"
            );
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for expires in [
            "",
            "soon",
            "2026-02-30",
            "2026-12-31T00:00:00",
            "31.12.2026",
            "2026-1-1",
        ] {
            let problems = until(expires).problems();
            assert_eq!(problems.len(), 1, "{expires}: {problems:?}");
            assert!(until(expires).has_expired("2020-01-01".parse().unwrap()));
        }
    }
}
