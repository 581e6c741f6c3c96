//! Files that are cut off, or built to hurt.

use pipeline_tests::Workplace;
use proptest::prelude::*;

use crate::{COBERTURA, LCOV, TRIVY, import};

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
        (format!("<coverage line-rate='1'>{}", "<a>".repeat(10_000)), "nested deeper than 128"),
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_byte_that_is_wrong_is_refused_or_read_and_never_more(at in 0..60_usize, byte in "[ -~]") {
        let place = Workplace::default();
        for whole in [TRIVY, COBERTURA, LCOV] {
            let at = at % whole.len();
            place.write("changed", &format!("{}{byte}{}", &whole[..at], &whole[at + 1..]));
            let ran = import(&place, &["changed"]);
            prop_assert!(matches!(ran.code, Some(0 | 2)), "{}", ran);
        }
    }
}
