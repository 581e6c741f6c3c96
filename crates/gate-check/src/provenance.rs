//! How old the evidence is and of which commit it speaks, as its provenance tells.

use std::time::Duration;

use schema::Document;
use schema::evidence::{
    Check, CheckStatus, CheckValue, Evidence, GateCheck, GateGroup, Operator, Provenance,
};
use toolkit::{clock, commit as commit_of, is_same_commit};

use crate::checks::{plain, with_note};
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

    /// The answers for each part.
    pub(crate) fn checks(&self, parts: &Parts, evidence: &Evidence) -> Vec<GateCheck> {
        parts
            .0
            .iter()
            .flat_map(|part| {
                let entries: Vec<&Provenance> = evidence
                    .provenance
                    .iter()
                    .filter(|entry| entry.section == *part)
                    .collect();
                let commit = self
                    .commit
                    .map(|commit| of_commit(part, commit, &entries, evidence));
                let age = self
                    .max_age
                    .map(|most| of_age(part, most, &entries, evidence));
                commit.into_iter().chain(age)
            })
            .map(|check| plain(GateGroup::Provenance, check))
            .collect()
    }
}

/// What provenance speaks of, each once: sections, but those of bench-run together.
pub(crate) struct Parts(Vec<String>);

impl Parts {
    /// Those of the sections that are in the document. What is not fails its own gate.
    pub(crate) fn present(sections: Vec<String>, document: &Document) -> Parts {
        let present = |section: &String| document.has(section);
        Parts::all(sections.into_iter().filter(present).collect())
    }

    /// Those of all sections: what is not in the document has no age and no commit.
    pub(crate) fn all(sections: Vec<String>) -> Parts {
        let mut parts: Vec<String> = Vec::new();
        for part in sections.iter().filter_map(|section| in_provenance(section)) {
            if !parts.iter().any(|known| known == part) {
                parts.push(part.to_owned());
            }
        }
        Parts(parts)
    }
}

/// A section may be made of several tools' work, and be made of files: the oldest decides. A report of last year that is
/// imported today is of last year, where it says so.
fn of_age(part: &str, most: Duration, entries: &[&Provenance], evidence: &Evidence) -> Check {
    let measured = measured_at(part, evidence);
    let told = measured.iter().copied().flatten();
    let times = entries.iter().map(|entry| entry.time.as_str()).chain(told);
    let ages: Vec<Option<f64>> = times.map(clock::seconds_since).collect();
    let oldest = ages.iter().flatten().copied().reduce(f64::max);
    let in_order = ages
        .iter()
        .all(|age| age.is_some_and(|age| age >= -SKEW.as_secs_f64()));
    let untold = measured.iter().filter(|time| time.is_none()).count();
    let (age, note) = match oldest {
        Some(age) if in_order => {
            let of_import = (untold > 0).then(|| {
                format!("{untold} of {} reports count from when they were imported: they do not say when they were made", measured.len())
            });
            (Some(age.max(0.0).round()), of_import)
        }
        Some(_) => (
            None,
            Some("its time is none, or is still to come".to_owned()),
        ),
        None => (
            None,
            Some("no provenance says when it was measured".to_owned()),
        ),
    };
    named(
        format!("age.{part}"),
        note.as_deref(),
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

/// When each file that a section is made of was written, as far as its tool says.
fn measured_at<'a>(part: &str, evidence: &'a Evidence) -> Vec<Option<&'a str>> {
    let vulnerabilities = evidence.vulnerabilities.iter();
    let code_quality = evidence.code_quality.iter();
    match part {
        "vulnerabilities" => vulnerabilities
            .flat_map(|section| section.sources.iter())
            .map(|source| source.measured_at.as_deref())
            .collect(),
        "code_quality" => code_quality
            .flat_map(|section| section.sources.iter())
            .map(|source| source.measured_at.as_deref())
            .collect(),
        _ => Vec::new(),
    }
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
