use schema::Measured;
use schema::evidence::{ComparedMetric, Comparison, History, HistorySeries, unit_symbol};

use super::{Content, DataTable, Drawn, Figure, entry, metric_name};
use crate::chart::{Drawing, Ink, Mark, Panel, Scale};
use crate::model::{Quantity, Report, number, readable_time, short_commit};

const TOP: f64 = 30.0;
const HEIGHT: f64 = 100.0;

/// More charts would not be looked at.
const MOST_SERIES: usize = 12;

/// Fewer runs have no course.
const FEWEST_RUNS: usize = 3;

pub(super) fn figures(report: &Report<'_>) -> Vec<Figure> {
    let comparison = report.evidence.comparison.as_ref();
    let history = comparison.and_then(|comparison| comparison.history.as_ref());
    let (Some(comparison), Some(history)) = (comparison, history) else {
        return vec![too_little(
            "The run was not compared with a history of runs: there is no course to draw.",
        )];
    };
    if history.runs.len() < FEWEST_RUNS {
        return vec![too_little(
            "The history has fewer than 3 runs: too little to see a course.",
        )];
    }
    let mut series: Vec<(&HistorySeries, Option<&ComparedMetric>)> = history
        .series
        .iter()
        .filter(|series| series.points.len() >= FEWEST_RUNS)
        .map(|series| (series, compared(comparison, series)))
        .collect();
    // What failed, then what decides, then what changed.
    series.sort_by_key(|(series, metric)| {
        let failed = metric.is_some_and(|metric| !metric.passed);
        let primary = metric.is_some_and(|metric| metric.primary);
        (!failed, !primary, series.change_points.is_empty())
    });
    let all = series.len();
    series.truncate(MOST_SERIES);
    let mut figures: Vec<Figure> = series
        .into_iter()
        .enumerate()
        .filter_map(|(place, (series, metric))| drawn(place, history, series, metric))
        .collect();
    if let Some(last) = figures.last_mut()
        && all > MOST_SERIES
    {
        last.note = Some(format!(
            "{MOST_SERIES} of {all} metrics are drawn: what failed first, then what decides."
        ));
    }
    if figures.is_empty() {
        figures.push(too_little(
            "No metric was measured in at least 3 runs of the history: too little to see a course.",
        ));
    }
    figures
}

fn too_little(why: &str) -> Figure {
    Figure {
        id: "trend".to_owned(),
        title: "From run to run".to_owned(),
        note: None,
        content: Content::TooLittle(why.to_owned()),
    }
}

fn compared<'a>(comparison: &'a Comparison, series: &HistorySeries) -> Option<&'a ComparedMetric> {
    comparison
        .metrics
        .iter()
        .find(|metric| (&metric.scenario, &metric.metric) == (&series.scenario, &series.metric))
}

fn drawn(
    place: usize,
    history: &History,
    series: &HistorySeries,
    metric: Option<&ComparedMetric>,
) -> Option<Figure> {
    let id = format!("trend-{place}");
    let runs = history.runs.len() as f64;
    // Counted from this run, which is 0.
    let points: Vec<(f64, f64)> = series
        .points
        .iter()
        .map(|point| (point.run as f64 - runs, point.value.get()))
        .filter(|point| point.0 < 0.0)
        .collect();
    let current = metric.and_then(|metric| metric.current).map(Measured::get);
    let values = points.iter().map(|point| point.1).chain(current);
    let panel = Panel {
        across: Scale::linear(-runs, 0.0),
        upright: Scale::near(values)?,
        top: TOP,
        height: HEIGHT,
    };
    let of = format!(
        "{} {}",
        series.scenario.as_deref().unwrap_or("whole run"),
        metric_name(&series.metric)
    );
    let unit = unit_symbol(&series.unit);
    let title = match unit {
        "" => of.clone(),
        unit => format!("{of}, {unit}"),
    };
    let mut drawing = Drawing::new(
        &id,
        &format!("{title}, from run to run"),
        "A point a run, the latest on the right; an upright line where the level changed. The table below holds the numbers.",
    );
    panel.upright_axis(&mut drawing, unit);
    panel.axis_across(&mut drawing, "runs before this one");
    let mut legend = vec![entry(Mark::Dot.swatch(Ink::MAIN), "a run")];
    for change in &series.change_points {
        let between = *change as f64 - runs - 0.5;
        panel.divider(&mut drawing, Ink::LIMIT, between, "change");
    }
    if !series.change_points.is_empty() {
        legend.push(entry(Ink::LIMIT.notch_swatch(), "the level changed"));
    }
    panel.curves(&mut drawing, Ink::MAIN, [points.iter().copied()]);
    panel.dots(&mut drawing, Ink::MAIN, points.iter().copied());
    if let Some(current) = current {
        let failed = metric.is_some_and(|metric| !metric.passed);
        let (mark, ink) = if failed {
            (Mark::Cross, Ink::BAD)
        } else {
            (Mark::Diamond, Ink::SECOND)
        };
        panel.point(&mut drawing, mark, ink, (0.0, current));
        panel.words_at_end(&mut drawing, current, &number(current));
        legend.push(entry(
            mark.swatch(ink),
            if failed {
                "this run: failed"
            } else {
                "this run"
            },
        ));
    }
    Some(Figure {
        title,
        note: None,
        content: Content::Drawn(Drawn {
            svg: drawing.finish(panel.bottom_with_labels()),
            legend,
            table: Some(table(&of, history, series)),
        }),
        id,
    })
}

fn table(of: &str, history: &History, series: &HistorySeries) -> DataTable {
    let rows = series.points.iter().map(|point| {
        let run = usize::try_from(point.run)
            .ok()
            .and_then(|place| history.runs.get(place));
        let told = |read: fn(&schema::evidence::HistoryRun) -> &Option<String>| {
            run.and_then(|run| read(run).clone()).unwrap_or_default()
        };
        let changed = if series.change_points.contains(&point.run) {
            "changed"
        } else {
            ""
        };
        vec![
            readable_time(&told(|run| &run.started_at)),
            short_commit(&told(|run| &run.commit)),
            Quantity::new(Some(point.value), &series.unit).to_string(),
            changed.to_owned(),
        ]
    });
    let head = ["started", "commit", "value", "level"];
    DataTable {
        caption: format!("{of} in each run"),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
    .without_empty_columns()
}
