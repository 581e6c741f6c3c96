use schema::Measured;
use schema::evidence::TimelineEntry;

use super::timeline::{Entry, Timeline};
use super::{Content, DataTable, Drawn, Figure, Subject, entry, highest, lowest};
use crate::chart::{Drawing, Ink, Mark, Panel, Scale};
use crate::model::number;

const TOP: f64 = 30.0;
const LATENCY: f64 = 170.0;
const BETWEEN: f64 = 34.0;
const THROUGHPUT: f64 = 90.0;

/// More crosses would hide what they are about.
const MOST_CROSSES: usize = 30;

/// A table is read, not measured.
const MOST_ROWS: usize = 12;

type Read = fn(&TimelineEntry) -> Option<Measured>;

const QUANTILES: [(&str, Ink, Read); 3] = [
    ("p99", Ink::MAIN, |entry| entry.p99_ms),
    ("p95", Ink::SECOND, |entry| entry.p95_ms),
    ("p50", Ink::THIRD, |entry| entry.p50_ms),
];

pub(super) fn figure(subject: &Subject<'_>, timeline: &Timeline<'_>) -> Figure {
    let id = format!("{}-over-time", subject.id);
    let content = drawn(&id, subject, timeline).unwrap_or_else(|| {
        Content::TooLittle(match timeline.entries().count() {
            0 => "The document tells nothing second by second.".to_owned(),
            _ => "The document tells of no more than one stretch of time: too little to see a course."
                .to_owned(),
        })
    });
    let repetitions = timeline.repetitions.len();
    Figure {
        title: "Latency and throughput over time".to_owned(),
        note: (repetitions > 1 && matches!(content, Content::Drawn(_))).then(|| {
            format!("{repetitions} repetitions one after another, with a dotted line between two. What is left at the end of one, less than half as long as the rest, is not drawn.")
        }),
        content,
        id,
    }
}

fn drawn(id: &str, subject: &Subject<'_>, timeline: &Timeline<'_>) -> Option<Content> {
    if timeline.entries().count() < 2 {
        return None;
    }
    let across = Scale::linear(0.0, timeline.end_s);
    let latencies = QUANTILES
        .iter()
        .flat_map(|(_, _, read)| timeline.values(*read));
    let latency = Scale::around(latencies).map(|upright| Panel {
        across: across.clone(),
        upright,
        top: TOP,
        height: LATENCY,
    });
    let top = latency
        .as_ref()
        .map_or(TOP, |panel| panel.bottom() + BETWEEN);
    let throughput = Scale::from_zero(timeline.values(|entry| entry.rps)).map(|upright| Panel {
        across,
        upright,
        top,
        height: THROUGHPUT,
    });
    let last = throughput.as_ref().or(latency.as_ref())?;
    let mut drawing = Drawing::new(
        id,
        &format!("Latency and throughput of {} over time", subject.name),
        "Quantiles above, throughput below, a cross where requests failed. The table below holds the numbers.",
    );
    let mut legend = Vec::new();
    for panel in latency.iter().chain(&throughput) {
        partings(panel, &mut drawing, timeline);
    }
    if let Some(panel) = &latency {
        panel.upright_axis(&mut drawing, "ms");
        for (label, ink, read) in QUANTILES.iter().rev() {
            panel.curves(&mut drawing, *ink, timeline.strands(*read));
            legend.push(entry(ink.line_swatch(), label));
        }
    }
    if let Some(panel) = &throughput {
        panel.upright_axis(&mut drawing, "requests per second");
        panel.areas(&mut drawing, Ink::MAIN, timeline.strands(|entry| entry.rps));
        panel.curves(&mut drawing, Ink::MAIN, timeline.strands(|entry| entry.rps));
    }
    let failed = failures(timeline);
    for (middle_s, count, said) in &failed {
        drawing.explained("errors", said, |drawing| {
            last.point(
                drawing,
                Mark::Cross,
                Ink::BAD,
                (*middle_s, last.upright.low()),
            );
            last.words_above(drawing, (*middle_s, last.upright.low()), &count.to_string());
        });
    }
    if !failed.is_empty() {
        legend.push(entry(
            Mark::Cross.swatch(Ink::BAD),
            "requests failed, and how many",
        ));
    }
    last.axis_across(&mut drawing, "seconds under load");
    Some(Content::Drawn(Drawn {
        svg: drawing.finish(last.bottom_with_labels()),
        legend,
        table: Some(table(subject, timeline)),
    }))
}

/// Between repetitions.
pub(super) fn partings(panel: &Panel, drawing: &mut Drawing, timeline: &Timeline<'_>) {
    let starts = timeline.repetitions.iter().map(|stretch| stretch.start_s);
    panel.partings(drawing, starts.skip(1));
}

/// Where requests failed, how many, and that in words; neighbours together where they are too many to be told apart.
fn failures(timeline: &Timeline<'_>) -> Vec<(f64, u64, String)> {
    let failed: Vec<&Entry<'_>> = timeline
        .entries()
        .filter(|entry| entry.told.errors > 0)
        .collect();
    let width = failed.len().div_ceil(MOST_CROSSES).max(1);
    failed
        .chunks(width)
        .filter_map(|chunk| {
            let count = chunk
                .iter()
                .fold(0_u64, |sum, entry| sum.saturating_add(entry.told.errors));
            let (first, last) = (chunk.first()?, chunk.last()?);
            let middle_s = f64::midpoint(first.from_s, last.to_s);
            let said = format!(
                "{count} failed between {} and {} s",
                number(first.from_s),
                number(last.to_s)
            );
            Some((middle_s, count, said))
        })
        .collect()
}

fn table(subject: &Subject<'_>, timeline: &Timeline<'_>) -> DataTable {
    let all = timeline.entries().count();
    let width = all.div_ceil(MOST_ROWS).max(1);
    let rows = timeline.repetitions.iter().flat_map(|stretch| {
        stretch.entries.chunks(width).map(|chunk| {
            let read = |read: Read| chunk.iter().filter_map(move |entry| read(entry.told));
            let second = |entry: Option<&Entry<'_>>, end: fn(&Entry<'_>) -> f64| {
                entry.map_or_else(String::new, |entry| number(end(entry) - stretch.start_s))
            };
            let errors = chunk
                .iter()
                .fold(0_u64, |sum, entry| sum.saturating_add(entry.told.errors));
            vec![
                format!(
                    "{}: {}–{} s",
                    stretch.number,
                    second(chunk.first(), |entry| entry.from_s),
                    second(chunk.last(), |entry| entry.to_s)
                ),
                lowest(read(|entry| entry.rps)),
                highest(read(|entry| entry.p50_ms)),
                highest(read(|entry| entry.p95_ms)),
                highest(read(|entry| entry.p99_ms)),
                errors.to_string(),
                highest(read(|entry| entry.memory_mb)),
            ]
        })
    });
    let of_several = match width {
        1 => "",
        _ => ": the lowest throughput, the highest latency and memory of each stretch",
    };
    let head = [
        "repetition",
        "req/s",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "failed",
        "memory MiB",
    ];
    DataTable {
        caption: format!("{} over time{of_several}", subject.name),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
    .without_empty_columns()
}
