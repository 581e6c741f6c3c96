//! How old the evidence is and of which commit it speaks, as its provenance tells.

use std::time::Duration;

use schema::Document;
use schema::evidence::{
    Check, CheckStatus, CheckValue, Evidence, GateCheck, GateGroup, Operator, Provenance,
};
use toolkit::{clock, commit as commit_of, is_same_commit};

use crate::judge::{plain, with_note};
use crate::sections::in_provenance;

/// Clocks of two machines differ by less.
const SKEW: Duration = Duration::from_secs(60);

/// What was asked of all evidence that a gate is judged on.
pub(crate) struct Demands<'a> {
    pub(crate) max_age: Option<Duration>,
    pub(crate) commit: Option<&'a str>,
}

impl Demands<'_> {
    /// Whether anything was asked.
    pub(crate) fn is_empty(&self) -> bool {
        self.max_age.is_none() && self.commit.is_none()
    }

    /// The answers for each of `sections` that the document holds. What it does not hold fails its own gate.
    pub(crate) fn checks(
        &self,
        sections: &[String],
        document: &Document,
        evidence: &Evidence,
    ) -> Vec<GateCheck> {
        let mut parts: Vec<&str> = Vec::new();
        for section in sections.iter().filter(|section| document.has(section)) {
            let part = in_provenance(section);
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
            .into_iter()
            .flat_map(|part| {
                let entries: Vec<&Provenance> = evidence
                    .provenance
                    .iter()
                    .filter(|entry| entry.section == part)
                    .collect();
                let commit = self
                    .commit
                    .map(|commit| of_commit(part, commit, &entries, evidence));
                let times = times(part, &entries, evidence);
                let age = self.max_age.map(|most| of_age(part, most, &times));
                commit.into_iter().chain(age)
            })
            .map(|check| plain(GateGroup::Provenance, check))
            .collect()
    }
}

/// When a section was written and, where it is made of files, when those were: a report of last year that is imported today is
/// of last year.
fn times<'a>(part: &str, entries: &[&'a Provenance], evidence: &'a Evidence) -> Vec<&'a str> {
    let written = entries.iter().map(|entry| entry.time.as_str());
    let vulnerabilities = evidence.vulnerabilities.iter();
    let code_quality = evidence.code_quality.iter();
    let measured: Vec<&Option<String>> = match part {
        "vulnerabilities" => vulnerabilities
            .flat_map(|section| section.sources.iter().map(|source| &source.measured_at))
            .collect(),
        "code_quality" => code_quality
            .flat_map(|section| section.sources.iter().map(|source| &source.measured_at))
            .collect(),
        _ => Vec::new(),
    };
    let measured = measured.into_iter().filter_map(Option::as_deref);
    written.chain(measured).collect()
}

/// A section may be made of several tools' work: the oldest decides.
fn of_age(part: &str, most: Duration, times: &[&str]) -> Check {
    let ages: Vec<Option<f64>> = times
        .iter()
        .map(|time| clock::seconds_since(time))
        .collect();
    let oldest = ages.iter().flatten().copied().reduce(f64::max);
    let in_order = ages
        .iter()
        .all(|age| age.is_some_and(|age| age >= -SKEW.as_secs_f64()));
    let (age, note) = match oldest {
        Some(age) if in_order => (Some(age.max(0.0).round()), None),
        Some(_) => (None, Some("its time is none, or is still to come")),
        None => (None, Some("no provenance says when it was measured")),
    };
    named(
        format!("age.{part}"),
        note,
        Check::judge(
            &format!("provenance.{part}.time"),
            "s",
            age.map(CheckValue::Number),
            Operator::AtMost,
            CheckValue::Number(most.as_secs_f64()),
            false,
        ),
    )
}

fn of_commit(part: &str, commit: &str, entries: &[&Provenance], evidence: &Evidence) -> Check {
    let found: Vec<Option<String>> = entries
        .iter()
        .map(|entry| {
            entry
                .commit
                .as_deref()
                .and_then(|found| commit_of(found).ok())
        })
        .collect();
    let other = found
        .iter()
        .flatten()
        .find(|found| !is_same_commit(found, commit))
        .map(String::as_str);
    let known = !found.is_empty() && found.iter().all(Option::is_some);
    let metric = format!("provenance.{part}.commit");
    let judge = |actual: Option<&str>| {
        let (operator, name) = (Operator::Equal, metric.as_str());
        Check::judge(name, "none", actual, operator, commit, false)
    };
    let (check, note) = match other {
        Some(other) => (judge(Some(other)), None),
        None if !known => (
            judge(None),
            Some("no provenance says of which commit it is"),
        ),
        None if part == "run" && is_dirty(evidence) => {
            let changed = judge(Some(commit));
            let check = Check {
                status: CheckStatus::Fail,
                passed: false,
                ..changed
            };
            (check, Some("measured with changes that were not committed"))
        }
        None => (judge(Some(commit)), None),
    };
    named(format!("commit.{part}"), note, check)
}

fn named(name: String, note: Option<&str>, check: Check) -> Check {
    let check = Check { name, ..check };
    match note {
        Some(note) => with_note(check, note),
        None => check,
    }
}

fn is_dirty(evidence: &Evidence) -> bool {
    evidence
        .run
        .as_ref()
        .and_then(|run| run.source.as_ref())
        .and_then(|source| source.dirty)
        .unwrap_or(false)
}
