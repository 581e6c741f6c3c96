//! What a report says, in the order in which it says it. The formats only lay it out.

mod comparison;
mod facts;
mod figures;
mod headline;
mod judgement;
mod other_evidence;
mod quantity;
mod scenarios;

pub(crate) use headline::Overall;
pub(crate) use quantity::every_digit;
pub(crate) use scenarios::{Quantile, ScenarioRow};

use schema::Document;
use schema::evidence::Evidence;

use comparison::ComparisonTable;
use facts::{Fact, ProvenanceRow};
use figures::Figure;
use headline::Headline;
use judgement::{CheckGroup, CheckRow};

/// Everything that a report says about one document.
pub(crate) struct Report<'a> {
    /// All of it, for the formats that programs read.
    pub(crate) evidence: &'a Evidence,
    /// The same as it is passed on.
    pub(crate) document: &'a Document,
    /// The verdict and which run it is about.
    pub(crate) headline: Headline<'a>,
    /// The figures of the run as a whole.
    pub(crate) figures: Vec<Figure<'a>>,
    /// Every check that did not simply pass, those that fail the build first.
    pub(crate) findings: Vec<CheckRow<'a>>,
    /// All checks, by the section that asked them.
    pub(crate) groups: Vec<CheckGroup<'a>>,
    /// Each batch size and test scenario.
    pub(crate) scenarios: Vec<ScenarioRow<'a>>,
    /// The run beside its baseline.
    pub(crate) comparison: Option<ComparisonTable<'a>>,
    /// What probes, scanners and coverage tools found.
    pub(crate) other_evidence: Vec<Fact>,
    /// How, where and with what the run was made.
    pub(crate) run: Vec<Fact>,
    /// Who wrote which section, when, from what.
    pub(crate) provenance: Vec<ProvenanceRow<'a>>,
}

impl<'a> Report<'a> {
    /// Of a document and its evidence.
    pub(crate) fn of(document: &'a Document, evidence: &'a Evidence) -> Report<'a> {
        let groups = judgement::groups(evidence);
        let comparison = evidence.comparison.as_ref().map(ComparisonTable::of);
        let compared = comparison.iter().flat_map(ComparisonTable::checks);
        let findings = judgement::findings(
            groups
                .iter()
                .flat_map(|group| group.rows.clone())
                .chain(compared),
        );
        Report {
            evidence,
            document,
            headline: Headline::of(evidence, &groups),
            figures: figures::figures(evidence, &groups),
            scenarios: scenarios::rows(evidence, &groups),
            findings,
            groups,
            comparison,
            other_evidence: other_evidence::facts(evidence),
            run: facts::run(evidence),
            provenance: facts::provenance(evidence),
        }
    }
}
