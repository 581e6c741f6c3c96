use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sources::{Doubt, ImportedFile, add_once, identity, incomplete};
use crate::Measured;

/// Figures of coverage, complexity, duplication and test tools, each over all sources that measured it. A figure is absent
/// where nobody measured it, or where a source of it cannot be trusted to be whole.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct CodeQuality {
    /// Covered lines in percent: all covered lines of all that could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Measured>,
    /// Highest cyclomatic complexity of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Measured>,
    /// Duplicated lines in percent: all duplicated lines of all lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplication: Option<Measured>,
    /// Tests that were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestCounts>,
    /// What the figures are made of, a file of a tool each. Empty in a section written by hand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<CodeQualitySource>,
}

/// Tests by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct TestCounts {
    /// All of them, skipped ones too.
    pub total: u64,
    /// Those that failed or could not be run to their end.
    pub failed: u64,
    /// Those that were not run.
    pub skipped: u64,
}

/// What a source measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeQualityMetric {
    /// Lines that tests execute.
    Coverage,
    /// Cyclomatic complexity of functions.
    Complexity,
    /// Lines that stand elsewhere too.
    Duplication,
    /// Tests and how they ended.
    Tests,
}

impl CodeQualityMetric {
    const ALL: [CodeQualityMetric; 4] = [
        CodeQualityMetric::Coverage,
        CodeQualityMetric::Complexity,
        CodeQualityMetric::Duplication,
        CodeQualityMetric::Tests,
    ];

    /// As in documents.
    pub fn name(self) -> &'static str {
        match self {
            CodeQualityMetric::Coverage => "coverage",
            CodeQualityMetric::Complexity => "complexity",
            CodeQualityMetric::Duplication => "duplication",
            CodeQualityMetric::Tests => "tests",
        }
    }
}

/// What one file of one tool says.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct CodeQualitySource {
    /// What it measures, be there a figure or not.
    pub metric: CodeQualityMetric,
    /// The tool, as it names itself.
    #[serde(default)]
    pub tool: String,
    /// Its version; absent where it does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// The format that the file was read as, by the name that `scan-import --format` takes.
    #[serde(default)]
    pub format: String,
    /// As given on the command line.
    #[serde(default)]
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When the tool wrote it, as it says itself, RFC 3339; absent where it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<String>,
    /// Lines that were executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_lines: Option<u64>,
    /// Lines that could have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_lines: Option<u64>,
    /// Highest cyclomatic complexity of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Measured>,
    /// The function whose complexity that is, and where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Lines that stand elsewhere too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicated_lines: Option<u64>,
    /// All lines that were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_lines: Option<u64>,
    /// Tests that were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<TestCounts>,
    /// Why the result cannot be trusted to be whole; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
}

impl CodeQualitySource {
    /// A source without a figure yet.
    pub fn new(metric: CodeQualityMetric, tool: &str) -> CodeQualitySource {
        CodeQualitySource {
            metric,
            tool: tool.to_owned(),
            tool_version: None,
            format: String::new(),
            file: String::new(),
            sha256: None,
            measured_at: None,
            covered_lines: None,
            valid_lines: None,
            complexity: None,
            function: None,
            duplicated_lines: None,
            total_lines: None,
            tests: None,
            incomplete: None,
        }
    }
}

impl ImportedFile for CodeQualitySource {
    fn identity(&self) -> Option<(&str, &str)> {
        identity(&self.sha256, &self.format)
    }
}

impl CodeQuality {
    /// The section over all of `sources`.
    pub fn of(sources: Vec<CodeQualitySource>) -> CodeQuality {
        CodeQuality {
            coverage: coverage(&sources).and_then(Result::ok),
            complexity: complexity(&sources).and_then(Result::ok),
            duplication: duplication(&sources).and_then(Result::ok),
            tests: tests(&sources).and_then(Result::ok),
            sources,
        }
    }

    /// Whether it has figures but does not say of what, so that nothing can be added to them.
    pub fn is_without_sources(&self) -> bool {
        self.sources.is_empty() && *self != CodeQuality::default()
    }

    /// Whether its figures are others than those of its sources, as after a change by hand. Without sources there is nothing to
    /// contradict.
    pub fn contradicts_its_sources(&self) -> bool {
        !self.sources.is_empty() && *self != CodeQuality::of(self.sources.clone())
    }

    /// Adds sources and computes the figures anew. Those of a file that is a source already are left out, and returned.
    pub fn add(
        &mut self,
        new: impl IntoIterator<Item = CodeQualitySource>,
    ) -> Vec<CodeQualitySource> {
        let mut sources = std::mem::take(&mut self.sources);
        let repeated = add_once(&mut sources, new);
        *self = CodeQuality::of(sources);
        repeated
    }

    /// Why figures are missing that a source was to give.
    pub fn doubts(&self) -> Vec<Doubt> {
        let doubts = CodeQualityMetric::ALL.map(|metric| self.doubt_of(metric));
        doubts.into_iter().flatten().collect()
    }

    /// Why this figure is missing that a source was to give; `None` where it is not, or where no source is about it.
    pub fn doubt_of(&self, metric: CodeQualityMetric) -> Option<Doubt> {
        let sources = &self.sources;
        match metric {
            CodeQualityMetric::Coverage => coverage(sources)?.err(),
            CodeQualityMetric::Complexity => complexity(sources)?.err(),
            CodeQualityMetric::Duplication => duplication(sources)?.err(),
            CodeQualityMetric::Tests => tests(sources)?.err(),
        }
    }
}

/// A figure, or why there is none; `None` where no source is about it.
type Figure<T> = Option<Result<T, Doubt>>;

fn coverage(sources: &[CodeQualitySource]) -> Figure<Measured> {
    let sources = whole(CodeQualityMetric::Coverage, sources)?;
    let counts = |one: &CodeQualitySource| one.covered_lines.zip(one.valid_lines);
    let what = "lines that could be covered";
    Some(sources.and_then(|sources| ratio(&sources, counts, "coverage", what)))
}

fn complexity(sources: &[CodeQualitySource]) -> Figure<Measured> {
    let sources = whole(CodeQualityMetric::Complexity, sources)?;
    let highest = |sources: Vec<&CodeQualitySource>| {
        sources
            .iter()
            .filter_map(|one| one.complexity)
            .reduce(|one, other| if other > one { other } else { one })
            .ok_or_else(|| nothing("complexity", &sources, "functions"))
    };
    Some(sources.and_then(highest))
}

fn duplication(sources: &[CodeQualitySource]) -> Figure<Measured> {
    let sources = whole(CodeQualityMetric::Duplication, sources)?;
    let counts = |one: &CodeQualitySource| one.duplicated_lines.zip(one.total_lines);
    Some(sources.and_then(|sources| ratio(&sources, counts, "duplication", "lines")))
}

fn tests(sources: &[CodeQualitySource]) -> Figure<TestCounts> {
    let sources = whole(CodeQualityMetric::Tests, sources)?;
    let sum = |sources: Vec<&CodeQualitySource>| {
        sources
            .iter()
            .try_fold(TestCounts::default(), |sum, one| {
                let counts = one.tests?;
                Some(TestCounts {
                    total: sum.total.saturating_add(counts.total),
                    failed: sum.failed.saturating_add(counts.failed),
                    skipped: sum.skipped.saturating_add(counts.skipped),
                })
            })
            .filter(|sum| sum.total > sum.skipped)
            .ok_or_else(|| nothing("tests", &sources, "tests that were run"))
    };
    Some(sources.and_then(sum))
}

/// Those about one metric, if all of them are whole.
fn whole(
    metric: CodeQualityMetric,
    sources: &[CodeQualitySource],
) -> Figure<Vec<&CodeQualitySource>> {
    let sources: Vec<&CodeQualitySource> =
        sources.iter().filter(|one| one.metric == metric).collect();
    if sources.is_empty() {
        return None;
    }
    let reasons = incomplete(
        sources
            .iter()
            .map(|one| (one.file.as_str(), &one.incomplete)),
    );
    Some(match reasons {
        Some(reasons) => Err(Doubt {
            code: "code_quality_incomplete",
            message: format!(
                "{} is not known: a result is not whole ({reasons})",
                metric.name()
            ),
        }),
        None => Ok(sources),
    })
}

/// The sum of parts in percent of the sum of wholes.
fn ratio(
    sources: &[&CodeQualitySource],
    counts: impl Fn(&CodeQualitySource) -> Option<(u64, u64)>,
    metric: &str,
    what: &str,
) -> Result<Measured, Doubt> {
    let sums = sources
        .iter()
        .try_fold((0_u128, 0_u128), |sums, one| {
            let (part, whole) = counts(one)?;
            Some((sums.0 + u128::from(part), sums.1 + u128::from(whole)))
        })
        .filter(|sums| sums.1 > 0)
        .ok_or_else(|| nothing(metric, sources, what))?;
    Measured::rounded(sums.0 as f64 / sums.1 as f64 * 100.0)
        .filter(|_| sums.0 <= sums.1)
        .ok_or_else(|| Doubt {
            code: "code_quality_impossible",
            message: format!(
                "{metric} is not known: {} of {} {what} is more than all of them ({})",
                sums.0,
                sums.1,
                files(sources)
            ),
        })
}

fn nothing(metric: &str, sources: &[&CodeQualitySource], what: &str) -> Doubt {
    Doubt {
        code: "code_quality_of_nothing",
        message: format!(
            "{metric} is not known: there are no {what} in {}",
            files(sources)
        ),
    }
}

fn files(sources: &[&CodeQualitySource]) -> String {
    let files: Vec<&str> = sources.iter().map(|one| one.file.as_str()).collect();
    files.join(", ")
}

#[cfg(test)]
mod tests {
    use super::CodeQualityMetric::{Complexity, Coverage, Duplication, Tests};
    use super::*;
    use proptest::prelude::*;

    fn source(metric: CodeQualityMetric, part: u64, whole: u64, digest: u32) -> CodeQualitySource {
        let mut source = CodeQualitySource {
            file: format!("{digest}.xml"),
            sha256: Some(digest.to_string()),
            ..CodeQualitySource::new(metric, "tool")
        };
        match metric {
            Coverage => (source.covered_lines, source.valid_lines) = (Some(part), Some(whole)),
            Complexity => source.complexity = Measured::new(whole as f64),
            Duplication => {
                (source.duplicated_lines, source.total_lines) = (Some(part), Some(whole));
            }
            Tests => {
                source.tests = Some(TestCounts {
                    total: whole,
                    failed: part,
                    skipped: 0,
                });
            }
        }
        source
    }

    fn sources() -> impl Strategy<Value = Vec<CodeQualitySource>> {
        let metric = prop::sample::select(vec![Coverage, Complexity, Duplication, Tests]);
        let one = (metric, 0..50_u64, 0..50_u64, any::<u32>(), 0..12_u32);
        let one = one.prop_map(|(metric, part, more, digest, luck)| CodeQualitySource {
            incomplete: (luck == 0).then(|| "cut off".to_owned()),
            ..source(metric, part, part + more, digest)
        });
        prop::collection::vec(one, 0..8)
    }

    fn figures(section: &CodeQuality) -> CodeQuality {
        CodeQuality {
            sources: Vec::new(),
            ..section.clone()
        }
    }

    proptest! {
        #[test]
        fn the_order_of_sources_does_not_matter(sources in sources()) {
            let mut reversed = sources.clone();
            reversed.reverse();
            prop_assert_eq!(figures(&CodeQuality::of(sources)), figures(&CodeQuality::of(reversed)));
        }

        #[test]
        fn parts_added_one_after_another_are_the_whole(sources in sources(), cut in 0..8_usize) {
            let (first, rest) = sources.split_at(cut.min(sources.len()));
            let (mut parts, mut whole) = (CodeQuality::default(), CodeQuality::default());
            parts.add(first.to_vec());
            parts.add(rest.to_vec());
            whole.add(sources);
            let written = serde_json::to_string(&whole).unwrap();
            let read: CodeQuality = serde_json::from_str(&written).unwrap();
            prop_assert!(!read.contradicts_its_sources());
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn a_percentage_lies_between_0_and_100_or_is_absent_with_a_doubt(sources in sources()) {
            let section = CodeQuality::of(sources);
            let asked = [(Coverage, section.coverage), (Duplication, section.duplication)];
            for (metric, figure) in asked {
                let measured = section.sources.iter().any(|one| one.metric == metric);
                let doubted = section.doubts().iter().any(|doubt| doubt.message.starts_with(metric.name()));
                prop_assert_eq!(measured, figure.is_some() || doubted);
                prop_assert!(figure.is_none_or(|figure| figure.get() <= 100.0));
            }
        }
    }

    #[test]
    fn coverage_of_several_files_is_that_of_their_lines_not_the_mean_of_their_percentages() {
        let section = CodeQuality::of(vec![
            source(Coverage, 90, 100, 1),
            source(Coverage, 0, 900, 2),
        ]);
        assert_eq!(section.coverage.map(Measured::get), Some(9.0));
    }

    #[test]
    fn complexity_is_the_highest() {
        let section = CodeQuality::of(vec![
            source(Complexity, 0, 7, 1),
            source(Complexity, 0, 12, 2),
        ]);
        assert_eq!(section.complexity.map(Measured::get), Some(12.0));
    }

    #[test]
    fn no_lines_are_no_coverage_and_no_tests_no_result() {
        for (metric, said) in [
            (Coverage, "coverage is not known: there are no lines"),
            (Duplication, "duplication is not known: there are no lines"),
            (Tests, "tests is not known: there are no tests"),
        ] {
            let section = CodeQuality::of(vec![source(metric, 0, 0, 1)]);
            assert_eq!(figures(&section), CodeQuality::default());
            assert!(section.doubts()[0].message.starts_with(said), "{metric:?}");
        }
    }

    #[test]
    fn a_source_without_counts_leaves_no_figure_to_the_others() {
        for metric in [Coverage, Duplication, Tests] {
            let silent = CodeQualitySource::new(metric, "tool");
            let section = CodeQuality::of(vec![silent, source(metric, 1, 2, 1)]);
            assert_eq!(figures(&section), CodeQuality::default());
            assert_eq!(section.doubts()[0].code, "code_quality_of_nothing");
        }
    }

    #[test]
    fn tests_of_which_none_was_run_are_no_result() {
        let of = |skipped| {
            let tests = TestCounts {
                total: 3,
                failed: 0,
                skipped,
            };
            CodeQuality::of(vec![CodeQualitySource {
                tests: Some(tests),
                ..CodeQualitySource::new(Tests, "junit")
            }])
        };
        assert_eq!(of(2).tests.map(|tests| tests.total), Some(3));
        assert_eq!(of(3).tests, None);
        assert_eq!(of(3).doubts()[0].code, "code_quality_of_nothing");
    }

    #[test]
    fn a_doubt_is_about_its_metric_and_no_other() {
        let section = CodeQuality::of(vec![source(Coverage, 0, 0, 1), source(Tests, 0, 3, 2)]);
        let doubted: Vec<_> = CodeQualityMetric::ALL
            .into_iter()
            .filter(|metric| section.doubt_of(*metric).is_some())
            .collect();
        assert_eq!(doubted, [Coverage]);
    }

    #[test]
    fn figures_that_were_changed_contradict_their_sources() {
        let section = CodeQuality::of(vec![source(Coverage, 1, 2, 1)]);
        let changed = |coverage| CodeQuality {
            coverage,
            ..section.clone()
        };
        assert!(!section.contradicts_its_sources());
        assert!(changed(Measured::new(90.0)).contradicts_its_sources());
        assert!(changed(None).contradicts_its_sources());
        let mut more = section.clone();
        more.complexity = Measured::new(3.0);
        assert!(more.contradicts_its_sources());
        more.sources.clear();
        assert!(!more.contradicts_its_sources());
    }

    #[test]
    fn what_is_not_whole_takes_its_own_figure_with_it_and_no_other() {
        let cut = CodeQualitySource {
            incomplete: Some("cut off".to_owned()),
            ..CodeQualitySource::new(Complexity, "radon")
        };
        let section = CodeQuality::of(vec![
            cut,
            source(Complexity, 0, 3, 1),
            source(Coverage, 1, 2, 2),
        ]);
        assert_eq!(
            (section.complexity, section.coverage),
            (None, Measured::new(50.0))
        );
        assert_eq!(section.doubts().len(), 1);
    }
}
