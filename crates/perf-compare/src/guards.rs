use schema::evidence::{Evidence, Warning};

use crate::TOOL;

/// Whether two runs may be compared at all.
pub(crate) enum Guard {
    /// They may.
    Comparable,
    /// They may because somebody said so.
    AtOwnRisk(Warning),
    /// The current run was broken off: that is a finding about it.
    Interrupted(Warning),
    /// The runs say nothing about each other.
    Incomparable(Warning),
}

impl Guard {
    pub(crate) fn between(
        baseline: &Evidence,
        current: &Evidence,
        allow_host_mismatch: bool,
    ) -> Guard {
        if interrupted(current) {
            let message = "the run was broken off: it is not compared";
            return Guard::Interrupted(warning("interrupted", message.to_owned()));
        }
        if interrupted(baseline) {
            let message = "the baseline was broken off";
            return Guard::Incomparable(warning("incomparable", message.to_owned()));
        }
        let Some((theirs, ours)) = fingerprint(baseline)
            .zip(fingerprint(current))
            .filter(|(theirs, ours)| theirs != ours)
        else {
            return Guard::Comparable;
        };
        let hosts = format!("the baseline was measured on another host ({theirs}, this is {ours})");
        if allow_host_mismatch {
            Guard::AtOwnRisk(warning("host_mismatch", hosts))
        } else {
            let way_out = "--allow-host-mismatch compares all the same";
            Guard::Incomparable(warning("incomparable", format!("{hosts}; {way_out}")))
        }
    }

    pub(crate) fn warning(&self) -> Option<&Warning> {
        match self {
            Guard::Comparable => None,
            Guard::AtOwnRisk(warning)
            | Guard::Interrupted(warning)
            | Guard::Incomparable(warning) => Some(warning),
        }
    }

    pub(crate) fn lets_compare(&self) -> bool {
        matches!(self, Guard::Comparable | Guard::AtOwnRisk(_))
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
