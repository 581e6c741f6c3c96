use schema::evidence::VulnerabilitySource;

/// How bad a finding is, from what says nothing to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Severity {
    /// The scanner does not tell, or in a word that nobody knows.
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// In the words that most scanners use, in whatever case.
    pub(crate) fn of_word(word: &str) -> Severity {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Severity::Critical,
            "high" => Severity::High,
            "medium" | "moderate" => Severity::Medium,
            "low" | "negligible" | "info" => Severity::Low,
            _ => Severity::Unknown,
        }
    }

    /// By the bands of CVSS 3 and 4. A score of 0 is what scanners write where nobody has scored.
    ///
    /// Source: CVSS 4.0, section 6, qualitative severity rating scale.
    pub(crate) fn of_score(score: f64) -> Severity {
        match score {
            9.0..=10.0 => Severity::Critical,
            7.0..9.0 => Severity::High,
            4.0..7.0 => Severity::Medium,
            0.1..4.0 => Severity::Low,
            _ => Severity::Unknown,
        }
    }
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeverityCounts {
    critical: u32,
    high: u32,
    medium: u32,
    low: u32,
    unknown: u32,
}

impl SeverityCounts {
    /// Counts one finding.
    pub(crate) fn add(&mut self, severity: Severity) {
        self.add_times(severity, 1);
    }

    /// Counts so many findings.
    pub(crate) fn add_times(&mut self, severity: Severity, times: u32) {
        let count = match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(times);
    }

    /// As what a tool found.
    pub(crate) fn found_by(self, tool: &str) -> VulnerabilitySource {
        VulnerabilitySource {
            tool: tool.to_owned(),
            critical: Some(self.critical),
            high: Some(self.high),
            medium: Some(self.medium),
            low: Some(self.low),
            unknown: Some(self.unknown),
            ..VulnerabilitySource::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_has_the_severity_of_its_band_and_what_is_no_score_has_none() {
        for (scores, severity) in [
            (&[9.0, 9.8, 10.0][..], Severity::Critical),
            (&[7.0, 8.9, 8.99], Severity::High),
            (&[4.0, 6.9], Severity::Medium),
            (&[0.1, 3.9], Severity::Low),
            (&[0.0, -1.0, 10.1, f64::NAN], Severity::Unknown),
        ] {
            for score in scores {
                assert_eq!(Severity::of_score(*score), severity, "{score}");
            }
        }
    }
}
