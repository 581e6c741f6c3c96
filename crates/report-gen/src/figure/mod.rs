//! The figures of a report, one a file: each a chart with its legend and its numbers, or a sentence that says why there is
//! none. They are drawn from what the document holds; nothing is estimated here.

mod percentiles;
mod recorded;

use schema::evidence::{Latency, Memory, Scenario, TimelineEntry};

use crate::model::Report;
use recorded::Recorded;

/// A chart with all that stands around it.
pub(crate) struct Figure {
    /// Unique on the page.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What a reader should know beside what is drawn.
    pub(crate) note: Option<String>,
    pub(crate) content: Content,
}

/// What there is to be seen.
pub(crate) enum Content {
    Drawn(Drawn),
    /// Why there is no chart: a sentence.
    TooLittle(String),
}

/// A chart.
pub(crate) struct Drawn {
    /// Markup, escaped: it goes to the page as it is.
    pub(crate) svg: String,
    pub(crate) legend: Vec<LegendEntry>,
    /// The numbers of the chart.
    pub(crate) table: DataTable,
}

/// A sign of a chart and its meaning.
pub(crate) struct LegendEntry {
    /// A small SVG: markup, escaped.
    pub(crate) swatch: String,
    pub(crate) words: String,
}

/// Numbers in words; the first cell of a row is its heading.
pub(crate) struct DataTable {
    pub(crate) caption: String,
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// What is drawn of a run or of one of its scenarios.
pub(crate) struct RunFigures {
    pub(crate) percentiles: Figure,
    pub(crate) over_time: Figure,
    pub(crate) distribution: Figure,
    pub(crate) memory: Figure,
}

impl RunFigures {
    /// In the order in which they are looked at.
    pub(crate) fn all(&self) -> [&Figure; 4] {
        [
            &self.percentiles,
            &self.over_time,
            &self.distribution,
            &self.memory,
        ]
    }
}

/// What figures are made of: the run as a whole or one scenario.
struct Subject<'a> {
    /// Begins the identifiers of its figures; unique on the page.
    id: String,
    /// In a title: `the run` or a scenario's name.
    name: &'a str,
    /// The scenario that its comparison and checks are told by; `None` for the run as a whole.
    scenario: Option<&'a str>,
    latency: Option<&'a Latency>,
    service_time: Option<&'a Latency>,
    memory: Option<&'a Memory>,
    timeline: &'a [TimelineEntry],
    compared_as: Option<&'a str>,
}

/// Of the run as a whole: the document's own sections, over time that of the scenario whose figures they are.
pub(crate) fn of_run(report: &Report<'_>) -> RunFigures {
    let evidence = report.evidence;
    // The document's own sections are those of one of its scenarios, which its baseline knows by name only.
    let origin = evidence
        .scenarios
        .iter()
        .find(|scenario| scenario.latency.is_some() && scenario.latency == evidence.latency)
        .or(evidence.scenarios.first());
    figures(
        report,
        &Subject {
            id: "run".to_owned(),
            name: "the run",
            scenario: None,
            latency: evidence.latency.as_ref(),
            service_time: evidence.service_time.as_ref(),
            memory: evidence.memory.as_ref(),
            timeline: origin.map_or(&[], |scenario| &scenario.timeline),
            compared_as: origin.map(|scenario| scenario.name.as_str()),
        },
    )
}

/// Of the scenario at that place in the document.
pub(crate) fn of_scenario(report: &Report<'_>, place: usize) -> Option<RunFigures> {
    let scenario: &Scenario = report.evidence.scenarios.get(place)?;
    Some(figures(
        report,
        &Subject {
            id: format!("scenario-{place}"),
            name: &scenario.name,
            scenario: Some(&scenario.name),
            latency: scenario.latency.as_ref(),
            service_time: scenario.service_time.as_ref(),
            memory: scenario.memory.as_ref(),
            timeline: &scenario.timeline,
            compared_as: Some(&scenario.name),
        },
    ))
}

fn figures(report: &Report<'_>, subject: &Subject<'_>) -> RunFigures {
    let recorded = Recorded::of(subject.latency);
    let stub = |name: &str| Figure {
        id: format!("{}-{name}", subject.id),
        title: name.to_owned(),
        note: None,
        content: Content::TooLittle("Not drawn yet.".to_owned()),
    };
    RunFigures {
        percentiles: percentiles::figure(report, subject, recorded.as_ref()),
        over_time: stub("over-time"),
        distribution: stub("distribution"),
        memory: stub("memory"),
    }
}

/// How scenarios and their repetitions differ: latency, throughput and peak memory.
pub(crate) fn scenarios(_report: &Report<'_>) -> Vec<Figure> {
    Vec::new()
}

/// The run beside its baseline; `None` where nothing was compared.
pub(crate) fn comparison(_report: &Report<'_>) -> Option<Figure> {
    None
}

/// How metrics went from run to run: a figure each, or one that says why there is none.
pub(crate) fn trend(_report: &Report<'_>) -> Vec<Figure> {
    Vec::new()
}
