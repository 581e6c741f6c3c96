//! What a document says in all: its sections as far as they are known, and what it says of itself. A later tool may have judged
//! it in a section that is not known here.

use schema::evidence::Evidence;

/// The key of what a document says of itself.
const ITSELF: &str = "overall_success";

/// Whether all that judges has passed; `None` while nothing has judged.
pub(crate) fn success(evidence: &Evidence) -> Option<bool> {
    match evidence.overall_success {
        Some(false) => Some(false),
        _ => evidence.success(),
    }
}

/// The sections that say no; where none does that is known, the document itself, if it says no.
pub(crate) fn who_says_no(evidence: &Evidence) -> Vec<&'static str> {
    let verdicts = evidence.verdicts().into_iter();
    let mut saying_no: Vec<&'static str> = verdicts
        .filter(|(_, passed)| !passed)
        .map(|(section, _)| section)
        .collect();
    if saying_no.is_empty() && evidence.overall_success == Some(false) {
        saying_no.push(ITSELF);
    }
    saying_no
}
