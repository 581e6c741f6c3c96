//! Markdown as GitHub takes it.

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::{markdown, report_gen};

/// A document of so many scenarios, each with a check that failed and one that passed.
fn long(scenarios: usize) -> String {
    let entries: Vec<String> = (0..scenarios)
        .map(|n| format!(r#"{{"name":"scenario_{n}","latency":{{"p50_ms":{n}.5}}}}"#))
        .collect();
    let check = |n: usize, passed: bool| {
        format!(
            r#"{{"name":"c{n}{passed}","scenario":"scenario_{n}","metric":"latency.p50_ms","unit":"ms","operator":"<=","expected":5,"actual":{n}.5,"status":"{}","passed":{passed}}}"#,
            if passed { "pass" } else { "fail" }
        )
    };
    let checks: Vec<String> = (0..scenarios)
        .flat_map(|n| [check(n, true), check(n, false)])
        .collect();
    format!(
        r#"{{"scenarios":[{}],"validation":{{"passed":false,"checks":[{}]}}}}"#,
        entries.join(","),
        checks.join(",")
    )
}

fn rows(markdown: &str) -> usize {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .filter(|event| matches!(event, Event::Start(Tag::TableRow)))
        .count()
}

#[test]
fn a_comment_is_never_longer_than_github_takes_and_says_what_it_left_out() {
    let comment = markdown(&long(1000));
    let characters = comment.chars().count();
    assert!((60_000..=65_000).contains(&characters), "{characters}");
    assert!(comment.starts_with("## ❌ Performance: FAILED\n"));
    assert!(comment.contains("> Cut to 65,000 characters. Left out: What to look at first ("));
    assert!(comment.contains("Validation (2005 lines)"));
    assert_eq!(
        comment.matches("<details>").count(),
        comment.matches("</details>").count()
    );
    assert!(rows(&comment) > 500);
}

#[test]
fn a_summary_holds_what_a_comment_does_not() {
    let summary = |scenarios| report_gen(&["--format", "summary"], &long(scenarios)).stdout;
    let whole = summary(1000);
    assert!(!whole.contains("Cut to") && whole.len() > 65_000);
    assert_eq!(rows(&whole), 8 + 1000 + 1000 + 2000);
    let cut = summary(6000);
    assert!(cut.contains("> Cut to 1 MiB.") && cut.len() <= 1024 * 1024);
}

#[test]
fn no_single_text_makes_a_comment_too_long() {
    let id = "x".repeat(100_000);
    let comment = markdown(&format!(r#"{{"run":{{"id":"{id}"}}}}"#));
    assert!(comment.chars().count() < 65_000);
    assert!(comment.contains("NOT JUDGED") && comment.contains("> Cut to"));
}
