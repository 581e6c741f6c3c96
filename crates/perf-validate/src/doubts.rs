use std::fmt;

use schema::Measured;
use schema::evidence::{Check, Evidence, Operator, Run, Warning};

/// What limits belief in a run: the warnings of one kind in the document.
pub(crate) struct Doubt {
    /// The tool that warns.
    tool: String,
    /// For programs.
    code: String,
    /// In the words of the first warning.
    message: String,
    count: u32,
}

/// All warnings of the document, by kind, and what the run says of itself without one.
pub(crate) fn of(evidence: &Evidence) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = Vec::new();
    for Warning {
        tool,
        code,
        message,
    } in &evidence.warnings
    {
        let known = doubts
            .iter_mut()
            .find(|doubt| doubt.tool == *tool && doubt.code == *code);
        match known {
            Some(doubt) => doubt.count = doubt.count.saturating_add(1),
            None => doubts.push(Doubt {
                tool: tool.clone(),
                code: code.clone(),
                message: message.clone(),
                count: 1,
            }),
        }
    }
    let of_run = evidence.run.iter().flat_map(unsaid);
    let unsaid: Vec<Doubt> = of_run
        .filter(|unsaid| !doubts.iter().any(|doubt| doubt.code == unsaid.code))
        .collect();
    doubts.extend(unsaid);
    doubts
}

/// What bench-run warns of under the same codes, but another generator of load may not.
fn unsaid(run: &Run) -> Vec<Doubt> {
    let doubt = |code: &str, message: String| Doubt {
        tool: run.tool.clone().unwrap_or_else(|| "run".to_owned()),
        code: code.to_owned(),
        message,
        count: 1,
    };
    let saturated = run
        .generator
        .as_ref()
        .and_then(|generator| generator.saturated)
        .filter(|saturated| *saturated)
        .map(|_| {
            doubt(
                "generator_saturated",
                "the load generator may have been the limit, and not the service".to_owned(),
            )
        });
    let unmet = run
        .requirements
        .as_ref()
        .filter(|requirements| !requirements.met)
        .map(|requirements| doubt("hardware_requirements", requirements.unmet.join("; ")));
    saturated.into_iter().chain(unmet).collect()
}

impl Doubt {
    /// The failing check of a run that must be beyond doubt.
    pub(crate) fn check(&self) -> Check {
        Check {
            note: Some(self.words()),
            ..Check::judge(
                &format!("warnings.{}.{}", self.tool, self.code),
                "count",
                Some(Measured::from(self.count)),
                Operator::AtMost,
                Measured::ZERO,
                false,
            )
        }
    }

    /// The first warning, and how many more there are of its kind.
    fn words(&self) -> String {
        match self.count - 1 {
            0 => self.message.clone(),
            more => format!("{}; and {more} more of its kind", self.message),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.tool, self.words())
    }
}
