use serde::Serialize;

use crate::evidence::{
    CodeQuality, Comparison, Gates, HealthChecks, SmokeTests, Validation, Vulnerabilities,
};

/// A section that a filter adds to a document that it did not begin.
pub trait Section: Serialize {
    /// The section's key.
    const NAME: &'static str;
}

impl Section for Validation {
    const NAME: &'static str = "validation";
}

impl Section for Comparison {
    const NAME: &'static str = "comparison";
}

impl Section for HealthChecks {
    const NAME: &'static str = "health_checks";
}

impl Section for SmokeTests {
    const NAME: &'static str = "smoke_tests";
}

impl Section for Gates {
    const NAME: &'static str = "gates";
}

impl Section for Vulnerabilities {
    const NAME: &'static str = "vulnerabilities";
}

impl Section for CodeQuality {
    const NAME: &'static str = "code_quality";
}
