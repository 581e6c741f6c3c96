use schema::Measured;
use schema::evidence::{ComparedMetric, Comparison, Direction, Metric, Verdict};

use super::{Compared, Content, Drawn, Figure, LegendEntry, compared, entry, metric_name};
use crate::chart::{Drawing, Ink, Lane, Lanes, Mark, Scale};
use crate::model::{ComparisonRow, Report};

/// More lanes would be a wall; the table of the comparison holds all.
const MOST_LANES: usize = 40;

/// Of the width in percent: left of it is room for `throughput`, right of it for `+0.0100 pt`.
const PLOT: (f64, f64) = (25.0, 79.0);

/// Changes are drawn up to that many times the widest margin; beyond it stand arrows.
const MOST_MARGINS: f64 = 12.0;
const LEAST_MARGINS: f64 = 1.6;

const ID: &str = "comparison-forest";

/// How a verdict is drawn.
struct Sign {
    mark: Mark,
    ink: Ink,
    words: &'static str,
}

const IMPROVED: Sign = Sign {
    mark: Mark::Diamond,
    ink: Ink::SECOND,
    words: "improved",
};
const UNCHANGED: Sign = Sign {
    mark: Mark::Dot,
    ink: Ink::MAIN,
    words: "unchanged or not worse",
};
const UNDECIDED: Sign = Sign {
    mark: Mark::Ring,
    ink: Ink::PLAIN,
    words: "inconclusive",
};
const LET_PASS: Sign = Sign {
    mark: Mark::Square,
    ink: Ink::PLAIN,
    words: "regressed, but lets the build pass",
};
const FAILED: Sign = Sign {
    mark: Mark::Cross,
    ink: Ink::BAD,
    words: "regressed, or failed without an answer",
};
const SIGNS: [&Sign; 5] = [&FAILED, &LET_PASS, &UNDECIDED, &UNCHANGED, &IMPROVED];

impl Sign {
    fn of((metric, row): Compared<'_, '_>) -> &'static Sign {
        match metric.verdict {
            _ if row.status.is_bad() => &FAILED,
            Verdict::Improved => &IMPROVED,
            Verdict::Unchanged | Verdict::NotWorse => &UNCHANGED,
            Verdict::Regressed => &LET_PASS,
            Verdict::NotJudged
            | Verdict::Inconclusive
            | Verdict::Missing
            | Verdict::Incomparable => &UNDECIDED,
        }
    }
}

/// A change in the direction of worse, in percent; of an error rate in multiples of its margin, scaled to the margin of the
/// others, because percentage points are no percent.
struct Change {
    value: f64,
    interval: Option<(f64, f64)>,
    margin: f64,
}

pub(super) fn figure(report: &Report<'_>, comparison: &Comparison) -> Figure {
    let lanes = chosen(&compared(report));
    let changed = lanes
        .iter()
        .filter(|(metric, _)| change(metric, comparison).is_some())
        .count();
    let content = if changed == 0 {
        Content::TooLittle(
            "No change of any metric was judged: there is nothing to draw.".to_owned(),
        )
    } else {
        drawn(comparison, &lanes)
    };
    let left_out = comparison.metrics.len() - lanes.len();
    let mut notes = Vec::new();
    if left_out > 0 {
        notes.push(format!("{left_out} of {} metrics are not drawn: those that decide nothing, and what there was no room for. The table of the comparison holds all.", comparison.metrics.len()));
    }
    if lanes
        .iter()
        .any(|(metric, _)| metric.change_points.is_some())
    {
        notes.push("An error rate is compared in percentage points: its lane is stretched so that its margin is as wide as that of the others.".to_owned());
    }
    Figure {
        id: ID.to_owned(),
        title: "Changes against the baseline, in percent".to_owned(),
        note: (!notes.is_empty() && changed > 0).then(|| notes.join(" ")),
        content,
    }
}

/// As many of those that were judged as can be looked at, scenario by scenario: those with failures first, otherwise in
/// the document's order; within each the metrics always in the same one.
fn chosen<'r, 'a>(metrics: &[Compared<'r, 'a>]) -> Vec<Compared<'r, 'a>> {
    let judged = |(metric, _): &&Compared<'r, 'a>| metric.verdict != Verdict::NotJudged;
    let mut chosen: Vec<Compared<'r, 'a>> = metrics.iter().filter(judged).copied().collect();
    chosen.sort_by_key(|(metric, row)| (!row.status.is_bad(), !metric.primary));
    chosen.truncate(MOST_LANES);
    let failing = chosen.iter().filter(|(_, row)| row.status.is_bad());
    let mut scenarios: Vec<Option<&str>> = Vec::new();
    for (metric, _) in failing.chain(metrics) {
        if !scenarios.contains(&metric.scenario.as_deref()) {
            scenarios.push(metric.scenario.as_deref());
        }
    }
    chosen.sort_by_key(|(metric, _)| {
        let scenario = metric.scenario.as_deref();
        let place = scenarios.iter().position(|known| *known == scenario);
        let known = Metric::ALL
            .iter()
            .position(|known| known.key() == metric.metric);
        (place, known.unwrap_or(Metric::ALL.len()))
    });
    chosen
}

fn change(metric: &ComparedMetric, comparison: &Comparison) -> Option<Change> {
    let widest = comparison.threshold_percent.get();
    let margin = metric.threshold.map_or(widest, Measured::get);
    let (value, scale) = match (metric.change_points, metric.change_percent) {
        (Some(points), _) if margin > 0.0 => (points, widest / margin),
        (Some(points), _) => (points, 1.0),
        (None, percent) => (percent?, 1.0),
    };
    let worse = match metric.better {
        Direction::Lower => scale,
        Direction::Higher => -scale,
    };
    value.is_finite().then(|| Change {
        value: value * worse,
        interval: metric.change_ci95.map(|ends| {
            let (one, other) = (ends.low * worse, ends.high * worse);
            (one.min(other), one.max(other))
        }),
        margin: margin * scale,
    })
}

fn drawn(comparison: &Comparison, metrics: &[Compared<'_, '_>]) -> Content {
    let changes: Vec<Option<Change>> = metrics
        .iter()
        .map(|(metric, _)| change(metric, comparison))
        .collect();
    let margin = changes
        .iter()
        .flatten()
        .map(|change| change.margin)
        .fold(0.0, f64::max)
        .max(1e-3);
    let most = changes
        .iter()
        .flatten()
        .flat_map(|change| {
            let (low, high) = change.interval.unwrap_or((change.value, change.value));
            [low, high, change.value]
        })
        .map(|end| end.abs() * 1.08)
        .fold(LEAST_MARGINS * margin, f64::max)
        .min(MOST_MARGINS * margin);
    let mut drawing = Drawing::new(
        ID,
        "Change of each metric against the baseline, in percent, with its 95 % interval",
        "Better lies on the left, worse on the right; within the band a change is allowed. The table below holds the numbers.",
    );
    let mut lanes = Lanes::new(Scale::symmetric(margin, most), PLOT);
    let mut scenario = None;
    for ((metric, row), change) in metrics.iter().zip(&changes) {
        if scenario != Some(&metric.scenario) {
            scenario = Some(&metric.scenario);
            lanes.heading(
                &mut drawing,
                metric.scenario.as_deref().unwrap_or("whole run"),
            );
        }
        let explanation = explanation(row);
        let value = change.as_ref().map_or_else(
            || row.status.word.to_owned(),
            |_| row.change.replace("points", "pt"),
        );
        lanes.lane(
            &mut drawing,
            (&metric_name(&metric.metric), &value),
            &explanation,
            |lane| {
                if let Some(change) = change {
                    draw(lane, change, Sign::of((metric, row)));
                }
            },
        );
    }
    lanes.rule(&mut drawing, Ink::PLAIN, 0.0);
    let height = lanes.finish(&mut drawing, ("← better", "worse →"));
    let used = SIGNS.iter().filter(|sign| {
        metrics
            .iter()
            .any(|compared| std::ptr::eq(Sign::of(*compared), **sign))
    });
    let mut legend: Vec<LegendEntry> = used
        .map(|sign| entry(sign.mark.swatch(sign.ink), sign.words))
        .collect();
    legend.push(entry(Ink::MAIN.interval_swatch(), "95 % interval"));
    legend.push(entry(
        Ink::PLAIN.band_swatch(),
        "margin: right of it is worse than allowed, left of it better",
    ));
    Content::Drawn(Drawn {
        svg: drawing.finish(height),
        legend,
        table: None,
    })
}

fn draw(lane: &mut Lane<'_>, change: &Change, sign: &Sign) {
    lane.band(Ink::PLAIN, (-change.margin, change.margin));
    if let Some((low, high)) = change.interval {
        lane.interval(sign.ink, change.value, (Some(low), Some(high)));
    }
    lane.point(sign.mark, sign.ink, change.value);
}

fn explanation(row: &ComparisonRow<'_>) -> String {
    let mut text = format!(
        "{} {}: {} to {}, {}",
        row.scenario.unwrap_or("whole run"),
        row.metric,
        row.baseline,
        row.current,
        row.change
    );
    if let Some(interval) = &row.interval {
        text += &format!(" (95 % interval {interval})");
    }
    text += ": ";
    text += row.status.word;
    text
}
