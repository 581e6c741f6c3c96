use schema::evidence::VulnerabilitySource;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Severity {
    Critical,
    High,
    Medium,
    Low,
    /// The scanner does not tell, or in a word that nobody knows.
    Unknown,
}

impl Severity {
    /// In the words that most scanners use, in whatever case.
    pub(crate) fn of_word(word: &str) -> Severity {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Severity::Critical,
            "high" => Severity::High,
            "medium" | "moderate" => Severity::Medium,
            "low" => Severity::Low,
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
        let count = match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
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
