//! Which tool writes what a gate is judged on.

/// The section under which `provenance` speaks of `section`: bench-run's are written together. `None` for what every tool
/// writes, and for provenance itself.
pub(crate) fn in_provenance(section: &str) -> Option<&str> {
    Some(match section {
        "overall_success" | "schema_version" | "provenance" | "warnings" => return None,
        "latency" | "service_time" | "throughput" | "memory" | "error_rate" | "capacity"
        | "scenarios" => "run",
        other => other,
    })
}

/// The tool that writes a section; `None` for one that none of ours writes.
pub(crate) fn writer(section: &str) -> Option<&'static str> {
    Some(match in_provenance(section)? {
        "run" => "bench-run",
        "validation" => "perf-validate",
        "comparison" => "perf-compare",
        "vulnerabilities" | "code_quality" => "scan-import",
        "health_checks" => "health-probe",
        "smoke_tests" => "smoke-test",
        _ => return None,
    })
}
