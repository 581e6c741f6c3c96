//! What `go test -bench` prints: <https://pkg.go.dev/golang.org/x/perf/benchfmt>.

use indexmap::{IndexMap, IndexSet};
use schema::Measured;
use schema::evidence::{Host, Latency, Repetition, Throughput, Warning};

use super::quantile::Quantile;
use super::{ForeignError, Translated, pooled, warning};

const PREFIX: &str = "Benchmark";

/// Whether a text is what `go test -bench` prints: it has a result, or the line that stands above all results.
pub(super) fn is(text: &str) -> bool {
    text.lines().any(|line| {
        let mut fields = line.split_whitespace();
        line.starts_with("goos: ")
            || fields.next().is_some_and(is_name)
                && fields
                    .next()
                    .is_some_and(|count| count.parse::<u64>().is_ok())
                && fields.count() >= 2
    })
}

/// Each name is a scenario, each line of that name a repetition.
pub(super) fn read(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let mut report = Report::default();
    for (index, line) in text.lines().enumerate() {
        let place = Place {
            name,
            line: index + 1,
        };
        report.add(line, &place)?;
    }
    if report.results.is_empty() {
        return Err(ForeignError::Incomplete {
            name: name.to_owned(),
            missing: "line of a benchmark, as in BenchmarkFoo-8 1000 1234 ns/op",
        });
    }
    Ok(report.translated())
}

/// A line of a file.
struct Place<'a> {
    name: &'a str,
    line: usize,
}

impl Place<'_> {
    fn refuse(&self, found: &str, expected: &'static str) -> ForeignError {
        ForeignError::Line {
            name: self.name.to_owned(),
            line: self.line,
            found: found.to_owned(),
            expected,
        }
    }
}

/// The name of a benchmark that begins a line: `BenchmarkFoo`, and not the word `Benchmarking`.
fn is_name(field: &str) -> bool {
    field
        .strip_prefix(PREFIX)
        .is_some_and(|rest| !rest.starts_with(|first: char| first.is_lowercase()))
}

#[derive(Default)]
struct Report<'a> {
    results: Vec<Outcome<'a>>,
    package: Option<&'a str>,
    processors: IndexSet<&'a str>,
    units: Units<'a>,
}

struct Outcome<'a> {
    package: Option<&'a str>,
    /// Without `Benchmark`, with what `go test` adds for the number of processors.
    benchmark: &'a str,
    repetition: Repetition,
}

impl<'a> Report<'a> {
    fn add(&mut self, line: &'a str, place: &Place<'_>) -> Result<(), ForeignError> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        match fields.as_slice() {
            ["FAIL" | "panic:" | "signal:", ..]
            | ["fatal", "error:", ..]
            | ["exit", "status", ..]
            | ["---", "FAIL:", ..]
            | [_, "---", "FAIL:", ..]
            | ["***", "Test", "killed", ..] => {
                return Err(ForeignError::Failed {
                    name: place.name.to_owned(),
                    line: place.line,
                    found: line.to_owned(),
                });
            }
            ["pkg:", package] => self.package = Some(package),
            ["cpu:", ..] => {
                self.processors.insert(line["cpu:".len()..].trim());
            }
            // A name alone is what `-v` prints before the benchmark begins.
            [first, count, figures @ ..] if line.starts_with(PREFIX) && is_name(first) => {
                let repetition = self.units.repetition(count, figures, place)?;
                self.results.push(Outcome {
                    package: self.package,
                    benchmark: &first[PREFIX.len()..],
                    repetition,
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn translated(self) -> Translated {
        let packages: IndexSet<Option<&str>> =
            self.results.iter().map(|result| result.package).collect();
        let processes = common_processes(&self.results);
        let mut benchmarks: IndexMap<String, Vec<Repetition>> = IndexMap::new();
        for result in self.results {
            let benchmark = match processes {
                Some(processes) => &result.benchmark[..result.benchmark.len() - processes.len()],
                None => result.benchmark,
            };
            let name = match result.package.filter(|_| packages.len() > 1) {
                Some(package) => format!("{package}.{benchmark}"),
                None => benchmark.to_owned(),
            };
            benchmarks.entry(name).or_default().push(result.repetition);
        }
        let mut warnings = self.units.warnings();
        let scenarios = benchmarks
            .into_iter()
            .map(|(name, repetitions)| pooled::scenario(name, repetitions, &mut warnings))
            .collect();
        let mut translated = Translated::new("go test", scenarios, warnings);
        // Results of two machines in one file are of none.
        let processor = self
            .processors
            .first()
            .filter(|_| self.processors.len() == 1);
        let cores = processes.and_then(|processes| processes.get(1..)?.parse().ok());
        if let Some(run) = &mut translated.evidence.run
            && (processor.is_some() || cores.is_some())
        {
            run.host = Some(Host {
                cpu_model: processor.map(|processor| (*processor).to_owned()),
                cores,
                ..Host::default()
            });
        }
        translated
    }
}

/// The `-8` that `go test` adds to names for GOMAXPROCS, if all have the same: else it is part of a name, as in
/// `Sort/size-100`, or what tells benchmarks under `-cpu 1,4` apart.
fn common_processes<'a>(results: &[Outcome<'a>]) -> Option<&'a str> {
    let mut all = results.iter().map(|result| {
        let dash = result.benchmark.rfind('-')?;
        let (name, processes) = result.benchmark.split_at(dash);
        let is_number = processes.len() > 1 && processes[1..].bytes().all(|b| b.is_ascii_digit());
        (is_number && !name.is_empty()).then_some(processes)
    });
    let first = all.next()??;
    all.all(|other| other == Some(first)).then_some(first)
}

/// The units that no document has a place for, in the order in which they were found.
#[derive(Default)]
struct Units<'a> {
    left_out: IndexSet<&'a str>,
    beyond_samples: IndexSet<&'a str>,
}

impl<'a> Units<'a> {
    /// What one line says of one run of a benchmark: how many operations, and value after value with its unit.
    fn repetition(
        &mut self,
        count: &str,
        figures: &[&'a str],
        place: &Place<'_>,
    ) -> Result<Repetition, ForeignError> {
        let operations: u64 = count.parse().map_err(|_| {
            place.refuse(count, "a number of iterations after the benchmark's name")
        })?;
        if figures.is_empty() {
            return Err(place.refuse(count, "a value and its unit after the iterations"));
        }
        let mut latency = Latency::default();
        let mut throughput = Throughput::default();
        for figure in figures.chunks(2) {
            let [text, unit] = *figure else {
                return Err(place.refuse(figure[0], "a unit after every value"));
            };
            let value = || {
                let value = text.parse().ok().and_then(Measured::new);
                value.ok_or_else(|| place.refuse(text, "a finite number of at least 0"))
            };
            match Unit::of(unit) {
                Some(Unit::Mean) => {
                    let mean = Measured::new(value()?.get() * MS_PER_NS);
                    latency.mean_ms = mean;
                }
                Some(Unit::Quantile(quantile, ms)) if quantile.is_reached_by(operations) => {
                    let time = Measured::new(value()?.get() * ms);
                    *quantile.of(&mut latency) =
                        Some(time.ok_or_else(|| {
                            place.refuse(text, "a time that an operation can take")
                        })?);
                }
                Some(Unit::Quantile(..)) => {
                    value()?;
                    self.beyond_samples.insert(unit);
                }
                Some(Unit::Rate) => throughput.rps = Some(value()?),
                None => {
                    self.left_out.insert(unit);
                }
            }
        }
        Ok(Repetition {
            latency: (latency != Latency::default()).then_some(Latency {
                samples: Some(operations),
                ..latency
            }),
            throughput: throughput.rps.map(|_| throughput),
            ..Repetition::default()
        })
    }

    fn warnings(&self) -> Vec<Warning> {
        let left_out = self.left_out.iter().map(|unit| {
            let message = format!("{unit}: has no place in a document and is left out");
            warning("unit_left_out", message)
        });
        let beyond_samples = self.beyond_samples.iter().map(|unit| {
            let message = format!(
                "{unit}: left out where a benchmark ran fewer operations than the quantile needs"
            );
            warning("too_few_samples", message)
        });
        left_out.chain(beyond_samples).collect()
    }
}

const MS_PER_NS: f64 = 1e-6;

/// What a unit is of, if documents have a place for it.
enum Unit {
    Mean,
    /// With how many milliseconds one of it is.
    Quantile(Quantile, f64),
    Rate,
}

impl Unit {
    /// `ns/op` is what `go test` measures; the others are what people commonly name their own figures.
    fn of(unit: &str) -> Option<Unit> {
        match unit {
            "ns/op" => return Some(Unit::Mean),
            "req/s" | "requests/s" | "ops/s" => return Some(Unit::Rate),
            _ => {}
        }
        let (quantile, time) = unit.strip_suffix("/op").unwrap_or(unit).split_once('-')?;
        let quantile = match quantile {
            "p50" => Quantile::P50,
            "p90" => Quantile::P90,
            "p95" => Quantile::P95,
            "p99" => Quantile::P99,
            "p99.9" | "p999" => Quantile::P999,
            _ => return None,
        };
        let ms = match time {
            "ns" => MS_PER_NS,
            "us" | "µs" => 1e-3,
            "ms" => 1.0,
            "s" => 1e3,
            _ => return None,
        };
        Some(Unit::Quantile(quantile, ms))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, codes, fixture, refusal, translated};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn names(text: &str) -> Vec<String> {
        let scenarios = translated(text).evidence.scenarios;
        scenarios
            .into_iter()
            .map(|scenario| scenario.name)
            .collect()
    }

    #[test]
    fn every_line_of_a_benchmark_is_a_repetition_of_its_scenario() {
        let go = fixture("go-bench.txt");
        assert_eq!(at(&go, "/run/tool"), Some(json!("go test")));
        assert_eq!(
            at(&go, "/scenarios/0/name"),
            Some(json!("Encode/format=json"))
        );
        let repetitions = &go.evidence.scenarios[0].repetitions;
        assert_eq!(repetitions.len(), 10);
        let first = repetitions[0].latency.as_ref().unwrap();
        assert_eq!(first.mean_ms, Measured::new(1726.0 * 1e-6));
        assert_eq!(first.samples, Some(690_848));
        let mean = go.evidence.scenarios[0].latency.as_ref().unwrap().mean_ms;
        assert!(
            (mean.unwrap().get() - 0.001_722_7).abs() < 1e-12,
            "{mean:?}"
        );
    }

    #[test]
    fn the_processor_is_told_where_all_results_are_of_one() {
        let line = "BenchmarkA 1 1 ns/op\n";
        let one = format!("cpu: AMD EPYC  7B12\n{line}cpu: AMD EPYC  7B12\n{line}");
        let two = format!("cpu: a\n{line}cpu: b\n{line}");
        assert_eq!(
            at(&translated(&one), "/run/host"),
            Some(json!({"cpu_model": "AMD EPYC  7B12"}))
        );
        assert_eq!(at(&translated(&two), "/run/host"), None);
    }

    #[test]
    fn the_number_of_processes_is_no_part_of_a_name_if_all_have_the_same() {
        assert_eq!(
            names("BenchmarkA-8 1 1 ns/op\nBenchmarkB/x-1-8 1 1 ns/op"),
            ["A", "B/x-1"]
        );
        assert_eq!(
            names("BenchmarkA-8 1 1 ns/op\nBenchmarkA-4 1 1 ns/op"),
            ["A-8", "A-4"]
        );
        assert_eq!(
            names("BenchmarkA/n-100 1 1 ns/op\nBenchmarkB 1 1 ns/op"),
            ["A/n-100", "B"]
        );
    }

    #[test]
    fn packages_are_named_where_there_are_several() {
        let one = "pkg: a/b\nBenchmarkA-8 1 1 ns/op\n";
        let two = format!("{one}pkg: a/c\nBenchmarkA-8 1 1 ns/op\n");
        assert_eq!(names(one), ["A"]);
        assert_eq!(names(&two), ["a/b.A", "a/c.A"]);
    }

    #[test]
    fn quantiles_and_rates_of_ones_own_are_read_and_other_units_named_once() {
        let line = "BenchmarkA-8 1000 5 ns/op 4 p50-ns/op 7 p95-µs 9 p99-ms/op 200 req/s 3 B/op 1 allocs/op\n";
        let go = translated(&line.repeat(2));
        assert_eq!(
            at(&go, "/scenarios/0/repetitions/1"),
            Some(json!({
                "order": 1,
                "latency": {"p50_ms": 4.0 * 1e-6, "p95_ms": 0.007, "p99_ms": 9.0, "mean_ms": 5.0 * 1e-6, "samples": 1000},
                "throughput": {"rps": 200.0}
            }))
        );
        assert_eq!(codes(&go), ["unit_left_out", "unit_left_out"]);
        assert!(go.warnings[0].message.starts_with("B/op: "));
    }

    #[test]
    fn a_time_below_a_nanosecond_is_not_rounded_away() {
        let go = translated("BenchmarkBWTS-12 1000000000 0.622 ns/op");
        assert_eq!(
            at(&go, "/scenarios/0/latency/mean_ms"),
            Some(json!(0.622 * 1e-6))
        );
    }

    #[test]
    fn a_quantile_of_too_few_operations_is_left_out_with_a_warning() {
        let go = translated("BenchmarkA-8 99 5 ns/op 9 p99-ns/op");
        assert_eq!(at(&go, "/scenarios/0/latency/p99_ms"), None);
        assert_eq!(codes(&go), ["too_few_samples"]);
    }

    #[test]
    fn a_run_that_failed_is_no_result() {
        let passed = "goos: linux\nBenchmarkA-8 1 1 ns/op\n";
        for failed in [
            "--- FAIL: BenchmarkB-8",
            "BenchmarkB-8 \t--- FAIL: BenchmarkB-8",
            "FAIL",
            "FAIL\texample.com/a\t1.2s",
        ] {
            let refusal = refusal(&format!("{passed}{failed}\n"));
            assert!(refusal.starts_with("file:3: found "), "{refusal}");
            assert!(refusal.contains("a broken run is no result"), "{refusal}");
        }
        assert_eq!(
            refusal("goos: linux\nPASS\n"),
            "file: found no line of a benchmark, as in BenchmarkFoo-8 1000 1234 ns/op"
        );
    }

    #[test]
    fn lines_that_are_no_results_are_passed_over() {
        let text = "goos: linux\ngoarch: amd64\nBenchmarking begins\nBenchmarkA\n    a_test.go:3: hello\nBenchmarkA-8 1 1 ns/op\nPASS\nok  \texample.com/a\t1.2s\n";
        assert_eq!(names(text), ["A"]);
    }

    #[test]
    fn a_garbled_line_is_refused_with_its_number() {
        let good = "BenchmarkA-8 1 1 ns/op";
        for (bad, expected) in [
            (
                "BenchmarkB-8 many 1 ns/op",
                r#"file:2: found "many", expected a number of iterations after the benchmark's name"#,
            ),
            (
                "BenchmarkB-8 1",
                r#"file:2: found "1", expected a value and its unit after the iterations"#,
            ),
            (
                "BenchmarkB-8 1 2 ns/op 3",
                r#"file:2: found "3", expected a unit after every value"#,
            ),
            (
                "BenchmarkB-8 1 -2 ns/op",
                r#"file:2: found "-2", expected a finite number of at least 0"#,
            ),
            (
                "BenchmarkB-8 1 NaN ns/op",
                r#"file:2: found "NaN", expected a finite number of at least 0"#,
            ),
        ] {
            assert_eq!(refusal(&format!("{good}\n{bad}\n")), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_as_go_prints_it_is_read_as_it_was(
            benchmarks in proptest::collection::btree_map(
                "[A-Z][a-z]{0,5}(/[a-z=_0-9]{1,5}){0,2}",
                proptest::collection::vec((1..1_000_000_000_u64, 0.0001..1e12_f64, 0.0..1e6_f64), 1..5),
                1..6,
            ),
            processes in proptest::option::of(2..128_u32),
        ) {
            let suffix = processes.map(|processes| format!("-{processes}")).unwrap_or_default();
            let mut text = String::from("goos: linux\ngoarch: amd64\npkg: example.com/a\n");
            for (name, lines) in &benchmarks {
                for (count, ns, rate) in lines {
                    text += &format!("Benchmark{name}{suffix}    \t{count:8}\t{ns:12} ns/op\t{rate} req/s\n");
                }
            }
            text += "PASS\nok  \texample.com/a\t1.234s\n";
            let read: Vec<_> = translated(&text).evidence.scenarios.into_iter().map(|scenario| {
                let lines: Vec<_> = scenario.repetitions.into_iter().map(|repetition| {
                    let latency = repetition.latency.unwrap();
                    let rate = repetition.throughput.unwrap().rps.unwrap().get();
                    (latency.samples.unwrap(), latency.mean_ms.unwrap().get(), rate)
                }).collect();
                (scenario.name, lines)
            }).collect();
            let printed: Vec<_> = benchmarks.into_iter().map(|(name, lines)| {
                let lines: Vec<_> = lines.into_iter().map(|(count, ns, rate)| (count, ns * MS_PER_NS, rate)).collect();
                (name, lines)
            }).collect();
            prop_assert_eq!(read, printed);
        }
    }
}
