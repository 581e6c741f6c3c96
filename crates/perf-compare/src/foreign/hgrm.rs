//! The percentile text of HdrHistogram (`.hgrm`), and the whole of what `wrk2 --latency` prints, which holds it.
//!
//! The text does not tell its unit. wrk2 prints milliseconds, and milliseconds are what is assumed.

use schema::Measured;
use schema::evidence::{Latency, Mode, Scenario, Throughput};

use super::quantile::Quantile;
use super::{ForeignError, Translated, error_rate};

/// What stands above the table.
const HEAD: [&str; 4] = ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"];
/// Begins the line of wrk2's output that the run ends with.
const RATE: &str = "Requests/sec:";
/// Begins the line of wrk2's output that tells what the table after it is of.
const TITLE: &str = "Latency Distribution (HdrHistogram - ";

/// Whether a text has the table, or is what wrk prints without it.
pub(super) fn is(text: &str) -> bool {
    text.lines()
        .any(|line| is_head(line) || line.starts_with(RATE))
}

fn is_head(line: &str) -> bool {
    line.split_whitespace().eq(HEAD)
}

/// One run without repetitions.
pub(super) fn read(name: &str, text: &str) -> Result<Translated, ForeignError> {
    let mut lines = Lines {
        name,
        lines: text.lines().enumerate(),
    };
    let mut scenario = Scenario {
        name: "hgrm".to_owned(),
        ..Scenario::default()
    };
    let mut printed = Printed::default();
    let mut is_uncorrected = false;
    while let Some(line) = lines.next() {
        if let Some(title) = line.text.strip_prefix(TITLE) {
            is_uncorrected = !title.starts_with("Recorded");
        } else if is_head(line.text) {
            // From when requests were due, or from when they were sent.
            let section = if is_uncorrected {
                &mut scenario.service_time
            } else {
                &mut scenario.latency
            };
            if section.is_some() {
                return Err(line.refuse("one histogram in a file"));
            }
            *section = Some(latency(&mut lines)?);
        } else {
            printed.take(&line)?;
        }
    }
    if scenario.latency.is_none() && scenario.service_time.is_none() {
        return Err(ForeignError::Incomplete {
            name: name.to_owned(),
            missing: "percentile table, which wrk2 prints with --latency",
        });
    }
    if printed.connections.is_none() && printed.rate.is_none() {
        return Ok(Translated::new("HdrHistogram", vec![scenario], Vec::new()));
    }
    scenario.name = "wrk2".to_owned();
    scenario.mode = Some(Mode::Open);
    scenario.concurrent_requests = printed.connections;
    printed.add_to(&mut scenario, name)?;
    Ok(Translated::new("wrk2", vec![scenario], Vec::new()))
}

struct Lines<'a, I> {
    name: &'a str,
    lines: I,
}

impl<'a, I: Iterator<Item = (usize, &'a str)>> Lines<'a, I> {
    /// The next line without the space around it.
    fn next(&mut self) -> Option<Line<'a>> {
        let (index, text) = self.lines.next()?;
        Some(Line {
            name: self.name,
            number: index + 1,
            text: text.trim(),
        })
    }
}

struct Line<'a> {
    name: &'a str,
    number: usize,
    text: &'a str,
}

impl Line<'_> {
    fn refuse(&self, expected: &'static str) -> ForeignError {
        ForeignError::Line {
            name: self.name.to_owned(),
            line: self.number,
            found: self.text.to_owned(),
            expected,
        }
    }

    fn measured(&self, text: Option<&str>) -> Result<Measured, ForeignError> {
        text.and_then(|text| Measured::new(text.parse().ok()?))
            .ok_or_else(|| self.refuse("a finite number of at least 0 in each place"))
    }

    fn count(&self, text: Option<&str>) -> Result<u64, ForeignError> {
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| self.refuse("a whole number in the place of the count"))
    }
}

/// The table from below its head to the end of its footer.
fn latency<'a>(
    lines: &mut Lines<'a, impl Iterator<Item = (usize, &'a str)>>,
) -> Result<Latency, ForeignError> {
    let mut latency = Latency::default();
    let mut reached = 0.0;
    while let Some(line) = lines.next() {
        if line.text.is_empty() {
            continue;
        }
        if let Some(footer) = line.text.strip_prefix("#[") {
            let entries = footer
                .strip_suffix(']')
                .ok_or_else(|| line.refuse("a `]` at its end"))?;
            for entry in entries.split(',') {
                let (key, value) = entry.split_once('=').unwrap_or((entry, ""));
                let value = Some(value.trim());
                match key.trim() {
                    "Mean" => latency.mean_ms = Some(line.measured(value)?),
                    "StdDeviation" => latency.std_ms = Some(line.measured(value)?),
                    "Max" => latency.max_ms = Some(line.measured(value)?),
                    "Total count" => latency.samples = Some(line.count(value)?),
                    _ => {}
                }
            }
            let Some(samples) = latency.samples else {
                continue;
            };
            for quantile in Quantile::ALL {
                if !quantile.is_reached_by(samples) {
                    *quantile.of(&mut latency) = None;
                }
            }
            return Ok(latency);
        }
        let mut fields = line.text.split_whitespace();
        let value = line.measured(fields.next())?;
        let percentile = line.measured(fields.next())?.get();
        line.count(fields.next())?;
        if !(reached..=1.0).contains(&percentile) {
            return Err(line.refuse("percentiles that rise from 0 to 1"));
        }
        reached = percentile;
        for quantile in Quantile::ALL {
            if percentile >= quantile.level() {
                quantile.of(&mut latency).get_or_insert(value);
            }
        }
    }
    Err(ForeignError::Incomplete {
        name: lines.name.to_owned(),
        missing: "line `#[Max = …, Total count = …]` below the percentile table",
    })
}

/// What wrk2 prints beside the table.
#[derive(Default)]
struct Printed {
    connections: Option<u64>,
    requests: Option<u64>,
    duration_s: Option<Measured>,
    /// Requests that no response came to.
    unanswered: u64,
    /// Responses of status 400 and above, which wrk calls non-2xx or 3xx.
    refused: u64,
    rate: Option<Measured>,
    /// Whether the last line was reached.
    ended: bool,
}

impl Printed {
    fn take(&mut self, line: &Line<'_>) -> Result<(), ForeignError> {
        let fields: Vec<&str> = line.text.split_whitespace().collect();
        match fields.as_slice() {
            [_, "threads", "and", connections, "connections"] => {
                self.connections = Some(line.count(Some(connections))?);
            }
            [requests, "requests", "in", duration, ..] => {
                self.requests = Some(line.count(Some(requests))?);
                self.duration_s = Some(
                    seconds(duration.trim_end_matches(','))
                        .ok_or_else(|| line.refuse("a time such as 30.00s or 1.00m"))?,
                );
            }
            ["Socket", "errors:", kinds @ ..] => {
                for kind in kinds.chunks(2) {
                    let count = kind.get(1).map(|count| count.trim_end_matches(','));
                    self.unanswered = self
                        .unanswered
                        .checked_add(line.count(count)?)
                        .ok_or_else(|| line.refuse("fewer errors"))?;
                }
            }
            ["Non-2xx", "or", "3xx", "responses:", count] => {
                self.refused = line.count(Some(count))?;
            }
            [RATE, rate] => self.rate = Some(line.measured(Some(rate))?),
            ["Transfer/sec:", ..] => self.ended = true,
            _ => {}
        }
        Ok(())
    }

    /// wrk2 counts every response in its rate; documents count the good ones. It prints errors only where there are any.
    fn add_to(&self, scenario: &mut Scenario, name: &str) -> Result<(), ForeignError> {
        let incomplete = |missing| ForeignError::Incomplete {
            name: name.to_owned(),
            missing,
        };
        let (Some(requests), Some(rate), true) = (self.requests, self.rate, self.ended) else {
            return Err(incomplete(
                "end of what wrk2 prints: `… requests in …`, `Requests/sec:` and `Transfer/sec:`",
            ));
        };
        let too_few = || incomplete("more requests than responses that were refused");
        let ok = requests.checked_sub(self.refused).ok_or_else(too_few)?;
        let all = requests.checked_add(self.unanswered).ok_or_else(too_few)?;
        let good = ok as f64 / requests.max(1) as f64;
        scenario.throughput = Some(Throughput {
            rps: Measured::rounded(rate.get() * good),
            requests: Some(all),
            duration_s: self.duration_s,
            ..Throughput::default()
        });
        scenario.error_rate = error_rate(all - ok, all);
        Ok(())
    }
}

/// Seconds of a time as wrk prints it: `530.00us`, `1.50ms`, `30.00s`, `1.00m`, `2.00h`.
fn seconds(text: &str) -> Option<Measured> {
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let factor = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Measured::rounded(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, fixture, refusal, translated};
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const HEAD_LINE: &str = "       Value   Percentile   TotalCount 1/(1-Percentile)\n\n";

    fn table(total: u64) -> String {
        format!(
            "{HEAD_LINE}1.0 0.0 1 1.00\n2.0 0.5 50 2.00\n3.0 0.91 91 11.0\n4.0 0.992 99 128.0\n5.0 1.0 {total}\n\
             #[Mean    =        2.602, StdDeviation   =        1.919]\n\
             #[Max     =        4.996, Total count    = {total}]\n"
        )
    }

    #[test]
    fn what_wrk2_prints_is_one_run_of_an_open_loop() {
        let wrk2 = fixture("wrk2-latency.txt");
        assert_eq!(at(&wrk2, "/run/tool"), Some(json!("wrk2")));
        assert_eq!(
            at(&wrk2, "/scenarios"),
            Some(json!([{
                "name": "wrk2", "mode": "open", "concurrent_requests": 100,
                "latency": {
                    "p50_ms": 6.671, "p90_ms": 9.143, "p95_ms": 10.015, "p99_ms": 11.207, "p999_ms": 12.311,
                    "mean_ms": 6.602, "std_ms": 1.919, "max_ms": 12.496, "samples": 39500
                },
                "throughput": {"rps": 2000.28, "requests": 60018, "duration_s": 30.0},
                "error_rate": {"percent": 0.0, "requests": 60018, "ok": 60018, "failed": 0}
            }]))
        );
    }

    #[test]
    fn the_table_alone_is_latency_alone() {
        let hgrm = fixture("spectrum.hgrm");
        assert_eq!(at(&hgrm, "/run/tool"), Some(json!("HdrHistogram")));
        assert_eq!(
            at(&hgrm, "/scenarios/0/latency/p99_ms"),
            Some(json!(11.207))
        );
        assert_eq!(at(&hgrm, "/scenarios/0/throughput"), None);
        assert_eq!(at(&hgrm, "/scenarios/0/error_rate"), None);
    }

    #[test]
    fn a_quantile_is_the_nearest_at_or_above_it_that_the_count_carries() {
        let quantiles = |total: u64| {
            let hgrm = translated(&table(total));
            ["p50_ms", "p90_ms", "p95_ms", "p99_ms", "p999_ms"].map(|key| {
                at(&hgrm, &format!("/scenarios/0/latency/{key}")).and_then(|value| value.as_f64())
            })
        };
        assert_eq!(
            quantiles(1000),
            [Some(2.0), Some(3.0), Some(4.0), Some(4.0), Some(5.0)]
        );
        assert_eq!(
            quantiles(100),
            [Some(2.0), Some(3.0), Some(4.0), Some(4.0), None]
        );
        assert_eq!(quantiles(1), [None; 5]);
    }

    #[test]
    fn errors_are_counted_and_refused_requests_are_no_throughput() {
        let printed = format!(
            "{}  900 requests in 1.50m, 4.00MB read\n  Socket errors: connect 1, read 20, write 30, timeout 49\n  \
             Non-2xx or 3xx responses: 90\nRequests/sec:     10.00\nTransfer/sec:     45.50KB\n",
            table(1000)
        );
        let wrk2 = translated(&printed);
        assert_eq!(
            at(&wrk2, "/scenarios/0/throughput"),
            Some(json!({"rps": 9.0, "requests": 1000, "duration_s": 90.0}))
        );
        assert_eq!(
            at(&wrk2, "/scenarios/0/error_rate"),
            Some(json!({"percent": 19.0, "requests": 1000, "ok": 810, "failed": 190}))
        );
    }

    #[test]
    fn latency_that_leaves_out_waiting_is_service_time() {
        let text = format!(
            "Latency Distribution (HdrHistogram - Recorded Latency)\n{}Latency Distribution (HdrHistogram - Uncorrected Latency)\n{}",
            table(1000),
            table(100)
        );
        let hgrm = translated(&text);
        assert_eq!(at(&hgrm, "/scenarios/0/latency/samples"), Some(json!(1000)));
        assert_eq!(
            at(&hgrm, "/scenarios/0/service_time/samples"),
            Some(json!(100))
        );
        assert!(refusal(&table(9).repeat(2)).ends_with("expected one histogram in a file"));
    }

    #[test]
    fn a_text_without_its_table_or_the_end_of_it_is_refused() {
        assert_eq!(
            refusal("  10 requests in 1.00s, 1.00MB read\nRequests/sec:     10.00\n"),
            "file: found no percentile table, which wrk2 prints with --latency"
        );
        assert_eq!(
            refusal(&format!("{HEAD_LINE}1.0 0.0 1 1.00\n")),
            "file: found no line `#[Max = …, Total count = …]` below the percentile table"
        );
    }

    #[test]
    fn a_garbled_row_is_refused_with_its_line() {
        for (row, expected) in [
            (
                "-1.0 0.5 50 2.00",
                "a finite number of at least 0 in each place",
            ),
            (
                "nan 0.5 50 2.00",
                "a finite number of at least 0 in each place",
            ),
            ("1.0 0.5", "a whole number in the place of the count"),
            ("1.0 1.5 50 2.00", "percentiles that rise from 0 to 1"),
            (
                "#[Max = 1, Total count = many]",
                "a whole number in the place of the count",
            ),
        ] {
            let refusal = refusal(&format!("{HEAD_LINE}{row}\n"));
            assert_eq!(
                refusal,
                format!("file:3: found {row:?}, expected {expected}")
            );
        }
    }

    proptest! {
        #[test]
        fn quantiles_rise_with_their_levels(
            mut values in proptest::collection::vec(0.0..1e6_f64, 2..60),
            samples in 1..100_000_u64,
        ) {
            values.sort_by(f64::total_cmp);
            let last = (values.len() - 1) as f64;
            let rows: String = values.iter().enumerate().map(|(index, value)| {
                format!("{value:12.3} {:12.6} {index:12} 1.00\n", index as f64 / last)
            }).collect();
            let hgrm = translated(&format!("{HEAD_LINE}{rows}#[Max = {last}, Total count = {samples}]\n"));
            let mut latency = hgrm.evidence.scenarios.into_iter().next().unwrap().latency.unwrap();
            let quantiles: Vec<_> = Quantile::ALL.into_iter().map(|quantile| *quantile.of(&mut latency)).collect();
            let present: Vec<_> = quantiles.iter().flatten().collect();
            prop_assert!(present.is_sorted());
            prop_assert!(quantiles.iter().take(present.len()).all(Option::is_some), "none above an absent one");
        }
    }
}
