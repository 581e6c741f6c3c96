use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sources::{Doubt, ImportedFile, add_once, identity, incomplete};

/// Findings of vulnerability scanners by severity: the sums over all sources. A sum is absent where a source does not
/// tell, or cannot be trusted to be whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Vulnerabilities {
    /// Critical findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical: Option<u32>,
    /// High findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<u32>,
    /// Medium findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<u32>,
    /// Low findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<u32>,
    /// Findings without a severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u32>,
    /// What the sums are made of, a file of a tool each. Empty in a section written by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<VulnerabilitySource>,
}

/// What one file of one scanner says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct VulnerabilitySource {
    /// The scanner, as it names itself.
    pub tool: String,
    /// Its version; absent where it does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// The format that the file was read as, by the name that `scan-import --format` takes.
    pub format: String,
    /// As given on the command line.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When the tool wrote it, as it says itself, RFC 3339; absent where it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<String>,
    /// Critical findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub critical: Option<u32>,
    /// High findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<u32>,
    /// Medium findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<u32>,
    /// Low findings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<u32>,
    /// Findings without a severity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u32>,
    /// Why the result cannot be trusted to be whole; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

impl ImportedFile for VulnerabilitySource {
    fn identity(&self) -> Option<(&str, &str)> {
        identity(&self.sha256, &self.format)
    }
}

impl Vulnerabilities {
    /// The section over all of `sources`.
    pub fn of(sources: Vec<VulnerabilitySource>) -> Vulnerabilities {
        let whole = !sources.is_empty() && sources.iter().all(|one| one.incomplete.is_none());
        let sum = |count: fn(&VulnerabilitySource) -> Option<u32>| {
            let mut counts = sources.iter().map(count);
            whole.then(|| counts.try_fold(0_u32, |sum, count| Some(sum.saturating_add(count?))))?
        };
        Vulnerabilities {
            critical: sum(|one| one.critical),
            high: sum(|one| one.high),
            medium: sum(|one| one.medium),
            low: sum(|one| one.low),
            unknown: sum(|one| one.unknown),
            sources,
        }
    }

    /// Whether it has sums but does not say of what, so that nothing can be added to them.
    pub fn is_without_sources(&self) -> bool {
        self.sources.is_empty() && *self != Vulnerabilities::default()
    }

    /// Whether its sums are others than those of its sources, as after a change by hand. Without sources there is nothing to
    /// contradict.
    pub fn contradicts_its_sources(&self) -> bool {
        !self.sources.is_empty() && *self != Vulnerabilities::of(self.sources.clone())
    }

    /// Adds sources and sums anew. Those of a file that is a source already are left out, and returned.
    pub fn add(
        &mut self,
        new: impl IntoIterator<Item = VulnerabilitySource>,
    ) -> Vec<VulnerabilitySource> {
        let mut sources = std::mem::take(&mut self.sources);
        let repeated = add_once(&mut sources, new);
        *self = Vulnerabilities::of(sources);
        repeated
    }

    /// Why sums are missing.
    pub fn doubts(&self) -> Vec<Doubt> {
        let reasons = incomplete(
            self.sources
                .iter()
                .map(|one| (one.file.as_str(), &one.incomplete)),
        );
        let doubt = |reasons| Doubt {
            code: "vulnerabilities_incomplete",
            message: format!("vulnerabilities are not counted: a scan was not whole ({reasons})"),
        };
        reasons.map(doubt).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source(counts: (u32, u32, u32), digest: u32, whole: bool) -> VulnerabilitySource {
        VulnerabilitySource {
            file: format!("{digest}.json"),
            sha256: Some(digest.to_string()),
            critical: Some(counts.0),
            high: Some(counts.1),
            medium: Some(counts.2),
            low: Some(0),
            unknown: Some(0),
            incomplete: (!whole).then(|| "a file could not be parsed".to_owned()),
            ..VulnerabilitySource::default()
        }
    }

    fn sources() -> impl Strategy<Value = Vec<VulnerabilitySource>> {
        let one = ((0..9_u32, 0..9_u32, 0..9_u32), any::<u32>(), 0..12_u32);
        prop::collection::vec(
            one.prop_map(|(counts, digest, luck)| source(counts, digest, luck > 0)),
            0..6,
        )
    }

    #[test]
    fn sums_that_were_changed_contradict_their_sources() {
        let of = |whole| Vulnerabilities::of(vec![source((5, 0, 0), 1, whole)]);
        let changed = |section, critical| Vulnerabilities {
            critical,
            ..section
        };
        assert!(changed(of(true), Some(0)).contradicts_its_sources());
        assert!(changed(of(true), None).contradicts_its_sources());
        assert!(changed(of(false), Some(5)).contradicts_its_sources());
        let by_hand = changed(Vulnerabilities::default(), Some(0));
        assert!(!by_hand.contradicts_its_sources());
    }

    fn totals(section: &Vulnerabilities) -> [Option<u32>; 5] {
        [
            section.critical,
            section.high,
            section.medium,
            section.low,
            section.unknown,
        ]
    }

    proptest! {
        #[test]
        fn the_order_of_sources_does_not_matter(sources in sources()) {
            let mut reversed = sources.clone();
            reversed.reverse();
            prop_assert_eq!(totals(&Vulnerabilities::of(sources)), totals(&Vulnerabilities::of(reversed)));
        }

        #[test]
        fn parts_added_one_after_another_are_the_whole(sources in sources(), cut in 0..6_usize) {
            let (first, rest) = sources.split_at(cut.min(sources.len()));
            let (mut parts, mut whole) = (Vulnerabilities::default(), Vulnerabilities::default());
            parts.add(first.to_vec());
            parts.add(rest.to_vec());
            whole.add(sources);
            prop_assert!(!whole.contradicts_its_sources());
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn a_file_that_comes_twice_counts_once(sources in sources()) {
            let mut section = Vulnerabilities::default();
            section.add(sources.clone());
            let once = section.clone();
            let repeated = section.add(sources.clone());
            prop_assert_eq!(repeated, sources);
            prop_assert_eq!(section, once);
        }
    }

    #[test]
    fn a_source_that_is_not_whole_leaves_no_sum_and_says_why() {
        let section = Vulnerabilities::of(vec![
            source((1, 2, 3), 1, true),
            source((0, 0, 0), 2, false),
        ]);
        assert_eq!(totals(&section), [None; 5]);
        let doubts = section.doubts();
        assert_eq!(doubts.len(), 1);
        assert!(
            doubts[0]
                .message
                .contains("2.json: a file could not be parsed"),
            "{doubts:?}"
        );
        let section = Vulnerabilities::of(vec![source((1, 2, 3), 1, true)]);
        assert_eq!(section.critical, Some(1));
        assert_eq!(section.doubts(), []);
    }

    #[test]
    fn what_a_source_does_not_tell_is_not_zero() {
        let silent = VulnerabilitySource {
            high: None,
            ..source((1, 1, 1), 1, true)
        };
        let section = Vulnerabilities::of(vec![silent, source((1, 1, 1), 2, true)]);
        assert_eq!((section.critical, section.high), (Some(2), None));
        assert_eq!(totals(&Vulnerabilities::of(Vec::new())), [None; 5]);
    }
}
