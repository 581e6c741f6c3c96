use schema::evidence::{CodeQualityMetric, CodeQualitySource};
use serde::Deserialize;

use super::{Findings, Format};
use crate::brief::brief;
use crate::error::Refusal;
use crate::input::Content;
use crate::read::json::{self, Each, Fold};

/// What `llvm-cov export` writes, and `cargo llvm-cov --json` with it, be it with `--summary-only` or not. What kind of file it
/// is stands at its end, so that it is recognised by its keys.
pub(super) const FORMAT: Format = Format {
    name: "llvm-cov",
    recognises: |head| {
        [
            "data[].files[].filename",
            "data[].files[].expansions",
            "data[].totals.lines",
        ]
        .iter()
        .any(|path| head.has_keys(&[path]))
    },
    read,
};

const KIND: &str = "llvm.coverage.json.export";

#[derive(Deserialize)]
struct Report {
    data: Each<Lines>,
    #[serde(rename = "type")]
    kind: String,
    cargo_llvm_cov: Option<CargoLlvmCov>,
}

#[derive(Deserialize)]
struct CargoLlvmCov {
    version: String,
}

#[derive(Deserialize)]
struct Export {
    totals: Totals,
}

#[derive(Deserialize)]
struct Totals {
    lines: Lines,
}

/// Of one export, or the sum of several.
#[derive(Default, Deserialize)]
struct Lines {
    count: u64,
    covered: u64,
}

impl Fold for Lines {
    type Element = Export;

    fn add(&mut self, export: Export) {
        let Lines { count, covered } = export.totals.lines;
        self.count = self.count.saturating_add(count);
        self.covered = self.covered.saturating_add(covered);
    }
}

fn read(content: Content<'_>) -> Result<Findings, Refusal> {
    let report: Report = json::read(content)?;
    if report.kind != KIND {
        return Err(Refusal::new(format!(
            "type: found {:?}, expected {KIND:?}",
            brief(&report.kind)
        )));
    }
    let tool = match report.cargo_llvm_cov {
        Some(_) => "cargo-llvm-cov",
        None => "llvm-cov",
    };
    let Each(lines) = report.data;
    Ok(Findings::CodeQuality(CodeQualitySource {
        tool_version: report.cargo_llvm_cov.map(|cargo| cargo.version),
        covered_lines: Some(lines.covered),
        valid_lines: Some(lines.count),
        ..CodeQualitySource::new(CodeQualityMetric::Coverage, tool)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::testing::{code_quality, read};
    use crate::head::Head;

    fn export(covered: u64, count: u64) -> String {
        format!(
            r#"{{"files":[],"totals":{{"lines":{{"count":{count},"covered":{covered},"percent":1}},"regions":{{"count":99,"covered":98}}}}}}"#
        )
    }

    fn report(exports: &str, rest: &str) -> String {
        format!(r#"{{"data":[{exports}],"type":"{KIND}","version":"3.1.0"{rest}}}"#)
    }

    #[test]
    fn lines_of_all_exports_are_added() {
        let text = report(&format!("{},{}", export(3, 4), export(0, 6)), "");
        let source = code_quality(read(&FORMAT, &text).unwrap());
        assert_eq!(
            (source.covered_lines, source.valid_lines),
            (Some(3), Some(10))
        );
        assert_eq!(
            (source.tool.as_str(), source.tool_version),
            ("llvm-cov", None)
        );
    }

    #[test]
    fn cargo_llvm_cov_tells_its_version() {
        let text = report(&export(3, 4), r#","cargo_llvm_cov":{"version":"0.9.1"}"#);
        let source = code_quality(read(&FORMAT, &text).unwrap());
        assert_eq!(source.tool, "cargo-llvm-cov");
        assert_eq!(source.tool_version.as_deref(), Some("0.9.1"));
    }

    #[test]
    fn no_export_has_no_lines() {
        let source = code_quality(read(&FORMAT, &report("", "")).unwrap());
        assert_eq!(source.valid_lines, Some(0));
    }

    #[test]
    fn the_beginning_of_a_long_file_is_enough_to_recognise_it() {
        for beginning in [
            r#"{"data":[{"files":[{"branches":[],"expansions":[],"filename":"a.rs","segments":[[1,2"#,
            r#"{"data":[{"files":[{"branches":[],"expansions":[{"branches":[]"#,
        ] {
            assert!((FORMAT.recognises)(&Head::of(beginning.as_bytes())));
        }
    }

    #[test]
    fn another_type_and_no_totals_are_refused() {
        for (text, said) in [
            (
                report(&export(1, 2), "").replace(KIND, "other"),
                "type: found \"other\"",
            ),
            (
                report("{\"files\":[]}", ""),
                "data[0]: missing field `totals`",
            ),
            (r#"{"data":[]}"#.to_owned(), "missing field `type`"),
            (
                report("", "").replace("[]", "null"),
                "data: invalid type: null",
            ),
        ] {
            let refusal = read(&FORMAT, &text).unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
