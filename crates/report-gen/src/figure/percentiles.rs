
use super::recorded::Recorded;
use super::{Content, DataTable, Drawn, Figure, LegendEntry, Subject};
use crate::chart::{Drawing, Ink, Panel, Scale};
use crate::model::Report;

const TOP: f64 = 30.0;
const HEIGHT: f64 = 240.0;

/// Points of a curve.
const STEPS: u32 = 160;

/// The last that is drawn.
const LAST: f64 = 0.9999;

pub(super) fn figure(
    _report: &Report<'_>,
    subject: &Subject<'_>,
    recorded: Option<&Recorded>,
) -> Figure {
    let id = format!("{}-percentiles", subject.id);
    let content = match recorded {
        Some(recorded) => drawn(&id, subject, recorded),
        None => Content::TooLittle("No histogram.".to_owned()),
    };
    Figure {
        id,
        title: "Latency by percentile".to_owned(),
        note: None,
        content,
    }
}

fn drawn(id: &str, subject: &Subject<'_>, recorded: &Recorded) -> Content {
    let most = (1.0 - 1.0 / recorded.total as f64).min(LAST);
    let across = Scale::percentiles(most);
    let shares = (0..=STEPS).map(|step| across.value(f64::from(step) / f64::from(STEPS)));
    let points: Vec<(f64, f64)> = recorded.quantiles(shares).collect();
    let Some(upright) = Scale::around(points.iter().map(|point| point.1)) else {
        return Content::TooLittle("No histogram.".to_owned());
    };
    let panel = Panel {
        across,
        upright,
        top: TOP,
        height: HEIGHT,
    };
    let mut drawing = Drawing::new(
        id,
        &format!("Latency of {} by percentile", subject.name),
        "",
    );
    panel.upright_axis(&mut drawing, "ms");
    panel.axis_across(&mut drawing, "percentile");
    panel.curve(&mut drawing, Ink::MAIN, points.iter().copied());
    Content::Drawn(Drawn {
        svg: drawing.finish(panel.bottom_with_labels()),
        legend: vec![LegendEntry {
            swatch: Ink::MAIN.line_swatch(),
            words: "this run".to_owned(),
        }],
        table: DataTable {
            caption: "x".to_owned(),
            head: vec![],
            rows: vec![],
        },
    })
}
