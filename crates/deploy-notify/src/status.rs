use schema::evidence::Evidence;
use toolkit::ToolkitError;

use crate::error::Error;
use crate::judgement;

/// How a deployment ended, or how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Success,
    Failure,
    Error,
    Cancelled,
    Pending,
    Queued,
    InProgress,
}

impl Status {
    const ALL: [Status; 7] = [
        Status::Success,
        Status::Failure,
        Status::Error,
        Status::Cancelled,
        Status::Pending,
        Status::Queued,
        Status::InProgress,
    ];

    /// What `asked` names, else what the evidence says. A success over evidence that says no is refused: it would be told
    /// as if nothing had failed.
    pub(crate) fn of(asked: Option<&str>, evidence: Option<&Evidence>) -> Result<Status, Error> {
        let asked = asked.map(Status::named).transpose()?;
        match (asked, evidence.and_then(judgement::success)) {
            (Some(Status::Success), Some(false)) => Err(Error::Contradiction {
                failed: evidence
                    .map(judgement::who_says_no)
                    .unwrap_or_default()
                    .join(", "),
            }),
            (Some(asked), _) => Ok(asked),
            (None, Some(true)) => Ok(Status::Success),
            (None, Some(false)) => Ok(Status::Failure),
            (None, None) => Err(Error::NoStatus),
        }
    }

    fn named(name: &str) -> Result<Status, ToolkitError> {
        let mut all = Status::ALL.into_iter();
        all.find(|status| status.name() == name).ok_or_else(|| {
            ToolkitError::unknown_name("--status", name, Status::ALL.map(Status::name))
        })
    }

    /// As typed and as told.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Failure => "failure",
            Status::Error => "error",
            Status::Cancelled => "cancelled",
            Status::Pending => "pending",
            Status::Queued => "queued",
            Status::InProgress => "in_progress",
        }
    }

    /// For whoever only looks.
    pub(crate) fn emblem(self) -> &'static str {
        match self {
            Status::Success => "✅",
            Status::Failure | Status::Error => "❌",
            Status::Cancelled => "⛔",
            Status::Pending | Status::Queued | Status::InProgress => "⏳",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(text: &str) -> Evidence {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_evidence_decides_where_nobody_says() {
        for (passed, status) in [(true, Status::Success), (false, Status::Failure)] {
            let evidence = evidence(&format!(r#"{{"smoke_tests": {{"passed": {passed}}}}}"#));
            assert_eq!(Status::of(None, Some(&evidence)).unwrap(), status);
        }
        for nothing in [None, Some(&evidence("{}"))] {
            assert!(matches!(Status::of(None, nothing), Err(Error::NoStatus)));
        }
    }

    #[test]
    fn a_success_is_never_told_over_evidence_that_says_no() {
        let failed = evidence(r#"{"smoke_tests": {"passed": false}}"#);
        let refusal = Status::of(Some("success"), Some(&failed)).unwrap_err();
        assert!(refusal.to_string().contains("(smoke_tests)"), "{refusal}");
        // The deployment may fail however good the evidence is.
        let passed = evidence(r#"{"smoke_tests": {"passed": true}}"#);
        for status in Status::ALL {
            assert_eq!(
                Status::of(Some(status.name()), Some(&passed)).unwrap(),
                status
            );
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_told() {
        let refusal = Status::of(Some("sucess"), None).unwrap_err().to_string();
        assert!(refusal.contains("did you mean success?"), "{refusal}");
    }
}
