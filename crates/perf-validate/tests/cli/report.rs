//! The report in markdown.

use std::fs;

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

use crate::run::{TOOL, place, run_with};

/// The report on a document, with the exit code that the document ended with.
fn report(document: &str, more: &[&str], code: i32) -> String {
    let place = place();
    let arguments = [&["--thresholds", "t.yaml", "--output", "report.md"], more].concat();
    let outcome = place.feed(TOOL, &arguments, document).ended(code);
    assert!(outcome.document()["validation"].is_object());
    fs::read_to_string(place.path("report.md")).unwrap()
}

/// One of everything: a run with a name, a failure, a doubtful pass, a missing value, a warning.
fn all_sorts() -> String {
    run_with(|run| {
        run["run"]["target"] = json!("policy-server --port 0");
        run["run"]["source"] = json!({"commit": "8813111c9196ef021b9ed254cd880b75d86a66f1"});
        run["latency"]["ci95"]["p50_ms"] = json!({"low": 1.9, "high": 2.1});
        run["scenarios"][0]["latency"]["p99_ms"] = json!(61.2);
        run["scenarios"][0]["latency"]["ci95"]["p99_ms"] = json!({"low": 48.25, "high": 70.1});
        run["scenarios"][0]["throughput"] = json!({"rps": 1020.0, "ci95": {"low": 980.0}});
        run["scenarios"][1]
            .as_object_mut()
            .unwrap()
            .remove("memory");
        run["smoke_tests"] = json!({"passed": false});
        run["warnings"] = json!([{"tool": "bench-run", "code": "warmup", "message": "batch_4, load: warm-up had not ended"}]);
    })
}

#[test]
fn the_report_shows_each_category_with_what_needs_a_look_and_folds_the_rest() {
    assert_eq!(
        report(&all_sorts(), &[], 1),
        include_str!("../documents/report.md")
    );
}

#[test]
fn a_run_that_holds_has_the_status_that_scripts_look_for() {
    let passed = report(&run_with(|_| ()), &[], 0);
    assert!(
        passed.starts_with("## Performance Validation Report\n\n**Overall Status**: ✅ PASSED\n"),
        "{passed}"
    );
    for title in [
        "### Latency",
        "### Throughput",
        "### Memory",
        "### Error Rate",
    ] {
        assert!(passed.contains(title), "{passed}");
    }
    assert!(
        !passed.contains("### Run") && !passed.contains('❌'),
        "{passed}"
    );
}

#[test]
fn what_is_asked_of_the_run_itself_stands_first() {
    let report = report(&all_sorts(), &["--strict-warnings"], 1);
    let (before, _) = report.split_once("### Latency").unwrap();
    assert!(before.contains("### Run"), "{report}");
    assert!(
        before.contains("| whole run | warnings.bench-run.warmup | 1 |"),
        "{report}"
    );
}

#[test]
fn hostile_text_is_only_text() {
    const HOSTILE: &str = "|<b>`c` @everyone [x](y)\n# \"_d_\" ";
    let document = run_with(|run| {
        run["run"]["id"] = json!(HOSTILE);
        run["run"]["target"] = json!(HOSTILE);
        run["scenarios"][0]["name"] = json!(HOSTILE);
        run["scenarios"][0]["latency"]["p99_ms"] = json!(61.2);
        run["warnings"] = json!([{"tool": HOSTILE, "code": HOSTILE, "message": HOSTILE}]);
    });
    for more in [&[][..], &["--strict-warnings"]] {
        assert_is_only_text(&report(&document, more, 1));
    }
}

fn assert_is_only_text(report: &str) {
    let (mut cells, mut rows, mut text) = (0, 0, String::new());
    for event in Parser::new_ext(report, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => assert!(
                ["<details>", "</details>", "<summary>"]
                    .iter()
                    .any(|known| html.starts_with(known)),
                "{html}"
            ),
            Event::Code(_) | Event::Start(Tag::Link { .. } | Tag::Emphasis) => {
                panic!("{event:?}: {report}")
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => rows += 1,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::Text(words) => text += &words,
            _ => {}
        }
    }
    assert_eq!(cells, 6 * rows);
    assert!(
        text.contains("|<b>`c` @\u{200b}everyone [x](y) #\u{200b} \"_d_\" "),
        "{text}"
    );
}
