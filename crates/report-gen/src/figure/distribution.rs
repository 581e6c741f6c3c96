use super::recorded::Recorded;
use super::{Content, DataTable, Drawn, Figure, Subject, entry};
use crate::chart::{Drawing, Ink, Panel, Scale};
use crate::model::number;

const TOP: f64 = 44.0;
const HEIGHT: f64 = 160.0;

const MOST_BARS: usize = 48;

/// A table is read, not looked at.
const BARS_A_ROW: usize = 4;

/// Narrower bars would show how times are rounded, not how they are distributed.
const NARROWEST_BAR: f64 = 1.01;

/// A nanosecond: what lies below it is 0, for which a logarithmic axis has no place.
const LEAST_MS: f64 = 1e-6;

/// Times from one to another, in ms, and how many of all there are.
struct Bar {
    from_ms: f64,
    to_ms: f64,
    percent: f64,
    count: u64,
}

pub(super) fn figure(subject: &Subject<'_>, recorded: Option<&Recorded>) -> Figure {
    let id = format!("{}-distribution", subject.id);
    let content = recorded
        .and_then(|recorded| drawn(&id, subject, recorded))
        .unwrap_or_else(|| {
            Content::TooLittle(
                "The document holds no histogram of latency that can be read.".to_owned(),
            )
        });
    Figure {
        title: "Distribution of latency".to_owned(),
        note: None,
        content,
        id,
    }
}

fn drawn(id: &str, subject: &Subject<'_>, recorded: &Recorded) -> Option<Content> {
    let bars = bars(recorded)?;
    let ends = (bars.first()?.from_ms, bars.last()?.to_ms);
    let panel = Panel {
        across: Scale::between_factors(ends.0, ends.1),
        upright: Scale::from_zero(bars.iter().map(|bar| bar.percent))?,
        top: TOP,
        height: HEIGHT,
    };
    let mut drawing = Drawing::new(
        id,
        &format!("Distribution of the latency of {}", subject.name),
        "On a logarithmic axis of times. The table below holds the numbers.",
    );
    panel.upright_axis(&mut drawing, "% of requests");
    panel.axis_across(&mut drawing, "ms");
    let drawn = bars.iter().map(|bar| (bar.from_ms, bar.to_ms, bar.percent));
    panel.bars(&mut drawing, Ink::MAIN, drawn);
    let latency = subject.latency;
    let quantiles = [
        ("p50", latency.and_then(|latency| latency.p50_ms)),
        ("p99", latency.and_then(|latency| latency.p99_ms)),
        ("p95", latency.and_then(|latency| latency.p95_ms)),
    ];
    for (label, value) in quantiles {
        if let Some(value) = value {
            panel.divider(&mut drawing, Ink::BASELINE, value.get(), label);
        }
    }
    Some(Content::Drawn(Drawn {
        svg: drawing.finish(panel.bottom_with_labels()),
        legend: vec![
            entry(Ink::MAIN.interval_swatch(), "share of all requests"),
            entry(Ink::BASELINE.line_swatch(), "p50, p95 and p99"),
        ],
        table: Some(table(subject, &bars)),
    }))
}

/// Bars of equal width on a logarithmic axis.
fn bars(recorded: &Recorded) -> Option<Vec<Bar>> {
    let least = recorded.buckets.first()?.shortest_ms.max(LEAST_MS);
    let most = recorded
        .buckets
        .last()?
        .longest_ms
        .max(least * NARROWEST_BAR);
    let wanted = ((most / least).ln() / NARROWEST_BAR.ln()).floor();
    let count = if wanted < MOST_BARS as f64 {
        (1..MOST_BARS)
            .take_while(|count| *count as f64 <= wanted)
            .count()
            .max(1)
    } else {
        MOST_BARS
    };
    let step = (most / least).powf(1.0 / count as f64);
    let mut buckets = recorded.buckets.iter().peekable();
    let bars = (0..count).map(|index| {
        let from_ms = least * step.powf(index as f64);
        let last = index + 1 == count;
        let to_ms = if last { most } else { from_ms * step };
        let mut counted = 0_u64;
        while let Some(bucket) =
            buckets.next_if(|bucket| last || bucket.shortest_ms.midpoint(bucket.longest_ms) < to_ms)
        {
            counted += bucket.count;
        }
        Bar {
            from_ms,
            to_ms,
            percent: 100.0 * counted as f64 / recorded.total as f64,
            count: counted,
        }
    });
    Some(bars.collect())
}

fn table(subject: &Subject<'_>, bars: &[Bar]) -> DataTable {
    let rows = bars.chunks(BARS_A_ROW).filter_map(|bars| {
        let (first, last) = (bars.first()?, bars.last()?);
        let count: u64 = bars.iter().map(|bar| bar.count).sum();
        let percent: f64 = bars.iter().map(|bar| bar.percent).sum();
        (count > 0).then(|| {
            vec![
                format!("{} – {}", number(first.from_ms), number(last.to_ms)),
                count.to_string(),
                number(percent),
            ]
        })
    });
    let head = ["ms", "requests", "% of all"];
    DataTable {
        caption: format!("Distribution of the latency of {}", subject.name),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
