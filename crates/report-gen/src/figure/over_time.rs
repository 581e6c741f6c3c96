use schema::Measured;
use schema::evidence::TimelineEntry;

use super::timeline::{Entry, Timeline};
use super::{Content, DataTable, Drawn, Figure, Subject, entry, highest, lowest, phase};
use crate::chart::{Drawing, Ink, Mark, Panel, Scale};
use crate::model::{Report, number};

const TOP: f64 = 30.0;
const LATENCY: f64 = 170.0;
const BETWEEN: f64 = 34.0;
const THROUGHPUT: f64 = 90.0;

/// More crosses of neighbours would hide what they are about.
const MOST_CROSSES: usize = 30;

/// A table is read, not measured.
const MOST_ROWS: usize = 12;

type Read = fn(&TimelineEntry) -> Option<Measured>;

const QUANTILES: [(&str, Ink, Read); 3] = [
    ("p99", Ink::MAIN, |entry| entry.p99_ms),
    ("p95", Ink::SECOND, |entry| entry.p95_ms),
    ("p50", Ink::THIRD, |entry| entry.p50_ms),
];

pub(super) fn figure(
    report: &Report<'_>,
    subject: &Subject<'_>,
    timeline: &Timeline<'_>,
) -> Figure {
    let id = format!("{}-over-time", subject.id);
    let drawn = drawn(&id, subject, timeline);
    let phase = subject.measured.and_then(phase::of_timeline);
    let repetitions = timeline.repetitions.len();
    let parted = (repetitions > 1).then(|| {
        format!("{repetitions} repetitions one after another, with a dotted line between two. What is left at the end of one, less than half as long as the rest, is not drawn.")
    });
    let notes: Vec<String> = phase.into_iter().chain(parted).collect();
    Figure {
        title: "Latency and throughput over time".to_owned(),
        note: (drawn.is_some() && !notes.is_empty()).then(|| notes.join(" ")),
        content: drawn.unwrap_or_else(|| {
            Content::TooLittle(match timeline.entries().count() {
                0 => subject.is_of_no_scenario(report).unwrap_or_else(|| {
                    "The document tells nothing second by second.".to_owned()
                }),
                _ => "The document tells of no more than one stretch of time: too little to see a course."
                    .to_owned(),
            })
        }),
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
    let mut all_told = true;
    for (middle_s, count, said) in &failed {
        drawing.explained("errors", said, |drawing| {
            let ground = (*middle_s, last.upright.low());
            last.point(drawing, Mark::Cross, Ink::BAD, ground);
            all_told &= last.words_above(drawing, ground, &count.to_string());
        });
    }
    if !failed.is_empty() {
        let words = if all_told {
            "requests failed, and how many"
        } else {
            "requests failed; the table has the numbers that there is no room for"
        };
        legend.push(entry(Mark::Cross.swatch(Ink::BAD), words));
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

/// Where requests failed, how many, and that in words. Where they are too many to be told apart, neighbours stand together,
/// but nothing else between which none failed.
fn failures(timeline: &Timeline<'_>) -> Vec<(f64, u64, String)> {
    let has_failed = |entry: &Entry<'_>| entry.told.errors > 0;
    let failed = timeline.entries().filter(|entry| has_failed(entry));
    let width = failed.count().div_ceil(MOST_CROSSES).max(1);
    timeline
        .repetitions
        .iter()
        .flat_map(|stretch| {
            stretch
                .entries
                .chunk_by(move |one, other| has_failed(one) && has_failed(other))
        })
        .filter(|neighbours| neighbours.iter().all(has_failed))
        .flat_map(|neighbours| neighbours.chunks(width))
        .filter_map(|chunk| {
            let count = chunk
                .iter()
                .fold(0_u64, |sum, entry| sum.saturating_add(entry.told.errors));
            let (first, last) = (chunk.first()?, chunk.last()?);
            // Where something failed, whatever lies between the others.
            let middle_s = chunk.get(chunk.len() / 2)?.middle_s();
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
