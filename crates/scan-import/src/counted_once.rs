use std::collections::HashMap;

use crate::fingerprint::Fingerprint;
use crate::severity::{Severity, SeverityCounts};

/// Findings that count once however often they are listed, with the worst severity that was told of them.
#[derive(Debug, Default)]
pub(crate) struct CountedOnce(HashMap<Fingerprint, Severity>);

impl CountedOnce {
    /// Takes a finding.
    pub(crate) fn add(&mut self, finding: Fingerprint, severity: Severity) {
        let worst = self.0.entry(finding).or_insert(severity);
        *worst = severity.max(*worst);
    }

    /// Whether there is no finding.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All findings by severity.
    pub(crate) fn counts(&self) -> SeverityCounts {
        let mut counts = SeverityCounts::default();
        self.0.values().for_each(|severity| counts.add(*severity));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_worst_severity_stands_in_whatever_order_they_come() {
        let (once, other) = (Fingerprint::of(&["a"]), Fingerprint::of(&["b"]));
        let counts = |severities: [Severity; 3]| {
            let mut counted = CountedOnce::default();
            counted.add(other, Severity::Unknown);
            for severity in severities {
                counted.add(once, severity);
            }
            counted.counts()
        };
        let mut expected = SeverityCounts::default();
        expected.add(Severity::High);
        expected.add(Severity::Unknown);
        let (high, low, unknown) = (Severity::High, Severity::Low, Severity::Unknown);
        assert_eq!(counts([high, low, unknown]), expected);
        assert_eq!(counts([unknown, low, high]), expected);
    }

    proptest! {
        #[test]
        fn a_list_said_twice_counts_as_one_said_once(names in prop::collection::vec("[a-c]", 0..20)) {
            let counts = |times: usize| {
                let mut counted = CountedOnce::default();
                for name in names.iter().cycle().take(names.len() * times) {
                    counted.add(Fingerprint::of(&[name]), Severity::Low);
                }
                counted.counts()
            };
            prop_assert_eq!(counts(1), counts(2));
        }
    }
}
