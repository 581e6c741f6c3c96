use schema::evidence::Evidence;
use serde::Serialize;
use toolkit::clock;
use toolkit::http::without_user;

use crate::error::Error;
use crate::finding::{Finding, Findings};
use crate::judgement;
use crate::options::Options;
use crate::status::Status;
use crate::surroundings;
use crate::text::counted;

/// More findings than that nobody reads; how many there are is told.
const MOST_FINDINGS: usize = 20;

/// What is told, the same to everybody.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) environment: String,
    pub(crate) status: Status,
    /// What the evidence says, if there is any.
    pub(crate) verdict: Option<Verdict>,
    /// Why, in half a sentence.
    pub(crate) summary: String,
    /// The most important ones.
    pub(crate) findings: Vec<Finding>,
    /// How many there are in all.
    pub(crate) findings_in_all: usize,
    /// In the words of whoever deployed.
    pub(crate) text: Option<String>,
    /// What was deployed.
    pub(crate) revision: Option<String>,
    /// The commit that was deployed.
    pub(crate) commit: Option<String>,
    /// The run that was measured.
    pub(crate) run: Option<MeasuredRun>,
    /// The page of the run that deployed it.
    pub(crate) url: Option<String>,
    /// The page of what was deployed.
    pub(crate) environment_url: Option<String>,
    /// RFC 3339, UTC.
    pub(crate) time: String,
}

/// What all evidence says together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Passed,
    Failed,
    NotJudged,
}

/// The run in the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct MeasuredRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
}

impl Message {
    /// What the options and the document say; where to look else is in `surroundings`.
    pub(crate) fn of(options: &Options, evidence: Option<&Evidence>) -> Result<Message, Error> {
        let status = Status::of(options.status.as_deref(), evidence)?;
        let verdict = evidence.map(Verdict::of);
        let mut findings = evidence.map(Findings::of).unwrap_or_default();
        let findings_in_all = findings.failed.len();
        let summary = summary(verdict, &findings);
        findings.failed.truncate(MOST_FINDINGS);
        let run = evidence.and_then(|evidence| evidence.run.as_ref());
        let run = run.map(|run| MeasuredRun {
            id: run.id.clone(),
            commit: run.source.as_ref().and_then(|source| source.commit.clone()),
        });
        let measured = run.as_ref().and_then(|run| run.commit.clone());
        let commit = match &options.commit {
            Some(commit) => Some(commit.clone()),
            None => match surroundings::event()? {
                event if event.is_comment() => None,
                event => event
                    .head_commit()
                    .or(measured)
                    .or_else(|| surroundings::variable("GITHUB_SHA")),
            },
        };
        Ok(Message {
            environment: options.environment.clone(),
            status,
            verdict,
            summary,
            findings: findings.failed,
            findings_in_all,
            text: options
                .message
                .clone()
                .filter(|text| !text.trim().is_empty()),
            revision: options.revision.clone(),
            commit,
            run,
            url: page("--url", options.url.clone().or_else(surroundings::run_url))?,
            environment_url: page("--environment-url", options.environment_url.clone())?,
            time: clock::now(),
        })
    }

    /// In one line, with an emblem.
    pub(crate) fn headline(&self) -> String {
        let (emblem, status) = (self.status.emblem(), self.status.name().replace('_', " "));
        format!("{emblem} Deployment to {}: {status}", self.environment)
    }

    /// How many findings there are beside the `shown` ones, in words; `None` where that is none.
    pub(crate) fn more_findings(&self, shown: usize) -> Option<String> {
        match self.findings_in_all.saturating_sub(shown) {
            0 => None,
            more => Some(format!("… and {more} more")),
        }
    }
}

/// The address of a page that people are sent to. It becomes a link in the text of others, which nothing in it may end.
fn page(option: &'static str, url: Option<String>) -> Result<Option<String>, Error> {
    let ends_a_link = |character: char| {
        character.is_control() || character.is_whitespace() || r#"<>|"`\"#.contains(character)
    };
    let is_page = |url: &String| {
        let schemes = ["http://", "https://"];
        schemes.iter().any(|scheme| url.starts_with(scheme))
            && !url.contains(ends_a_link)
            && without_user(url) == *url
    };
    if url.as_ref().is_none_or(is_page) {
        Ok(url)
    } else {
        Err(Error::OddPage { option })
    }
}

impl Verdict {
    fn of(evidence: &Evidence) -> Verdict {
        match judgement::success(evidence) {
            Some(true) => Verdict::Passed,
            Some(false) => Verdict::Failed,
            None => Verdict::NotJudged,
        }
    }
}

fn summary(verdict: Option<Verdict>, findings: &Findings) -> String {
    let checks = findings.checks;
    match (verdict, findings.failed.first()) {
        (None, _) => "no evidence was given".to_owned(),
        (Some(Verdict::NotJudged), _) => "nothing has judged the evidence".to_owned(),
        (Some(Verdict::Failed), Some(first)) => {
            let more = match findings.failed.len() - findings.let_through() {
                1 => String::new(),
                all => format!(", and {} more", all - 1),
            };
            format!("the evidence says no: {}{more}", first.text)
        }
        _ if checks == 0 => "the evidence says yes".to_owned(),
        _ => {
            let checks = counted(checks, "check");
            match findings.without_pass() {
                0 => format!("the evidence says yes: {checks} passed"),
                some => format!("the evidence says yes: {checks}, {some} let through"),
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use serde_json::json;

    /// About a document whose every text is `text`, with more findings than are told.
    pub(crate) fn message(text: &str) -> Message {
        let check = |number: usize| {
            json!({"name": format!("{text}{number}"), "metric": format!("{text}{number}"), "scenario": text,
                "unit": "none", "operator": "==", "expected": text, "actual": text, "status": "fail", "passed": false,
                "note": text})
        };
        let checks: Vec<_> = (0..30).map(check).collect();
        let document = json!({
            "run": {"id": text, "source": {"commit": text}},
            "validation": {"passed": false, "checks": checks},
        });
        let evidence: Evidence = serde_json::from_value(document).unwrap();
        let options = Options {
            environment: text.chars().take(100).collect(),
            revision: Some(text.chars().take(100).collect()),
            commit: Some(text.to_owned()),
            url: Some("https://ci.example.org/run?a=1&b=2".to_owned()),
            environment_url: Some("https://example.org".to_owned()),
            message: Some(text.repeat(10)),
            ..Options::default()
        };
        Message::of(&options, Some(&evidence)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_findings_are_told_and_how_many_more_there_are() {
        let message = testing::message("a");
        assert_eq!(message.findings.len(), 20);
        assert_eq!(message.more_findings(20).unwrap(), "… and 10 more");
        assert_eq!(message.more_findings(30), None);
        assert!(
            message.summary.ends_with(", and 29 more"),
            "{}",
            message.summary
        );
    }

    #[test]
    fn evidence_that_is_good_says_how_much_of_it_there_is() {
        let of = |verdict, checks| {
            let findings = Findings {
                checks,
                ..Findings::default()
            };
            summary(verdict, &findings)
        };
        assert_eq!(
            of(Some(Verdict::Passed), 1),
            "the evidence says yes: 1 check passed"
        );
        assert_eq!(of(Some(Verdict::Passed), 0), "the evidence says yes");
        assert_eq!(
            of(Some(Verdict::NotJudged), 0),
            "nothing has judged the evidence"
        );
        assert_eq!(of(None, 0), "no evidence was given");
    }
}
