use schema::Section;
use schema::evidence::{Comparison, Evidence, Run, Verdict};

use super::comparison::ComparisonTable;
use super::facts::{Fact, commit, host, readable_time};
use super::judgement::{CheckGroup, Status, counted, tally};
use super::refusals::Refusal;

/// The verdict and which run it is about.
pub(crate) struct Headline<'a> {
    pub(crate) verdict: Overall,
    /// Why, in half a sentence.
    pub(crate) summary: String,
    /// The run's identifier.
    pub(crate) run_id: Option<&'a str>,
    /// Run, commit, environment, time and host, recorded or not.
    pub(crate) facts: Vec<Fact>,
    /// Each section that judges, with its answer.
    pub(crate) sections: Vec<(String, Status)>,
}

/// What all sections that judge say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overall {
    Passed,
    Failed,
    NotJudged,
}

impl Overall {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Overall::Passed => "PASSED",
            Overall::Failed => "FAILED",
            Overall::NotJudged => "NOT JUDGED",
        }
    }

    pub(crate) fn is_good(self) -> bool {
        self == Overall::Passed
    }

    pub(crate) fn status(self) -> Status {
        Status::of_section(match self {
            Overall::Passed => Some(true),
            Overall::Failed => Some(false),
            Overall::NotJudged => None,
        })
    }

    pub(crate) fn sign(self) -> &'static str {
        self.status().sign()
    }

    pub(crate) fn class(self) -> &'static str {
        self.status().class()
    }
}

impl<'a> Headline<'a> {
    pub(crate) fn of(
        evidence: &'a Evidence,
        groups: &[CheckGroup<'_>],
        comparison: Option<&ComparisonTable<'_>>,
        refusals: &[Refusal<'_>],
    ) -> Headline<'a> {
        let verdict = match evidence.success() {
            Some(true) => Overall::Passed,
            Some(false) => Overall::Failed,
            None => Overall::NotJudged,
        };
        let run = evidence.run.as_ref();
        Headline {
            verdict,
            summary: summary(verdict, groups, comparison, refusals),
            run_id: run.and_then(|run| run.id.as_deref()),
            facts: facts(run),
            sections: sections(evidence),
        }
    }
}

fn sections(evidence: &Evidence) -> Vec<(String, Status)> {
    evidence
        .verdicts()
        .into_iter()
        .map(|(section, passed)| {
            let compared = evidence.comparison.as_ref();
            let status = compared
                .filter(|_| section == Comparison::NAME)
                .map(|comparison| Status::of_verdict(comparison.verdict, passed));
            (
                title(section),
                status.unwrap_or_else(|| status_of(section, passed)),
            )
        })
        .collect()
}

pub(super) fn status_of(section: &str, passed: bool) -> Status {
    match section {
        "run" if !passed => Status::INTERRUPTED,
        _ => Status::of_section(Some(passed)),
    }
}

/// A section's key as words.
pub(super) fn title(section: &str) -> String {
    let words = section.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What an empty list of reasons would leave out.
const JUDGED_NOTHING: &str = "no section that was asked has judged anything";

fn summary(
    verdict: Overall,
    groups: &[CheckGroup<'_>],
    comparison: Option<&ComparisonTable<'_>>,
    refusals: &[Refusal<'_>],
) -> String {
    let answers = || {
        groups
            .iter()
            .flat_map(|group| &group.rows)
            .map(|row| row.status)
    };
    let compared: Vec<Status> = comparison
        .iter()
        .flat_map(|table| table.answers())
        .collect();
    match verdict {
        Overall::NotJudged => "nothing has judged this document yet".to_owned(),
        Overall::Passed => {
            let checks = answers().next().map(|_| tally(answers(), "check"));
            let metrics = (!compared.is_empty()).then(|| {
                format!(
                    "{} against the baseline",
                    tally(compared.into_iter(), "metric")
                )
            });
            let accepted = comparison.and_then(|table| table.accepted);
            let accepted = accepted.map(|reason| format!("accepted: {reason}"));
            let said: Vec<String> = [checks, metrics, accepted].into_iter().flatten().collect();
            match said.is_empty() {
                true => JUDGED_NOTHING.to_owned(),
                false => said.join("; "),
            }
        }
        Overall::Failed => {
            let bad = |word| {
                let same = |status: &Status| status.is_bad() && status.word == word;
                answers().filter(same).count()
            };
            let missing = bad("missing");
            let failed = answers().filter(Status::is_bad).count() - missing;
            let worse = |regressed: bool| {
                let bad = compared.iter().filter(|status| status.is_bad());
                bad.filter(|status| (status.word == Verdict::Regressed.name()) == regressed)
                    .count()
            };
            let (regressed, undecided) = (worse(true), worse(false));
            let reason = |count: usize, words: String| (count > 0).then_some(words);
            let all = counted(answers().count(), "check");
            let of_checks = [
                reason(failed, format!("{failed} of {all} failed")),
                reason(missing, format!("{missing} without evidence")),
                reason(
                    regressed,
                    format!("{} worse than the baseline", counted(regressed, "metric")),
                ),
                reason(
                    undecided,
                    format!(
                        "{} missing or undecided against the baseline",
                        counted(undecided, "metric")
                    ),
                ),
            ];
            let refused = refusals.iter().map(|refusal| refusal.reason.clone());
            let reasons: Vec<String> = refused.chain(of_checks.into_iter().flatten()).collect();
            reasons.join(", ")
        }
    }
}

fn facts(run: Option<&Run>) -> Vec<Fact> {
    let of = |read: fn(&Run) -> Option<String>| run.and_then(read);
    [
        ("Run", of(|run| run.id.clone())),
        ("Commit", of(|run| run.source.as_ref().and_then(commit))),
        ("Environment", of(|run| run.environment.clone())),
        (
            "Started",
            of(|run| run.started_at.as_deref().map(readable_time)),
        ),
        ("Host", of(|run| run.host.as_ref().and_then(host))),
    ]
    .into_iter()
    .map(|(label, text)| Fact {
        label,
        text: text.unwrap_or_else(|| "not recorded".to_owned()),
    })
    .collect()
}
