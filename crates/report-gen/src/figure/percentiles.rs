use schema::Measured;
use schema::evidence::{Interval, Latency, QuantileIntervals};

use super::recorded::Recorded;
use super::{Content, DataTable, Drawn, Figure, Subject, entry, milliseconds, optional, phase};
use crate::chart::{Drawing, Ink, Mark, Panel, Scale};
use crate::model::{Range, Report, every_digit};

const TOP: f64 = 30.0;
const HEIGHT: f64 = 260.0;

/// Points of a curve.
const STEPS: u32 = 120;

/// The last that is drawn.
const LAST: f64 = 0.9999;

/// A quantile that documents tell, and where they tell it.
struct Known {
    label: &'static str,
    quantile: f64,
    /// Key path; what checks and comparisons call it.
    metric: &'static str,
    value: fn(&Latency) -> Option<Measured>,
    interval: fn(&QuantileIntervals) -> Option<Interval>,
}

#[rustfmt::skip] // A quantile a line.
const KNOWN: [Known; 5] = [
    Known { label: "p50", quantile: 0.5, metric: "latency.p50_ms", value: |all| all.p50_ms, interval: |all| all.p50_ms },
    Known { label: "p90", quantile: 0.9, metric: "latency.p90_ms", value: |all| all.p90_ms, interval: |all| all.p90_ms },
    Known { label: "p95", quantile: 0.95, metric: "latency.p95_ms", value: |all| all.p95_ms, interval: |all| all.p95_ms },
    Known { label: "p99", quantile: 0.99, metric: "latency.p99_ms", value: |all| all.p99_ms, interval: |all| all.p99_ms },
    Known { label: "p99.9", quantile: 0.999, metric: "latency.p999_ms", value: |all| all.p999_ms, interval: |all| all.p999_ms },
];

/// The places in [`KNOWN`] whose values are written beside them, the most important first.
const WRITTEN: [usize; 5] = [3, 0, 4, 2, 1];

/// One quantile with all that is known of it, in ms.
struct Quantile {
    known: &'static Known,
    value: Option<f64>,
    interval: Option<Range>,
    service_time: Option<f64>,
    compared: Option<Compared>,
    limits: Vec<f64>,
}

/// What the comparison compared, in ms: of repetitions or runs the geometric mean, which is not their pooled quantile.
#[derive(Clone, Copy)]
struct Compared {
    current: f64,
    baseline: f64,
}

pub(super) fn figure(
    report: &Report<'_>,
    subject: &Subject<'_>,
    recorded: Option<&Recorded>,
) -> Figure {
    let id = format!("{}-percentiles", subject.id);
    let drawn = subject
        .latency
        .and_then(|latency| drawn(&id, report, subject, latency, recorded));
    let (content, note) = match drawn {
        Some((drawn, note)) => (Content::Drawn(drawn), Some(note)),
        None => (
            Content::TooLittle("No latency was measured that could be drawn.".to_owned()),
            None,
        ),
    };
    Figure {
        title: "Latency by percentile".to_owned(),
        note: note.filter(|note| !note.is_empty()),
        content,
        id,
    }
}

fn drawn(
    id: &str,
    report: &Report<'_>,
    subject: &Subject<'_>,
    latency: &Latency,
    recorded: Option<&Recorded>,
) -> Option<(Drawn, String)> {
    let known: Vec<Quantile> = KNOWN
        .iter()
        .map(|known| quantile(known, report, subject, latency))
        .collect();
    let told = known.iter().filter(|one| one.value.is_some());
    let most = match recorded {
        Some(recorded) => 1.0 - 1.0 / recorded.total as f64,
        None => told.map(|one| one.known.quantile).reduce(f64::max)?,
    };
    let across = Scale::percentiles(most.min(LAST));
    let (quantiles, beyond): (Vec<&Quantile>, Vec<&Quantile>) = known
        .iter()
        .partition(|one| across.holds(one.known.quantile));
    let curve = |recorded: &Recorded| -> Vec<(f64, f64)> {
        let shares = (0..=STEPS).map(|step| across.value(f64::from(step) / f64::from(STEPS)));
        let most = 1.0 - 1.0 / recorded.total as f64;
        recorded
            .quantiles(shares.filter(|share| *share <= most))
            .collect()
    };
    let points = recorded.map_or_else(|| pairs(&quantiles, |one| one.value), curve);
    let service_time = Recorded::of(subject.service_time)
        .as_ref()
        .map_or_else(|| pairs(&quantiles, |one| one.service_time), curve);
    let compared = quantiles
        .iter()
        .flat_map(|one| one.compared)
        .flat_map(|compared| [compared.current, compared.baseline]);
    let ends = quantiles
        .iter()
        .flat_map(|one| one.interval)
        .flat_map(|range| [range.low, range.high])
        .flatten();
    let limits = quantiles.iter().flat_map(|one| one.limits.iter().copied());
    let upright = Scale::around(
        [&points, &service_time]
            .into_iter()
            .flatten()
            .map(|point| point.1)
            .chain(compared)
            .chain(ends)
            .chain(limits),
    )?;
    let panel = Panel {
        across,
        upright,
        top: TOP,
        height: HEIGHT,
    };
    let mut drawing = Drawing::new(
        id,
        &format!("Latency of {} by percentile", subject.name),
        "The slowest requests are on the right. The table below holds the numbers.",
    );
    let mut legend = vec![entry(
        Ink::MAIN.line_swatch(),
        "this run, all requests together",
    )];
    panel.upright_axis(&mut drawing, "ms");
    panel.axis_across(&mut drawing, "percentile");
    for one in &quantiles {
        if let Some(range) = one.interval {
            panel.span(
                &mut drawing,
                Ink::MAIN,
                one.known.quantile,
                (range.low, range.high),
            );
        }
    }
    for one in &quantiles {
        for limit in &one.limits {
            let words = format!("limit {}", every_digit(*limit));
            panel.notch(
                &mut drawing,
                Ink::LIMIT,
                (one.known.quantile, *limit),
                &words,
            );
        }
    }
    if !service_time.is_empty() {
        panel.curves(&mut drawing, Ink::SECOND, [service_time]);
        legend.push(entry(
            Ink::SECOND.line_swatch(),
            "service time: from the moment of sending",
        ));
    }
    panel.curves(&mut drawing, Ink::MAIN, [points]);
    for one in &quantiles {
        let at = |value: f64| (one.known.quantile, value);
        if let Some(value) = one.value {
            panel.point(&mut drawing, Mark::Dot, Ink::MAIN, at(value));
        }
        if let Some(compared) = one.compared {
            let (current, baseline) = (at(compared.current), at(compared.baseline));
            panel.point(&mut drawing, Mark::FromLeft, Ink::MAIN, current);
            panel.point(&mut drawing, Mark::FromRight, Ink::BASELINE, baseline);
        }
    }
    // Of those beyond the axis the panel writes nothing.
    for one in WRITTEN.iter().filter_map(|place| known.get(*place)) {
        if let Some(value) = one.value {
            let words = format!("{} {}", one.known.label, milliseconds(Some(value)));
            panel.words(&mut drawing, (one.known.quantile, value), &words);
        }
    }
    if quantiles.iter().any(|one| one.interval.is_some()) {
        legend.push(entry(
            Ink::MAIN.interval_swatch(),
            "95 % interval, dashed where an end is open",
        ));
    }
    let is_compared = quantiles.iter().any(|one| one.compared.is_some());
    if is_compared {
        legend.push(entry(
            Mark::FromLeft.swatch(Ink::MAIN),
            "typical repetition: this run",
        ));
        legend.push(entry(
            Mark::FromRight.swatch(Ink::BASELINE),
            "typical repetition: baseline",
        ));
    }
    if quantiles.iter().any(|one| !one.limits.is_empty()) {
        legend.push(entry(Ink::LIMIT.line_swatch(), "limit at its percentile"));
    }
    let notes = [
        phase::of_latency(subject.measured, latency.samples),
        recorded.is_none().then(|| {
            "The document holds no histogram that can be read: only the quantiles that it names are drawn.".to_owned()
        }),
        is_compared.then(|| {
            "Triangles are what was compared: the geometric mean of repetitions, or of the runs of a history, not the quantile of all requests together.".to_owned()
        }),
        not_drawn(&beyond),
    ];
    let note: Vec<String> = notes.into_iter().flatten().collect();
    let drawn = Drawn {
        svg: drawing.finish(panel.bottom_with_labels()),
        legend,
        table: Some(table(subject, &known, latency, recorded)),
    };
    Some((drawn, note.join(" ")))
}

/// What is known of percentiles that so few requests do not reach; a sentence.
fn not_drawn(beyond: &[&Quantile]) -> Option<String> {
    let told: Vec<String> = beyond
        .iter()
        .flat_map(|one| {
            let value = one.value.map(|value| milliseconds(Some(value)));
            let limits = one.limits.iter();
            let limits = limits.map(|limit| format!("limit {} ms", every_digit(*limit)));
            let label = one.known.label;
            let told = value.into_iter().chain(limits);
            told.map(move |told| format!("{label}: {told}"))
        })
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "The axis ends where the requests do; beyond it lie {}.",
            told.join(", ")
        )
    })
}

fn quantile(
    known: &'static Known,
    report: &Report<'_>,
    subject: &Subject<'_>,
    latency: &Latency,
) -> Quantile {
    let compared = report
        .evidence
        .comparison
        .iter()
        .flat_map(|comparison| &comparison.metrics)
        .find(|metric| {
            metric.metric == known.metric
                && metric.scenario.as_deref()
                    == subject.measured.map(|scenario| scenario.name.as_str())
        });
    Quantile {
        known,
        value: (known.value)(latency).map(Measured::get),
        interval: Range::of(latency.ci95.as_ref().and_then(known.interval)),
        service_time: subject
            .service_time
            .and_then(known.value)
            .map(Measured::get),
        compared: compared.and_then(|metric| {
            Some(Compared {
                current: metric.current?.get(),
                baseline: metric.baseline?.get(),
            })
        }),
        limits: subject.limits(report, known.metric),
    }
}

fn pairs(quantiles: &[&Quantile], value: fn(&Quantile) -> Option<f64>) -> Vec<(f64, f64)> {
    quantiles
        .iter()
        .filter_map(|one| Some((one.known.quantile, value(one)?)))
        .collect()
}

fn table(
    subject: &Subject<'_>,
    quantiles: &[Quantile],
    latency: &Latency,
    recorded: Option<&Recorded>,
) -> DataTable {
    let row = |one: &Quantile| {
        vec![
            one.known.label.to_owned(),
            milliseconds(one.value),
            one.interval
                .map(|range| range.to_string())
                .unwrap_or_default(),
            optional(one.service_time),
            optional(one.compared.map(|compared| compared.current)),
            optional(one.compared.map(|compared| compared.baseline)),
            one.limits
                .iter()
                .map(|limit| every_digit(*limit))
                .collect::<Vec<_>>()
                .join(", "),
        ]
    };
    let alone = |label: &str, value: Option<f64>| {
        let mut row = vec![String::new(); 7];
        row[0] = label.to_owned();
        row[1] = milliseconds(value);
        row
    };
    let mut rows: Vec<Vec<String>> = quantiles.iter().map(row).collect();
    let last = recorded
        .filter(|recorded| recorded.total as f64 * (1.0 - LAST) >= 1.0 - 1e-9)
        .and_then(|recorded| recorded.quantiles([LAST]).next());
    rows.extend(last.map(|(_, value)| alone("p99.99", Some(value))));
    rows.push(alone("longest", latency.max_ms.map(Measured::get)));
    let head = [
        "",
        "this run",
        "95 % interval",
        "service time",
        "typical repetition: this run",
        "typical repetition: baseline",
        "limit",
    ];
    DataTable {
        caption: format!("Latency of {} by percentile, in ms", subject.name),
        head: head.map(str::to_owned).to_vec(),
        rows,
    }
    .without_empty_columns()
}
