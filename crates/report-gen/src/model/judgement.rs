use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use schema::evidence::{
    Check, CheckStatus, Evidence, GateGroup, Gates, HealthChecks, ProbeCheck, SmokeTests,
    Validation, Verdict,
};
use schema::{Measured, Section};

use super::limit_file;
use super::quantity::{Quantity, Range, number, written};

/// An answer in a word, with a sign beside it: a colour is never all that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// `passed`, `failed`, `missing`, `regressed`, …
    pub(crate) word: &'static str,
    tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Doubtful,
    Bad,
}

impl Status {
    pub(crate) const INTERRUPTED: Status = Status {
        word: "interrupted",
        tone: Tone::Bad,
    };

    /// Of a section or probe that says no more than yes or no.
    pub(crate) fn of_section(passed: Option<bool>) -> Status {
        match passed {
            Some(true) => Status {
                word: "passed",
                tone: Tone::Good,
            },
            Some(false) => Status {
                word: "failed",
                tone: Tone::Bad,
            },
            None => Status {
                word: "not judged",
                tone: Tone::Doubtful,
            },
        }
    }

    /// Of one rate of a search: that it is too much is what a search is to find.
    pub(crate) fn of_step(held: bool, certain: bool) -> Status {
        Status {
            word: if held { "held" } else { "did not hold" },
            tone: Tone::of(true, held && certain),
        }
    }

    /// `passed`: whether it lets the build pass.
    pub(crate) fn of_verdict(verdict: Verdict, passed: bool) -> Status {
        let certain = verdict < Verdict::NotJudged;
        Status {
            word: verdict.name(),
            tone: Tone::of(passed, certain),
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.tone == Tone::Good
    }

    pub(crate) fn is_bad(&self) -> bool {
        self.tone == Tone::Bad
    }

    /// A sign whose shape alone tells good from bad.
    pub(crate) fn sign(&self) -> &'static str {
        match self.tone {
            Tone::Good => "✓",
            Tone::Doubtful => "?",
            Tone::Bad => "✗",
        }
    }

    /// `good`, `doubtful` or `bad`, for a style sheet.
    pub(crate) fn class(&self) -> &'static str {
        match self.tone {
            Tone::Good => "good",
            Tone::Doubtful => "doubtful",
            Tone::Bad => "bad",
        }
    }
}

impl Tone {
    fn of(passed: bool, certain: bool) -> Tone {
        match (passed, certain) {
            (false, _) => Tone::Bad,
            (true, true) => Tone::Good,
            (true, false) => Tone::Doubtful,
        }
    }
}

/// The section that asks checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    /// Its key in the document.
    pub(crate) section: &'static str,
    /// Whether it says no. Where it does not, its checks fail nothing: a person may have accepted what they found.
    pub(crate) refuses: bool,
    /// The file that holds its limits, where the document tells.
    pub(crate) limit_file: Option<&'a str>,
}

impl<'a> Asker<'a> {
    pub(crate) fn of(section: &'static str, evidence: &'a Evidence) -> Asker<'a> {
        Asker {
            section,
            refuses: evidence.verdicts().contains(&(section, false)),
            limit_file: limit_file::of(section, evidence),
        }
    }

    /// The answer to one of its checks.
    pub(crate) fn status(&self, check: &Check) -> Status {
        Status {
            word: check.status.name(),
            tone: Tone::of(
                check.passed || !self.refuses,
                check.status == CheckStatus::Pass,
            ),
        }
    }
}

/// A question to the evidence and its answer, whichever section asked.
#[derive(Clone, Debug)]
pub(crate) struct CheckRow<'a> {
    /// The title of the group that it stands in; of several where they asked the same.
    pub(crate) section: String,
    /// Unique within its section, together with the scenario.
    pub(crate) name: String,
    /// Absent for the run as a whole.
    pub(crate) scenario: Option<&'a str>,
    /// Key path.
    pub(crate) metric: &'a str,
    pub(crate) measured: Quantity<'a>,
    pub(crate) interval: Option<Range>,
    /// The limit in words.
    pub(crate) expected: String,
    /// The limit as a number, where there is one.
    pub(crate) limit: Option<f64>,
    /// How far the value is from its limit, in words; absent where percent of the limit mean nothing.
    pub(crate) distance: Option<String>,
    pub(crate) status: Status,
    pub(crate) note: Option<&'a str>,
    /// That a gate's limit could be tightened, and by how much.
    pub(crate) hint: Option<&'a str>,
    /// How long the request of a probe took, in milliseconds; absent of every other check.
    pub(crate) took_ms: Option<f64>,
    /// The file that holds the limit, where the document tells.
    pub(crate) limit_file: Option<&'a str>,
}

impl<'a> CheckRow<'a> {
    fn of(title: &'static str, asker: Asker<'a>, check: &'a Check) -> CheckRow<'a> {
        let measured = Quantity::found(check.actual.as_ref(), &check.unit);
        let limit = check.expected.number();
        let sign = check.operator.sign();
        CheckRow {
            section: title.to_owned(),
            name: check.name.clone(),
            scenario: check.scenario.as_deref(),
            metric: &check.metric,
            measured: limit.map_or(measured, |limit| measured.told_from(limit)),
            interval: Range::of(check.ci95),
            expected: format!("{sign} {}", written(&check.expected, &check.unit)),
            limit,
            distance: measured
                .value()
                .zip(limit)
                .and_then(|(actual, limit)| distance(actual, limit)),
            status: asker.status(check),
            note: check.note.as_deref(),
            hint: None,
            took_ms: None,
            limit_file: asker.limit_file,
        }
    }
}

impl<'a> CheckRow<'a> {
    /// Its name, without the scenario where that is part of it: what is asked of every scenario is one question.
    pub(crate) fn question(&self) -> &str {
        self.scenario
            .and_then(|scenario| {
                let rest = self.name.strip_prefix("scenarios.")?;
                rest.strip_prefix(scenario)?.strip_prefix('.')
            })
            .unwrap_or(&self.name)
    }

    /// What is asked, of which scenario.
    pub(crate) fn subject(&self) -> String {
        match self.scenario {
            Some(scenario) => format!("{} of {scenario}", self.question()),
            None => self.question().to_owned(),
        }
    }

    /// What was found and what was expected, in a sentence without its end.
    pub(crate) fn answer(&self) -> String {
        let found = if self.measured.is_absent() {
            self.measured.to_string()
        } else {
            format!("found {}", self.measured)
        };
        let interval = self
            .interval
            .map(|interval| format!(" (95 % interval {interval})"));
        let distance = self
            .distance
            .as_ref()
            .map(|distance| format!(" ({distance})"));
        format!(
            "{found}{}, expected {}{}",
            interval.unwrap_or_default(),
            self.expected,
            distance.unwrap_or_default()
        )
    }

    /// The same with what a person should know about it.
    pub(crate) fn explained(&self) -> String {
        let remarks = self.note.into_iter().chain(self.hint);
        remarks.fold(self.answer(), |words, remark| words + "; " + remark)
    }

    /// The same of two checks that asked the same and got the same answer.
    fn question_and_answer(&self) -> impl Hash + Eq + use<'a> {
        (
            self.scenario,
            self.metric,
            self.status.word,
            self.status.is_bad(),
            self.expected.clone(),
            self.measured.to_string(),
        )
    }
}

fn distance(actual: f64, limit: f64) -> Option<String> {
    let percent = 100.0 * (actual - limit) / limit.abs();
    if !percent.is_finite() {
        return None;
    }
    let amount = number(percent.abs());
    Some(match percent {
        0.0 => "exactly".to_owned(),
        _ if percent < 0.0 => format!("{amount} % below"),
        _ => format!("{amount} % above"),
    })
}

/// The checks that one section asked.
pub(crate) struct CheckGroup<'a> {
    pub(crate) title: &'static str,
    /// The key of the section that it stands in.
    pub(crate) section: &'static str,
    pub(crate) rows: Vec<CheckRow<'a>>,
}

impl CheckGroup<'_> {
    /// How many of its checks fail the build.
    pub(crate) fn failed(&self) -> usize {
        self.rows.iter().filter(|row| row.status.is_bad()).count()
    }

    /// In words, for the line above its table.
    pub(crate) fn tally(&self) -> String {
        tally(self.rows.iter().map(|row| row.status), "check")
    }
}

/// How many there are of each answer: what fails the build first, then what passed, then what was let through without passing.
pub(crate) fn tally(answers: impl Iterator<Item = Status>, noun: &str) -> String {
    let answers: Vec<Status> = answers.collect();
    let all = counted(answers.len(), noun);
    if answers.iter().all(Status::is_good) {
        let word = if answers.len() == 1 {
            "passed"
        } else {
            "all passed"
        };
        return format!("{all}, {word}");
    }
    let of = |tone: Tone| answers.iter().filter(move |answer| answer.tone == tone);
    let good = of(Tone::Good).count();
    let mut said: Vec<String> = by_word(of(Tone::Bad));
    said.extend((good > 0).then(|| format!("{good} passed")));
    let doubtful = by_word(of(Tone::Doubtful));
    said.extend((!doubtful.is_empty()).then(|| format!("{} let through", doubtful.join(" and "))));
    format!("{all}, {}", said.join(", "))
}

/// A count a word, in the order in which they come first.
fn by_word<'s>(answers: impl Iterator<Item = &'s Status>) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for answer in answers {
        match counts.iter_mut().find(|(word, _)| *word == answer.word) {
            Some((_, count)) => *count += 1,
            None => counts.push((answer.word, 1)),
        }
    }
    let words = counts.into_iter();
    words
        .map(|(word, count)| format!("{count} {word}"))
        .collect()
}

/// With the plural where there is not one.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// All checks of a document, by the section that asked them; sections without any are left out.
pub(crate) fn groups(evidence: &Evidence) -> Vec<CheckGroup<'_>> {
    let validation = evidence.validation.iter().map(|section| {
        let asker = Asker::of(Validation::NAME, evidence);
        let checks = section.checks.iter();
        let rows = checks.map(|check| CheckRow::of("Validation", asker, check));
        group("Validation", asker, rows.collect())
    });
    let health_checks = evidence.health_checks.iter().map(|section| {
        let asker = Asker::of(HealthChecks::NAME, evidence);
        probes("Health checks", asker, &section.checks)
    });
    let smoke_tests = evidence.smoke_tests.iter().map(|section| {
        let asker = Asker::of(SmokeTests::NAME, evidence);
        probes("Smoke tests", asker, &section.tests)
    });
    let gates = evidence.gates.iter().flat_map(|section| {
        let asker = Asker::of(Gates::NAME, evidence);
        GateGroup::ALL.into_iter().map(move |part| {
            let title = title_of(part);
            let checks = section.checks.iter().filter(|gate| gate.group == part);
            let rows = checks.map(|gate| CheckRow {
                hint: gate.hint.as_deref(),
                ..CheckRow::of(title, asker, &gate.check)
            });
            group(title, asker, rows.collect())
        })
    });
    validation
        .chain(health_checks)
        .chain(smoke_tests)
        .chain(gates)
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn probes<'a>(title: &'static str, asker: Asker<'a>, probes: &'a [ProbeCheck]) -> CheckGroup<'a> {
    let rows = probes.iter().map(|probe| CheckRow {
        took_ms: probe.timings.total_ms.map(Measured::get),
        ..CheckRow::of(title, asker, &probe.check)
    });
    group(title, asker, rows.collect())
}

fn group<'a>(title: &'static str, asker: Asker<'a>, rows: Vec<CheckRow<'a>>) -> CheckGroup<'a> {
    CheckGroup {
        title,
        section: asker.section,
        rows,
    }
}

fn title_of(group: GateGroup) -> &'static str {
    match group {
        GateGroup::Performance => "Performance gates",
        GateGroup::Security => "Security gates",
        GateGroup::Deployment => "Deployment gates",
        GateGroup::Custom => "Custom gates",
        GateGroup::Provenance => "Age and origin of the evidence",
    }
}

/// Every check that did not simply pass, those that fail the build first, otherwise in their own order. What
/// two sections asked alike stands there once.
pub(crate) fn findings<'a>(checks: impl Iterator<Item = CheckRow<'a>>) -> Vec<CheckRow<'a>> {
    let mut places = HashMap::new();
    let mut findings: Vec<CheckRow<'a>> = Vec::new();
    for check in checks.filter(|check| !check.status.is_good()) {
        match places.entry(check.question_and_answer()) {
            Entry::Occupied(place) => {
                let finding: &mut CheckRow<'a> = &mut findings[*place.get()];
                finding.section += &format!(", {}", check.section.to_lowercase());
            }
            Entry::Vacant(place) => {
                place.insert(findings.len());
                findings.push(check);
            }
        }
    }
    findings.sort_by_key(|finding| match finding.status.is_bad() {
        true => 0,
        // What is worse than the baseline, and was accepted, is more than what is not known.
        false if finding.status.word == Verdict::Regressed.name() => 1,
        false => 2,
    });
    findings
}
