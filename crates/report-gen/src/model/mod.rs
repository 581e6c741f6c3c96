//! What a report says, in the order in which it says it. The formats only lay it out.

mod capacity;
mod comparison;
mod facts;
mod figures;
mod headline;
mod judgement;
mod limit_file;
mod limits;
pub(crate) mod measurements;
mod part;
mod probes;
mod quantity;
mod refusals;
mod scans;
mod scenarios;

pub(crate) use comparison::{ComparisonRow, ComparisonTable};
pub(crate) use facts::{Fact, readable_time, short_commit};
pub(crate) use figures::KeyFigure;
pub(crate) use headline::Overall;
pub(crate) use judgement::{Asker, CheckGroup, CheckRow, Status};
pub(crate) use quantity::{Quantity, Range, every_digit, number};
pub(crate) use refusals::Refusal;
pub(crate) use scenarios::{ScenarioRow, Spread};

use schema::Document;
use schema::evidence::Evidence;

use facts::ProvenanceRow;
use headline::Headline;
use limits::Limits;
use part::Part;

/// Everything that a report says about one document.
pub(crate) struct Report<'a> {
    /// All of it, for the formats that programs read.
    pub(crate) evidence: &'a Evidence,
    /// The same as it is passed on.
    pub(crate) document: &'a Document,
    /// The verdict and which run it is about.
    pub(crate) headline: Headline<'a>,
    /// The figures of the run as a whole.
    pub(crate) figures: Vec<KeyFigure<'a>>,
    /// Every section that says no without a check of its own that does.
    pub(crate) refusals: Vec<Refusal<'a>>,
    /// Every check that did not simply pass, those that fail the build first.
    pub(crate) findings: Vec<CheckRow<'a>>,
    /// All checks, by the section that asked them.
    pub(crate) groups: Vec<CheckGroup<'a>>,
    /// What each metric was held to.
    pub(crate) limits: Limits<'a>,
    /// What the comparison decided by, as checks.
    pub(crate) compared: Option<CheckGroup<'a>>,
    /// Each batch size and test scenario.
    pub(crate) scenarios: Vec<ScenarioRow<'a>>,
    /// The run beside its baseline.
    pub(crate) comparison: Option<ComparisonTable<'a>>,
    /// What a search for the capacity came to.
    pub(crate) capacity: Option<Part>,
    /// What probes, scanners and coverage tools found.
    pub(crate) parts: Vec<Part>,
    /// How, where and with what the run was made.
    pub(crate) run: Vec<Fact>,
    /// The command that does the same again.
    pub(crate) repeated_by: Option<String>,
    /// Who wrote which section, when, from what.
    pub(crate) provenance: Vec<ProvenanceRow<'a>>,
}

impl<'a> Report<'a> {
    /// Of a document and its evidence.
    pub(crate) fn of(document: &'a Document, evidence: &'a Evidence) -> Report<'a> {
        let groups = judgement::groups(evidence);
        let limits = Limits::of(&groups);
        let comparison = ComparisonTable::of(evidence);
        let compared = comparison.as_ref().map(ComparisonTable::checks);
        let all = || groups.iter().chain(&compared);
        let refusals = refusals::of(evidence, all());
        let findings = judgement::findings(all().flat_map(|group| group.rows.clone()));
        Report {
            evidence,
            document,
            headline: Headline::of(evidence, &groups, comparison.as_ref(), &refusals),
            figures: figures::figures(evidence, &groups),
            scenarios: scenarios::rows(evidence, &limits),
            refusals,
            findings,
            groups,
            limits,
            compared,
            comparison,
            capacity: evidence.capacity.as_ref().and_then(capacity::capacity),
            parts: parts(evidence),
            run: facts::run(evidence),
            repeated_by: evidence.run.as_ref().and_then(facts::repeated_by),
            provenance: facts::provenance(evidence),
        }
    }

    /// The checks that fail the build.
    pub(crate) fn failures(&self) -> &[CheckRow<'a>] {
        let first_that_does_not = self.findings.partition_point(|row| row.status.is_bad());
        &self.findings[..first_that_does_not]
    }
}

fn parts(evidence: &Evidence) -> Vec<Part> {
    let service_time = evidence.service_time.as_ref();
    let vulnerabilities = evidence.vulnerabilities.as_ref();
    let code_quality = evidence.code_quality.as_ref();
    [
        service_time
            .and_then(|section| Part::of("Service time", facts::service_time(section), None)),
        probes::health_checks(evidence),
        probes::smoke_tests(evidence),
        vulnerabilities.and_then(scans::vulnerabilities),
        code_quality.and_then(scans::code_quality),
    ]
    .into_iter()
    .flatten()
    .collect()
}
