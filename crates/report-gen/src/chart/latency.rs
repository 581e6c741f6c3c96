use askama::Template;

use super::axis::{Across, LogAxis};
use crate::model::{Quantile, ScenarioRow, every_digit};

// Heights in pixels.
const TOP: usize = 26;
const NAME: usize = 24;
const LANE: usize = 19;
const GAP: usize = 12;
const BOTTOM: usize = 22;

/// How far an interval is drawn beyond its value where nothing bounds it, in percent of the width.
const OPEN_END: f64 = 6.0;

/// The quantiles of every scenario on one logarithmic axis: each with its interval, its repetitions and its limits.
#[derive(Template)]
#[template(path = "latency.svg")]
pub(crate) struct LatencyChart<'a> {
    height: usize,
    ticks: Vec<(Across, String)>,
    scenarios: Vec<Block<'a>>,
}

/// A scenario: its name, and a lane a quantile.
struct Block<'a> {
    name: &'a str,
    baseline: usize,
    lanes: Vec<Lane>,
}

struct Lane {
    label: &'static str,
    /// The middle of the lane, in pixels.
    middle: usize,
    /// The value in words.
    value: String,
    /// All of the lane in words.
    description: String,
    point: Option<Across>,
    missed: bool,
    interval: Option<Band>,
    repetitions: Vec<Across>,
    limits: Vec<Across>,
}

/// An interval; one with an end that nothing bounds is marked.
struct Band {
    from: Across,
    to: Across,
    open: bool,
}

impl<'a> LatencyChart<'a> {
    /// `None` if there is nothing to draw.
    pub(crate) fn of(scenarios: &'a [ScenarioRow<'a>]) -> Option<LatencyChart<'a>> {
        let quantiles = || scenarios.iter().flat_map(|scenario| &scenario.quantiles);
        if !quantiles().any(|quantile| quantile.measured.value().is_some()) {
            return None;
        }
        let axis = LogAxis::around(quantiles().flat_map(values))?;
        let mut bottom = TOP;
        let mut blocks = Vec::with_capacity(scenarios.len());
        for scenario in scenarios {
            let first = bottom + NAME;
            blocks.push(Block {
                name: scenario.name,
                baseline: bottom + NAME - 7,
                lanes: scenario
                    .quantiles
                    .iter()
                    .enumerate()
                    .map(|(index, quantile)| {
                        lane(
                            scenario.name,
                            quantile,
                            &axis,
                            first + index * LANE + LANE / 2,
                        )
                    })
                    .collect(),
            });
            bottom = first + scenario.quantiles.len() * LANE + GAP;
        }
        Some(LatencyChart {
            height: bottom + BOTTOM,
            ticks: axis
                .ticks()
                .iter()
                .filter_map(|tick| Some((axis.place(*tick)?, every_digit(*tick))))
                .collect(),
            scenarios: blocks,
        })
    }
}

fn values(quantile: &Quantile<'_>) -> Vec<f64> {
    let interval = quantile.interval.iter();
    quantile
        .measured
        .value()
        .into_iter()
        .chain(interval.flat_map(|range| [range.low, range.high]).flatten())
        .chain(quantile.repetitions.iter().copied())
        .chain(quantile.limits.iter().map(|(limit, _)| *limit))
        .collect()
}

fn lane(scenario: &str, quantile: &Quantile<'_>, axis: &LogAxis, middle: usize) -> Lane {
    Lane {
        label: quantile.label,
        middle,
        value: quantile.measured.to_string(),
        description: describe(scenario, quantile),
        point: quantile
            .measured
            .value()
            .and_then(|value| axis.place(value)),
        missed: quantile.limits.iter().any(|(_, status)| status.is_bad()),
        interval: band(quantile, axis),
        repetitions: quantile
            .repetitions
            .iter()
            .filter_map(|value| axis.place(*value))
            .collect(),
        limits: quantile
            .limits
            .iter()
            .filter_map(|(limit, _)| axis.place(*limit))
            .collect(),
    }
}

fn band(quantile: &Quantile<'_>, axis: &LogAxis) -> Option<Band> {
    let range = quantile.interval?;
    let low = range.low.and_then(|low| axis.place(low));
    let high = range.high.and_then(|high| axis.place(high));
    let point = quantile
        .measured
        .value()
        .and_then(|value| axis.place(value));
    Some(Band {
        from: low.or(point.map(|point| point.moved(-OPEN_END)))?,
        to: high.or(point.map(|point| point.moved(OPEN_END)))?,
        open: low.is_none() || high.is_none(),
    })
}

fn describe(scenario: &str, quantile: &Quantile<'_>) -> String {
    let mut text = format!("{scenario} {}: {}", quantile.label, quantile.measured);
    if let Some(range) = quantile.interval {
        text += &format!(", 95 % interval {range} ms");
    }
    for (limit, status) in &quantile.limits {
        text += &format!(", limit {} ms: {}", every_digit(*limit), status.word);
    }
    text
}
