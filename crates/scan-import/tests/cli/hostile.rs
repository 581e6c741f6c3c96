//! Files that are cut off, or built to hurt.

use pipeline_tests::Workplace;
use proptest::prelude::*;
use serde_json::Value;

use crate::{COBERTURA, LCOV, TRIVY, import};

/// A small file of each format of code quality, which is not whole without its last byte.
const CODE_QUALITY: [(&str, &str); 7] = [
    (
        "coverage-py",
        r#"{"meta":{"version":"7.17.3","timestamp":"2026-11-23T18:02:07"},"files":{},"totals":{"covered_lines":22,"num_statements":76}}"#,
    ),
    (
        "llvm-cov",
        r#"{"data":[{"files":[{"filename":"a.rs"}],"totals":{"lines":{"count":43,"covered":34}}}],"type":"llvm.coverage.json.export"}"#,
    ),
    (
        "jacoco",
        r#"<report name="r"><sessioninfo id="a" dump="1795457032436"/><package name="p"/><counter type="LINE" missed="6" covered="9"/></report>"#,
    ),
    (
        "lizard",
        "19,7,90,3,19,\"price@2-20@a.rs\",\"a.rs\",\"price\",\"price a , b\",2,20\n",
    ),
    (
        "jscpd",
        r#"{"duplicates":[],"statistics":{"detectionDate":"2026-11-23T18:02:27.003Z","total":{"lines":106,"sources":3,"duplicatedLines":18}}}"#,
    ),
    (
        "junit",
        r#"<testsuites><testsuite name="s" tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite></testsuites>"#,
    ),
    (
        "clippy",
        r#"{"reason":"compiler-message","package_id":"a","message":{"message":"the function has a cognitive complexity of (6/4)","code":{"code":"clippy::cognitive_complexity"},"spans":[]}}
{"reason":"build-finished","success":true}"#,
    ),
];

#[test]
fn entity_bombs_and_depth_are_refused() {
    let place = Workplace::default();
    let deep = "[".repeat(10_000);
    for (content, said) in [
        (
            "<!DOCTYPE coverage [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><coverage line-rate='&b;'/>".to_owned(),
            "declares entities",
        ),
        (format!(r#"{{"SchemaVersion":2,"Results":[],"Metadata":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"SchemaVersion":2,"Results":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"version":"2.1.0","runs":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"version":"2.1.0","runs":[],"properties":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"matches":[],"descriptor":{{"configuration":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"auditReportVersion":2,"vulnerabilities":{{"a":{{"via":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"dependencies":[],"fixes":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"errors":[],"generated_at":"","metrics":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"database":{{"advisory-count":1}},"vulnerabilities":{{"list":{deep}"#), "nested deeper than 128"),
        (format!("<coverage line-rate='1'>{}", "<a>".repeat(10_000)), "nested deeper than 128"),
        (format!("<testsuites>{}", "<testsuite>".repeat(10_000)), "nested deeper than 128"),
        ("<!DOCTYPE report [<!ENTITY a 'a'>]><report name='&a;'/>".to_owned(), "declares entities"),
        (format!(r#"{{"reason":"build-finished","success":true}}{{"reason":{deep}"#), "nested deeper than 128"),
        (format!(r#"{{"statistics":{{"detectionDate":"","formats":{deep}"#), "nested deeper than 128"),
    ] {
        place.write("hostile", &content);
        let ran = import(&place, &["hostile"]).ended(2);
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn whatever_is_cut_off_is_refused() {
    let place = Workplace::default();
    let json = TRIVY.to_owned();
    let xml = COBERTURA.replace("/>", "><packages/></coverage>");
    for (whole, format) in [
        (json, "trivy"),
        (xml, "cobertura"),
        (LCOV.trim_end().to_owned(), "lcov"),
    ] {
        for end in (0..whole.len()).step_by(7) {
            place.write("cut", &whole[..end]);
            import(&place, &["--format", format, "cut"]).ended(2);
        }
    }
}

#[test]
fn code_quality_that_is_cut_off_is_refused_or_without_a_figure() {
    let place = Workplace::default();
    for (format, whole) in CODE_QUALITY {
        for end in (0..whole.len()).step_by(7) {
            place.write("cut", &whole[..end]);
            let ran = import(&place, &["--format", format, "cut"]);
            // Cargo's messages may end behind any of them: what is missing then is the last.
            if ran.code == Some(0) {
                let document = ran.document();
                assert_eq!(format, "clippy");
                assert_eq!(document["code_quality"]["complexity"], Value::Null);
                assert_eq!(document["warnings"][0]["code"], "code_quality_incomplete");
            } else {
                ran.ended(2);
            }
        }
    }
}

#[test]
fn what_is_recognised_by_its_beginning_is_what_it_says() {
    let place = Workplace::default();
    for (format, whole) in CODE_QUALITY {
        place.write("whole", whole);
        let document = import(&place, &["whole"]).ended(0).document();
        assert_eq!(document["code_quality"]["sources"][0]["format"], format);
        assert_eq!(document["warnings"], Value::Null);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_byte_that_is_wrong_is_refused_or_read_and_never_more(at in 0..200_usize, byte in "[ -~]") {
        let place = Workplace::default();
        let code_quality = CODE_QUALITY.map(|(_, whole)| whole);
        for whole in [TRIVY, COBERTURA, LCOV].into_iter().chain(code_quality) {
            let at = at % whole.len();
            place.write("changed", &format!("{}{byte}{}", &whole[..at], &whole[at + 1..]));
            let ran = import(&place, &["changed"]);
            prop_assert!(matches!(ran.code, Some(0 | 2)), "{}", ran);
        }
    }
}
