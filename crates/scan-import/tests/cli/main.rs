//! scan-import as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod fixtures;
mod hostile;
mod sections;

use pipeline_tests::{Ran, Workplace};

const TOOL: &str = env!("CARGO_BIN_EXE_scan-import");

const TRIVY: &str = r#"{"SchemaVersion":2,"ArtifactName":"image","Results":[{"Target":"a","Vulnerabilities":[
    {"VulnerabilityID":"CVE-1","PkgName":"curl","InstalledVersion":"7","Severity":"CRITICAL"},
    {"VulnerabilityID":"CVE-2","PkgName":"curl","InstalledVersion":"7","Severity":"HIGH"}]}]}"#;

const COBERTURA: &str = r#"<coverage line-rate="0.8" lines-covered="80" lines-valid="100"/>"#;

const LCOV: &str = "SF:a.c\nDA:1,1\nDA:2,0\nend_of_record\n";

/// A folder with a file of each of some formats.
fn place() -> Workplace {
    let place = Workplace::default();
    place.write("trivy.json", TRIVY);
    place.write("coverage.xml", COBERTURA);
    place.write("lcov.info", LCOV);
    place
}

fn import(place: &Workplace, files: &[&str]) -> Ran {
    place.run(TOOL, files)
}
