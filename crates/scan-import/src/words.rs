//! What a person reads of what was imported.

use schema::evidence::{CodeQuality, Vulnerabilities};
use toolkit::figure::figure;

/// `1 critical, 0 high, …`, of all files together; nothing where they are not counted, which a warning says.
pub(crate) fn vulnerabilities(section: &Vulnerabilities) -> Option<String> {
    let counts = [
        (section.critical, "critical"),
        (section.high, "high"),
        (section.medium, "medium"),
        (section.low, "low"),
        (section.unknown, "unknown"),
    ];
    let told: Vec<String> = counts
        .into_iter()
        .filter_map(|(count, severity)| count.map(|count| format!("{count} {severity}")))
        .collect();
    (!told.is_empty()).then(|| format!("vulnerabilities: {}", told.join(", ")))
}

/// `coverage 81.5 %, complexity 12, …`, of all files together; nothing where no figure is known, which a warning says.
pub(crate) fn code_quality(section: &CodeQuality) -> Option<String> {
    let percent = |name: &str, value: f64| format!("{name} {} %", figure(value));
    let told: Vec<String> = [
        section
            .coverage
            .map(|value| percent("coverage", value.get())),
        section
            .complexity
            .map(|value| format!("complexity {}", figure(value.get()))),
        section
            .duplication
            .map(|value| percent("duplication", value.get())),
        section
            .tests
            .map(|tests| format!("{} of {} tests failed", tests.failed, tests.total)),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!told.is_empty()).then(|| format!("code quality: {}", told.join(", ")))
}
