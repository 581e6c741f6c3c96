use schema::Measured;
use schema::evidence::{ComparedMetric, History, HistorySeries, Method, unit_symbol};

use super::{Compared, Content, DataTable, Drawn, Figure, compared, entry, metric_name};
use crate::chart::{Drawing, Ink, Mark, Panel, Scale};
use crate::model::{Quantity, Report, number, readable_time, short_commit};

const TOP: f64 = 30.0;
const HEIGHT: f64 = 100.0;

/// More charts would not be looked at.
const MOST_SERIES: usize = 12;

/// A table is read, not measured: the latest runs, and those with which a level changed.
const MOST_ROWS: usize = 20;

/// More dots would be a line of their own.
const MOST_DOTS: usize = 40;

/// Fewer runs have no course.
const FEWEST_RUNS: usize = 3;

pub(super) fn figures(report: &Report<'_>) -> Vec<Figure> {
    let comparison = report.evidence.comparison.as_ref();
    let history = comparison.and_then(|comparison| comparison.history.as_ref());
    let Some(history) = history else {
        return vec![too_little(
            "The run was not compared with a history of runs: there is no course to draw.",
        )];
    };
    if history.runs.len() < FEWEST_RUNS {
        return vec![too_little(
            "The history has fewer than 3 runs: too little to see a course.",
        )];
    }
    let compared = compared(report);
    let mut series: Vec<(&HistorySeries, Option<Compared<'_, '_>>)> = history
        .series
        .iter()
        .filter(|series| series.points.len() >= FEWEST_RUNS)
        .map(|series| (series, of_series(&compared, series)))
        .collect();
    // What failed, then what decides, then what changed.
    series.sort_by_key(|(series, compared)| {
        let failed = compared.is_some_and(|(_, row)| row.status.is_bad());
        let primary = compared.is_some_and(|(metric, _)| metric.primary);
        (!failed, !primary, series.change_points.is_empty())
    });
    let all = series.len();
    series.truncate(MOST_SERIES);
    let mut figures: Vec<Figure> = series
        .into_iter()
        .enumerate()
        .filter_map(|(place, (series, compared))| drawn(place, history, series, compared))
        .collect();
    if let Some(last) = figures.last_mut()
        && all > MOST_SERIES
    {
        let left_out = format!(
            "{MOST_SERIES} of {all} metrics are drawn: what failed first, then what decides."
        );
        last.note = Some(match last.note.take() {
            Some(note) => format!("{note} {left_out}"),
            None => left_out,
        });
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

fn of_series<'r, 'a>(
    compared: &[Compared<'r, 'a>],
    series: &HistorySeries,
) -> Option<Compared<'r, 'a>> {
    let mut compared = compared.iter().copied();
    compared.find(|(metric, _)| {
        (&metric.scenario, &metric.metric) == (&series.scenario, &series.metric)
    })
}

/// What this run was held to: typically of the first runs since the last acceptance, and of how many. `None` where it was
/// compared with something else than runs.
fn reference(metric: &ComparedMetric) -> Option<(f64, u64)> {
    let by_history = metric.method == Some(Method::History);
    let (baseline, count) = metric.baseline.zip(metric.baseline_count)?;
    by_history.then_some((baseline.get(), count))
}

/// With which runs it was compared, in a sentence; `None` where with none.
fn held_to(metric: &ComparedMetric) -> Option<String> {
    if let Some((_, count)) = reference(metric) {
        return Some(format!(
            "This run is held to what {count} runs of the history measured, typically: the first since the last acceptance, up to the first change of level that nobody accepted."
        ));
    }
    let words = match metric.method? {
        Method::Welch | Method::Paired => {
            "This run is held to repetitions of the baseline, not to the runs of the history; its mark is its typical repetition."
        }
        Method::OneAgainstOne | Method::Point => {
            "This run is held to one run, not to those of the history."
        }
        Method::History | Method::Achieved => return None,
    };
    Some(words.to_owned())
}

fn drawn(
    place: usize,
    history: &History,
    series: &HistorySeries,
    compared: Option<Compared<'_, '_>>,
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
    let metric = compared.map(|(metric, _)| metric);
    let current = metric.and_then(|metric| metric.current).map(Measured::get);
    let reference = metric.and_then(reference);
    let held = reference.map(|(value, _)| value);
    let values = points
        .iter()
        .map(|point| point.1)
        .chain(current)
        .chain(held);
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
    let mut legend = vec![entry(Ink::MAIN.line_swatch(), "the runs")];
    // One before the first run that is drawn has no place.
    let changes: Vec<f64> = series
        .change_points
        .iter()
        .map(|change| *change as f64 - runs - 0.5)
        .filter(|between| panel.across.holds(*between))
        .collect();
    for between in &changes {
        panel.divider(&mut drawing, Ink::LIMIT, *between, "change");
    }
    if !changes.is_empty() {
        legend.push(entry(Ink::LIMIT.notch_swatch(), "the level changed"));
    }
    panel.curves(&mut drawing, Ink::MAIN, [points.iter().copied()]);
    if points.len() <= MOST_DOTS {
        panel.dots(&mut drawing, Ink::MAIN, points.iter().copied());
    }
    if let Some(current) = current {
        let failed = compared.is_some_and(|(_, row)| row.status.is_bad());
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
    if let Some((value, count)) = reference {
        panel.level(
            &mut drawing,
            Ink::BASELINE,
            value,
            &format!("held to {}", number(value)),
        );
        let words = format!("what this run is held to: {count} runs, typically");
        legend.push(entry(Ink::BASELINE.line_swatch(), &words));
    }
    Some(Figure {
        title,
        note: metric.and_then(held_to),
        content: Content::Drawn(Drawn {
            svg: drawing.finish(panel.bottom_with_labels()),
            legend,
            table: Some(table(&of, history, series)),
        }),
        id,
    })
}

fn table(of: &str, history: &History, series: &HistorySeries) -> DataTable {
    let all = series.points.len();
    let told = series.points.iter().enumerate().filter(|(place, point)| {
        place + MOST_ROWS >= all || series.change_points.contains(&point.run)
    });
    let rows = told.map(|(_, point)| {
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
        caption: match all > MOST_ROWS {
            true => format!("{of} in the latest runs, and where its level changed"),
            false => format!("{of} in each run"),
        },
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
    .without_empty_columns()
}
