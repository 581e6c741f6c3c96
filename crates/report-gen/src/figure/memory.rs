use schema::Measured;

use super::over_time::partings;
use super::timeline::Timeline;
use super::{Content, DataTable, Drawn, Figure, Subject, entry, highest, lowest, phase};
use crate::chart::{Drawing, Ink, Panel, Scale};
use crate::model::{Report, every_digit, number};

const TOP: f64 = 30.0;
const HEIGHT: f64 = 120.0;

/// A limit as much higher than the peak as this is told by an arrow: drawn in, it would flatten all else.
const FAR: f64 = 2.5;

/// So that the words on the peak have room above it.
const HEADROOM: f64 = 1.2;

const METRIC: &str = "memory.peak_mb";

pub(super) fn figure(
    report: &Report<'_>,
    subject: &Subject<'_>,
    timeline: &Timeline<'_>,
) -> Figure {
    let id = format!("{}-memory", subject.id);
    let content = drawn(&id, report, subject, timeline).unwrap_or_else(|| {
        Content::TooLittle(subject.is_of_no_scenario(report).unwrap_or_else(|| {
            "The memory of the service was read less than twice: too little to see a course."
                .to_owned()
        }))
    });
    Figure {
        title: "Memory over time".to_owned(),
        note: subject
            .measured
            .and_then(phase::of_load)
            .filter(|_| matches!(content, Content::Drawn(_))),
        content,
        id,
    }
}

fn drawn(
    id: &str,
    report: &Report<'_>,
    subject: &Subject<'_>,
    timeline: &Timeline<'_>,
) -> Option<Content> {
    let memory: Vec<f64> = timeline.values(|entry| entry.memory_mb).collect();
    if memory.len() < 2 {
        return None;
    }
    let peak = subject
        .memory
        .and_then(|memory| memory.peak_mb)
        .map(Measured::get);
    let limits = subject.limits(report, METRIC);
    let highest_mb = memory.iter().copied().chain(peak).fold(0.0, f64::max);
    let near = limits
        .iter()
        .copied()
        .filter(|limit| *limit <= FAR * highest_mb);
    let panel = Panel {
        across: Scale::linear(0.0, timeline.end_s),
        upright: Scale::from_zero(near.chain([HEADROOM * highest_mb]))?,
        top: TOP,
        height: HEIGHT,
    };
    let mut drawing = Drawing::new(
        id,
        &format!("Memory of {} over time, in MiB", subject.name),
        "With its peak and its limit. The table below holds the numbers.",
    );
    panel.upright_axis(&mut drawing, "MiB");
    panel.axis_across(&mut drawing, "seconds under load");
    partings(&panel, &mut drawing, timeline);
    panel.areas(
        &mut drawing,
        Ink::MAIN,
        timeline.strands(|entry| entry.memory_mb),
    );
    panel.curves(
        &mut drawing,
        Ink::MAIN,
        timeline.strands(|entry| entry.memory_mb),
    );
    let mut legend = vec![entry(Ink::MAIN.line_swatch(), "mean of each second")];
    for limit in &limits {
        let words = format!("limit {}", every_digit(*limit));
        panel.level(&mut drawing, Ink::LIMIT, *limit, &words);
    }
    if let Some(peak) = peak {
        let words = format!("peak {}", number(peak));
        panel.level(&mut drawing, Ink::BASELINE, peak, &words);
        legend.push(entry(Ink::BASELINE.line_swatch(), "peak"));
    }
    if !limits.is_empty() {
        legend.push(entry(
            Ink::LIMIT.line_swatch(),
            "limit; ↑ where it lies far above",
        ));
    }
    Some(Content::Drawn(Drawn {
        svg: drawing.finish(panel.bottom_with_labels()),
        legend,
        table: Some(table(subject, timeline)),
    }))
}

fn table(subject: &Subject<'_>, timeline: &Timeline<'_>) -> DataTable {
    let rows = timeline.repetitions.iter().map(|stretch| {
        let memory = || {
            stretch
                .entries
                .iter()
                .filter_map(|entry| entry.told.memory_mb)
        };
        let one =
            |value: Option<Measured>| value.map_or_else(String::new, |value| number(value.get()));
        vec![
            stretch.number.to_string(),
            one(memory().next()),
            lowest(memory()),
            highest(memory()),
            one(memory().next_back()),
        ]
    });
    let head = ["repetition", "at first", "lowest", "highest", "at last"];
    DataTable {
        caption: format!("Memory of {} in each repetition, in MiB", subject.name),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
