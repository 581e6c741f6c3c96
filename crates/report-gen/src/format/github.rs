use toolkit::{Screen, on_one_line};

use super::Format;
use crate::error::Error;
use crate::model::{Overall, Report};

/// Annotations of a workflow's run, as commands that GitHub's runner reads from the stdout of a step.
///
/// How it reads them: `ActionCommand.cs` of actions/runner; how it wants them escaped: `command.ts` of actions/toolkit.
pub(crate) struct Github;

/// The runner keeps ten annotations of each level a step (`ExecutionContext.cs` of actions/runner) and drops the rest without
/// a word; ten in all are what people read.
const MOST_ANNOTATIONS: usize = 10;

impl Format for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[]
    }

    fn render(&self, report: &Report<'_>, _: Option<Screen>) -> Result<String, Error> {
        let details: Vec<Annotation> = details(report).collect();
        let shown = details.len().min(MOST_ANNOTATIONS - 1);
        let verdict = verdict(report, shown, details.len());
        let lines = [verdict].into_iter().chain(details.into_iter().take(shown));
        Ok(lines.map(|annotation| annotation.command()).collect())
    }
}

struct Annotation {
    level: &'static str,
    title: String,
    message: String,
}

impl Annotation {
    fn command(&self) -> String {
        let (level, title) = (self.level, property(&self.title));
        format!("::{level} title={title}::{}\n", data(&self.message))
    }
}

fn verdict(report: &Report<'_>, shown: usize, all: usize) -> Annotation {
    let headline = &report.headline;
    let level = match headline.verdict {
        Overall::Passed => "notice",
        Overall::Failed => "error",
        Overall::NotJudged => "warning",
    };
    let cut = if shown < all {
        format!("; the {shown} most important of {all} findings are annotated")
    } else {
        String::new()
    };
    Annotation {
        level,
        title: headline.verdict.words().to_owned(),
        message: headline.summary.clone() + &cut,
    }
}

/// What fails the build first, then what is doubtful, then what the tools warn of.
fn details<'a>(report: &'a Report<'_>) -> impl Iterator<Item = Annotation> + 'a {
    let refusals = report.refusals.iter().map(|refusal| Annotation {
        level: "error",
        title: format!("{}: {}", refusal.status.word, refusal.title),
        message: refusal.reason.clone(),
    });
    let findings = report.findings.iter().map(|check| Annotation {
        level: if check.status.is_bad() {
            "error"
        } else {
            "warning"
        },
        title: format!("{}: {}", check.status.word, check.subject()),
        message: format!("{}: {}", check.section, check.explained()),
    });
    let warnings = report.evidence.warnings.iter().map(|warning| Annotation {
        level: "warning",
        title: format!("{}: {}", warning.tool, warning.code),
        message: warning.message.clone(),
    });
    refusals.chain(findings).chain(warnings)
}

/// What stands behind the second `::`. Line breaks and other control characters have no business in an annotation.
fn data(text: &str) -> String {
    on_one_line(text).replace('%', "%25")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `ActionCommand.TryParseV2` of actions/runner reads a line.
    fn read(line: &str) -> (String, String, String) {
        let command = line.trim_start().strip_prefix("::").unwrap();
        let (head, data) = command.split_once("::").unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        let properties: Vec<(&str, &str)> = properties
            .trim()
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let [("title", title)] = properties[..] else {
            panic!("{properties:?}");
        };
        let unescaped = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
        let title = unescaped(title).replace("%3A", ":").replace("%2C", ",");
        let data = unescaped(data).replace("%25", "%");
        (name.to_owned(), title.replace("%25", "%"), data)
    }

    proptest! {
        #[test]
        fn the_runner_reads_one_command_with_the_texts_that_were_written(title in "[%0-9A-F:,=#\\[\\] é]*", message in "[%0-9A-F:,=#\\[\\] é]*") {
            let annotation = Annotation { level: "error", title: format!("failed: {title}."), message: message.clone() };
            let command = annotation.command();
            prop_assert_eq!(command.lines().count(), 1);
            let (title, message) = (on_one_line(&format!("failed: {title}.")), on_one_line(&message));
            prop_assert_eq!(read(&command[..command.len() - 1]), ("error".to_owned(), title, message));
        }

        #[test]
        fn no_text_makes_a_line_of_its_own(title in "[\\x00-\\x9f]*", message in "[\\x00-\\x9f]*") {
            let command = Annotation { level: "error", title, message }.command();
            prop_assert_eq!(command.chars().filter(|character| character.is_control()).collect::<String>(), "\n");
        }
    }
}
