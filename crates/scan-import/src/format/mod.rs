//! What other tools write, one format a file.

mod bandit;
mod cargo_audit;
mod clippy;
mod cobertura;
mod coverage_py;
mod grype;
#[cfg(test)]
mod hostile;
mod jacoco;
mod jscpd;
mod junit;
mod lcov;
mod lizard;
mod llvm_cov;
mod npm_audit;
mod pip_audit;
mod radon;
mod sarif;
mod trivy;

use schema::evidence::{CodeQualitySource, VulnerabilitySource};

use crate::error::Refusal;
use crate::head::Head;
use crate::input::Content;

/// Every format, in the order of their names.
pub(crate) const FORMATS: &[Format] = &[
    bandit::FORMAT,
    cargo_audit::FORMAT,
    clippy::FORMAT,
    cobertura::FORMAT,
    coverage_py::FORMAT,
    grype::FORMAT,
    jacoco::FORMAT,
    jscpd::FORMAT,
    junit::FORMAT,
    lcov::FORMAT,
    lizard::FORMAT,
    llvm_cov::FORMAT,
    npm_audit::FORMAT,
    pip_audit::FORMAT,
    radon::FORMAT,
    sarif::FORMAT,
    trivy::FORMAT,
];

/// A format of another tool.
pub(crate) struct Format {
    /// As `--format` takes it.
    pub(crate) name: &'static str,
    /// Whether a file that begins like this is in it. Not two formats may say so of one file.
    pub(crate) recognises: fn(&Head) -> bool,
    /// Reads a file to its end. What lacks the marks of the format is refused even where `recognises` was not asked: an
    /// empty object is no scan without findings.
    pub(crate) read: fn(Content<'_>) -> Result<Findings, Refusal>,
}

/// What a file says. Its name, digest and format are not the format's to fill in.
#[derive(Debug, PartialEq)]
pub(crate) enum Findings {
    Vulnerabilities(VulnerabilitySource),
    CodeQuality(CodeQualitySource),
}

/// What tests of formats share.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use std::path::PathBuf;

    /// Every file that a scanner wrote, and of which format it is by its name in the folder of its tool.
    pub(crate) fn fixtures() -> Vec<PathBuf> {
        let folder = pipeline_tests::root().join("fixtures/scanners");
        let folders = folder
            .read_dir()
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let tools = folders.filter(|path| path.is_dir() && !path.ends_with("project"));
        tools
            .flat_map(|tool| tool.read_dir().unwrap())
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    /// Reads `text` as `format`, or says why not.
    pub(crate) fn read(format: &Format, text: &str) -> Result<Findings, String> {
        let mut bytes = text.as_bytes();
        (format.read)(Content::new(&mut bytes)).map_err(|refusal| refusal.to_string())
    }

    /// What a scanner found: critical, high, medium, low, unknown.
    pub(crate) fn severities(findings: Findings) -> [u32; 5] {
        let Findings::Vulnerabilities(found) = findings else {
            panic!("{findings:?}");
        };
        [
            found.critical,
            found.high,
            found.medium,
            found.low,
            found.unknown,
        ]
        .map(|count| count.expect("a count"))
    }

    /// What a scanner said besides.
    pub(crate) fn vulnerabilities(findings: Findings) -> VulnerabilitySource {
        match findings {
            Findings::Vulnerabilities(source) => source,
            Findings::CodeQuality(_) => panic!("{findings:?}"),
        }
    }

    /// What was measured of code.
    pub(crate) fn code_quality(findings: Findings) -> CodeQualitySource {
        match findings {
            Findings::CodeQuality(source) => source,
            Findings::Vulnerabilities(_) => panic!("{findings:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use schema::evidence::{CodeQuality, Vulnerabilities};

    #[test]
    fn exactly_one_format_recognises_each_fixture() {
        let fixtures = testing::fixtures();
        assert!(fixtures.len() > 20);
        for fixture in fixtures {
            let head = Input::open(fixture.to_str().unwrap()).unwrap().head();
            let recognising = FORMATS.iter().filter(|format| (format.recognises)(&head));
            let names: Vec<&str> = recognising.map(|format| format.name).collect();
            assert_eq!(names.len(), 1, "{}: {names:?}", fixture.display());
        }
    }

    #[test]
    fn names_are_in_order_and_each_is_used_once() {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        assert!(names.is_sorted_by(|one, next| one < next), "{names:?}");
    }

    #[test]
    fn no_format_makes_a_figure_of_an_empty_value() {
        for format in FORMATS {
            for text in ["", "\n", "null", "{}", "[]", "<a/>", "{\"a\":{}}"] {
                let figure = match testing::read(format, text) {
                    Err(_) => false,
                    Ok(Findings::Vulnerabilities(source)) => {
                        Vulnerabilities::of(vec![source]).critical.is_some()
                    }
                    Ok(Findings::CodeQuality(source)) => {
                        CodeQuality::of(vec![source]).doubts().is_empty()
                    }
                };
                assert!(!figure, "{}: {text:?}", format.name);
            }
        }
    }
}
