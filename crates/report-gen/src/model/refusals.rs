use schema::Section;
use schema::evidence::{Capacity, Comparison, Evidence};

use super::comparison::limits;
use super::headline;
use super::judgement::{CheckGroup, Status};
use super::limit_file;

/// A section that says no without a check of its own that does.
pub(crate) struct Refusal<'a> {
    /// Its key in the document.
    pub(crate) section: &'static str,
    /// The key as words.
    pub(crate) title: String,
    pub(crate) status: Status,
    /// Why, in half a sentence.
    pub(crate) reason: String,
    /// The file that holds its limits, or says what was measured, where the document tells.
    pub(crate) limit_file: Option<&'a str>,
}

/// All of a document; `groups` are all its checks.
pub(super) fn of<'groups, 'a: 'groups>(
    evidence: &'a Evidence,
    groups: impl Iterator<Item = &'groups CheckGroup<'a>> + Clone,
) -> Vec<Refusal<'a>> {
    let has_failed_check = |section: &str| {
        groups
            .clone()
            .any(|group| group.section == section && group.failed() > 0)
    };
    evidence
        .verdicts()
        .into_iter()
        .filter(|(section, passed)| !passed && !has_failed_check(section))
        .map(|(section, _)| Refusal {
            section,
            title: headline::title(section),
            status: headline::status_of(section, false),
            reason: reason(section, evidence),
            limit_file: limit_file::of(section, evidence),
        })
        .collect()
}

fn reason(section: &str, evidence: &Evidence) -> String {
    match (section, &evidence.capacity, &evidence.comparison) {
        ("run", ..) => "the run was interrupted".to_owned(),
        ("capacity", Some(Capacity { condition, .. }), _) => {
            format!("no rate was found at which this holds: {condition}")
        }
        (Comparison::NAME, _, Some(comparison)) => {
            let mut words = vec![comparison.verdict.name()];
            words.extend(limits(comparison, evidence));
            words.join(": ")
        }
        _ => format!(
            "{}: failed, and none of its checks tells why",
            headline::title(section).to_lowercase()
        ),
    }
}
