use schema::evidence::{Evidence, Run, Verdict};

use super::facts::{Fact, commit, host, readable_time};
use super::judgement::{CheckGroup, Status};

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
    pub(crate) fn of(evidence: &'a Evidence, groups: &[CheckGroup<'_>]) -> Headline<'a> {
        let verdict = match evidence.success() {
            Some(true) => Overall::Passed,
            Some(false) => Overall::Failed,
            None => Overall::NotJudged,
        };
        let run = evidence.run.as_ref();
        let sections = sections(evidence);
        Headline {
            verdict,
            summary: summary(verdict, evidence, groups, &sections),
            run_id: run.and_then(|run| run.id.as_deref()),
            facts: facts(run),
            sections,
        }
    }
}

fn sections(evidence: &Evidence) -> Vec<(String, Status)> {
    evidence
        .verdicts()
        .into_iter()
        .map(|(section, passed)| (title(section), status_of(section, passed)))
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

fn summary(
    verdict: Overall,
    evidence: &Evidence,
    groups: &[CheckGroup<'_>],
    sections: &[(String, Status)],
) -> String {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let all = rows().count();
    match verdict {
        Overall::NotJudged => "nothing has judged this document yet".to_owned(),
        Overall::Passed => {
            let doubtful = rows().filter(|row| !row.status.is_good()).count();
            let without_answer = |count: usize| match count {
                0 => String::new(),
                _ => format!(", {count} of them without a certain answer"),
            };
            let checks = (all > 0).then(|| {
                format!(
                    "{} passed{}",
                    counted(all, "check"),
                    without_answer(doubtful)
                )
            });
            let compared: Vec<Verdict> = evidence
                .comparison
                .iter()
                .flat_map(|comparison| &comparison.metrics)
                .map(|metric| metric.verdict)
                .filter(|verdict| *verdict != Verdict::NotJudged)
                .collect();
            let undecided = compared
                .iter()
                .filter(|verdict| **verdict == Verdict::Inconclusive)
                .count();
            let metrics = (!compared.is_empty()).then(|| {
                let count = counted(compared.len(), "metric");
                format!("{count} compared{}", without_answer(undecided))
            });
            let said: Vec<String> = checks.into_iter().chain(metrics).collect();
            said.join("; ")
        }
        Overall::Failed => {
            let bad = |word| {
                rows()
                    .filter(|row| row.status.is_bad() && row.status.word == word)
                    .count()
            };
            let metrics = |regressed: bool| {
                evidence
                    .comparison
                    .iter()
                    .flat_map(|comparison| &comparison.metrics)
                    .filter(|metric| {
                        !metric.passed && (metric.verdict == Verdict::Regressed) == regressed
                    })
                    .count()
            };
            let (regressed, undecided) = (metrics(true), metrics(false));
            let interrupted = evidence.run.as_ref().is_some_and(|run| run.interrupted);
            let missing = bad("missing");
            let failed = rows().filter(|row| row.status.is_bad()).count() - missing;
            let mut reasons: Vec<String> = Vec::new();
            reasons.extend(interrupted.then(|| "the run was interrupted".to_owned()));
            reasons.extend(
                (failed > 0).then(|| format!("{failed} of {} failed", counted(all, "check"))),
            );
            reasons.extend((missing > 0).then(|| format!("{missing} without evidence")));
            reasons.extend(
                (regressed > 0)
                    .then(|| format!("{} worse than the baseline", counted(regressed, "metric"))),
            );
            reasons.extend(
                (undecided > 0)
                    .then(|| format!("{} without a comparison", counted(undecided, "metric"))),
            );
            // Some sections say no without a check that could be counted.
            if reasons.is_empty() {
                reasons = sections
                    .iter()
                    .filter(|(_, status)| status.is_bad())
                    .map(|(name, status)| format!("{}: {}", name.to_lowercase(), status.word))
                    .collect();
            }
            reasons.join(", ")
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
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
