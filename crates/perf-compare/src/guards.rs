use schema::evidence::{Evidence, Warning};

use crate::TOOL;

/// Whether two runs may be compared at all, and what a reader should know of it.
pub(crate) struct Guard {
    pub(crate) answer: Answer,
    pub(crate) warning: Option<Warning>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// They may.
    Comparable,
    /// The current run was broken off: that is a finding about it.
    Interrupted,
    /// The runs say nothing about each other.
    Incomparable,
}

impl Guard {
    pub(crate) fn between(
        baseline: &Evidence,
        current: &Evidence,
        allow_host_mismatch: bool,
    ) -> Guard {
        if interrupted(current) {
            let message = "the run was broken off: it is not compared";
            return Guard::warning(Answer::Interrupted, "interrupted", message.to_owned());
        }
        if interrupted(baseline) {
            let message = "the baseline was broken off";
            return Guard::warning(Answer::Incomparable, "incomparable", message.to_owned());
        }
        let Some((theirs, ours)) = fingerprint(baseline)
            .zip(fingerprint(current))
            .filter(|(theirs, ours)| theirs != ours)
        else {
            return Guard {
                answer: Answer::Comparable,
                warning: None,
            };
        };
        let hosts = format!("the baseline was measured on another host ({theirs}, this is {ours})");
        if allow_host_mismatch {
            Guard::warning(Answer::Comparable, "host_mismatch", hosts)
        } else {
            let message = format!("{hosts}; --allow-host-mismatch compares all the same");
            Guard::warning(Answer::Incomparable, "incomparable", message)
        }
    }

    fn warning(answer: Answer, code: &str, message: String) -> Guard {
        Guard {
            answer,
            warning: Some(warning(code, message)),
        }
    }
}

/// What the machine of a run is told apart by.
pub(crate) fn fingerprint(evidence: &Evidence) -> Option<&str> {
    evidence.run.as_ref()?.host.as_ref()?.fingerprint.as_deref()
}

fn interrupted(evidence: &Evidence) -> bool {
    evidence.run.as_ref().is_some_and(|run| run.interrupted)
}

pub(crate) fn warning(code: &str, message: String) -> Warning {
    Warning {
        tool: TOOL.name.to_owned(),
        code: code.to_owned(),
        message,
    }
}
