use super::{Content, DataTable, Drawn, Figure, entry};
use crate::chart::{Drawing, Ink, Lanes, Mark, Scale};
use crate::model::{Report, ScenarioRow, Spread, every_digit, number};

/// What is compared between scenarios.
struct Subject {
    id: &'static str,
    title: &'static str,
    unit: &'static str,
    /// Whether differences by factors are what matters.
    logarithmic: bool,
    lanes: for<'a, 'b> fn(&'b ScenarioRow<'a>) -> &'b [Spread<'a>],
}

const SUBJECTS: [Subject; 3] = [
    Subject {
        id: "scenarios-latency",
        title: "Latency of each scenario",
        unit: "ms",
        logarithmic: true,
        lanes: |row| &row.quantiles,
    },
    Subject {
        id: "scenarios-throughput",
        title: "Throughput of each scenario",
        unit: "req/s",
        logarithmic: false,
        lanes: |row| std::slice::from_ref(&row.throughput),
    },
    Subject {
        id: "scenarios-memory",
        title: "Peak memory in each scenario",
        unit: "MiB",
        logarithmic: false,
        lanes: |row| std::slice::from_ref(&row.peak_memory),
    },
];

pub(super) fn figures(report: &Report<'_>) -> Vec<Figure> {
    SUBJECTS
        .iter()
        .map(|subject| Figure {
            id: subject.id.to_owned(),
            title: subject.title.to_owned(),
            note: note(report, subject),
            content: drawn(report, subject).unwrap_or_else(|| {
                Content::TooLittle("No scenario holds a value that could be drawn.".to_owned())
            }),
        })
        .collect()
}

fn spreads<'a, 'b>(
    report: &'b Report<'a>,
    subject: &'b Subject,
) -> impl Iterator<Item = &'b Spread<'a>> {
    report.scenarios.iter().flat_map(subject.lanes)
}

fn note(report: &Report<'_>, subject: &Subject) -> Option<String> {
    let measured = || spreads(report, subject).filter(|spread| spread.measured.value().is_some());
    (measured().next().is_some() && measured().all(|spread| spread.repetitions.len() < 2))
        .then(|| "Measured once: how much repetitions would differ is not known.".to_owned())
}

fn drawn(report: &Report<'_>, subject: &Subject) -> Option<Content> {
    let all = || spreads(report, subject);
    all().find(|spread| spread.measured.value().is_some())?;
    let values = all().flat_map(values);
    let scale = if subject.logarithmic {
        Scale::logarithmic(values)?
    } else {
        Scale::around(values)?
    };
    let mut drawing = Drawing::new(
        subject.id,
        &format!("{}, in {}", subject.title, subject.unit),
        "Each value with its repetitions, its 95 % interval and its limit. The table below holds the numbers.",
    );
    let mut lanes = Lanes::new(scale, (10.0, 83.0));
    for row in &report.scenarios {
        lanes.heading(&mut drawing, row.name);
        for spread in (subject.lanes)(row) {
            let words = (spread.label, spread.measured.amount());
            let explanation = explanation(row.name, spread, subject.unit);
            lanes.lane(&mut drawing, (words.0, &words.1), &explanation, |lane| {
                if let (Some(range), Some(value)) = (spread.interval, spread.measured.value()) {
                    lane.interval(Ink::MAIN, value, (range.low, range.high));
                }
                lane.parts(Ink::MAIN, &spread.repetitions);
                for (limit, _) in &spread.limits {
                    lane.limit(Ink::LIMIT, *limit);
                }
                if let Some(value) = spread.measured.value() {
                    if spread.limits.iter().any(|(_, status)| status.is_bad()) {
                        lane.point(Mark::Cross, Ink::BAD, value);
                    } else {
                        lane.point(Mark::Dot, Ink::MAIN, value);
                    }
                }
            });
        }
    }
    let height = lanes.finish(&mut drawing, ("", subject.unit));
    Some(Content::Drawn(Drawn {
        svg: drawing.finish(height),
        legend: vec![
            entry(Mark::Dot.swatch(Ink::MAIN), "all repetitions together"),
            entry(Mark::Cross.swatch(Ink::BAD), "the same, limit missed"),
            entry(Ink::MAIN.part_swatch(), "each repetition"),
            entry(
                Ink::MAIN.interval_swatch(),
                "95 % interval, dashed where an end is open",
            ),
            entry(Ink::LIMIT.notch_swatch(), "limit"),
        ],
        table: Some(table(report, subject)),
    }))
}

fn values(spread: &Spread<'_>) -> Vec<f64> {
    let interval = spread.interval.iter();
    spread
        .measured
        .value()
        .into_iter()
        .chain(interval.flat_map(|range| [range.low, range.high]).flatten())
        .chain(spread.repetitions.iter().copied())
        .chain(spread.limits.iter().map(|(limit, _)| *limit))
        .collect()
}

fn explanation(scenario: &str, spread: &Spread<'_>, unit: &str) -> String {
    let label = match spread.label {
        "" => String::new(),
        label => format!(" {label}"),
    };
    let mut text = format!("{scenario}{label}: {}", spread.measured);
    if let Some(range) = spread.interval {
        text += &format!(", 95 % interval {range} {unit}");
    }
    for (limit, status) in &spread.limits {
        text += &format!(", limit {} {unit}: {}", every_digit(*limit), status.word);
    }
    text
}

fn table(report: &Report<'_>, subject: &Subject) -> DataTable {
    let rows = report.scenarios.iter().flat_map(|row| {
        (subject.lanes)(row).iter().map(|spread| {
            let all = |numbers: Vec<String>| numbers.join(", ");
            vec![
                format!("{} {}", row.name, spread.label).trim().to_owned(),
                spread.measured.to_string(),
                spread
                    .interval
                    .map(|range| range.to_string())
                    .unwrap_or_default(),
                all(spread
                    .repetitions
                    .iter()
                    .map(|value| number(*value))
                    .collect()),
                all(spread
                    .limits
                    .iter()
                    .map(|(limit, _)| every_digit(*limit))
                    .collect()),
            ]
        })
    });
    let head = [
        "scenario",
        "value",
        "95 % interval",
        "each repetition",
        "limit",
    ];
    DataTable {
        caption: format!("{}, in {}", subject.title, subject.unit),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
    .without_empty_columns()
}
