//! Options, formats that are not known, documents that come in.

use pipeline_tests::Workplace;

use crate::{COBERTURA, TOOL, TRIVY, import, place};

#[test]
fn a_document_is_begun_or_what_came_in_goes_on() {
    let place = place();
    let begun = import(&place, &["trivy.json"]).ended(0).document();
    assert_eq!(begun["schema_version"], "1.0");
    assert_eq!(begun["vulnerabilities"]["critical"], 1);
    let document = r#"{"latency":{"p50_ms":1.50},"theirs":[1e400]}"#;
    let ran = place.feed(TOOL, &["trivy.json"], document).ended(0);
    assert!(ran.stdout.contains(r#""latency":{"p50_ms":1.50}"#), "{ran}");
    assert!(ran.stdout.contains(r#""theirs":[1e400]"#), "{ran}");
}

#[test]
fn a_document_that_has_failed_fails_on() {
    let failed = r#"{"smoke_tests":{"passed":false}}"#;
    place().feed(TOOL, &["trivy.json"], failed).ended(1);
    place()
        .feed(TOOL, &["trivy.json", "--exit-zero"], failed)
        .ended(0);
}

#[test]
fn no_file_is_a_usage_error_and_so_is_stdin() {
    let none = import(&place(), &[]).ended(2);
    assert!(none.stderr.contains("no file is named"), "{none}");
    let stdin = place().feed(TOOL, &["--", "-"], TRIVY).ended(2);
    assert_eq!(stdin.stdout, "");
    assert!(
        stdin
            .stderr
            .contains("stdin is where the documents come from"),
        "{stdin}"
    );
}

#[test]
fn an_unknown_format_gets_the_nearest_name() {
    let ran = import(&place(), &["--format=cobertra", "coverage.xml"]).ended(2);
    assert!(ran.stderr.contains("did you mean cobertura?"), "{ran}");
}

#[test]
fn a_format_that_is_named_is_the_one_that_is_read() {
    let place = place();
    let ran = import(&place, &["--format", "trivy", "coverage.xml"]).ended(2);
    assert!(
        ran.stderr.contains("coverage.xml: read as trivy: "),
        "{ran}"
    );
    import(&place, &["--format", "cobertura", "coverage.xml"]).ended(0);
}

#[test]
fn a_file_in_no_known_format_is_refused_with_what_was_looked_for() {
    let place = Workplace::default();
    for (content, found) in [
        (r#"{"run":{},"latency":{}}"#, "with the keys latency, run"),
        ("<checkstyle/>", "with the root <checkstyle>"),
        ("hello\n", "text in no known format"),
        ("", "empty"),
        ("\u{0}", "binary or UTF-16"),
    ] {
        place.write("strange", content);
        let ran = import(&place, &["strange"]).ended(2);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("strange: "), "{ran}");
        assert!(ran.stderr.contains(found), "{ran}");
        assert!(ran.stderr.contains("cobertura, "), "{ran}");
    }
    let nowhere = import(&place, &["nowhere.json"]).ended(2);
    assert!(
        nowhere.stderr.contains("nowhere.json: cannot be read"),
        "{nowhere}"
    );
    import(&place, &["."]).ended(2);
}

#[test]
fn one_file_that_is_refused_leaves_no_document() {
    let place = place();
    place.write("cut.json", &TRIVY[..TRIVY.len() / 2]);
    let ran = import(&place, &["coverage.xml", "cut.json"]).ended(2);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("cut.json: read as trivy: "), "{ran}");
    assert!(ran.stderr.contains("EOF while parsing"), "{ran}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_content() {
    let place = Workplace::default();
    for (name, content) in [("a.json", TRIVY), ("a.xml", COBERTURA)] {
        place.write(name, &format!("\u{feff}{content}"));
        import(&place, &[name]).ended(0);
    }
}

#[test]
fn a_named_pipe_is_read_as_a_file_is() {
    let place = place();
    let named = import(&place, &["trivy.json"]).ended(0).document();
    let piped = place
        .shell(
            "mkfifo pipe; cat trivy.json > pipe & scan-import pipe; status=$?; wait; exit $status",
        )
        .ended(0)
        .document();
    let sources = |document: &serde_json::Value| document["vulnerabilities"]["sources"][0].clone();
    assert_eq!(sources(&piped)["file"], "pipe");
    assert_eq!(sources(&piped)["sha256"], sources(&named)["sha256"]);
    assert_eq!(sources(&piped)["critical"], 1);
}

#[test]
fn the_document_goes_where_output_says() {
    let place = place();
    let ran = import(&place, &["trivy.json", "--output", "out.json"]).ended(0);
    assert_eq!(ran.stdout, "");
    let written = std::fs::read_to_string(place.path("out.json")).unwrap();
    assert!(written.contains("\"critical\":1"), "{written}");
}

#[test]
fn stdin_as_a_file_is_refused_in_words() {
    for arguments in [&["-"] as &[&str], &["--", "-"]] {
        let ran = Workplace::default().feed(TOOL, arguments, "").ended(2);
        assert!(ran.stderr.contains("stdin is where"), "{ran}");
    }
}
