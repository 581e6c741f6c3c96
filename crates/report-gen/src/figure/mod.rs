//! The figures of a report, one a file: each a chart with its legend and its numbers, or a sentence that says why there is
//! none. They are drawn from what the document holds; nothing is estimated here.

mod comparison;
mod distribution;
mod memory;
mod over_time;
mod percentiles;
mod phase;
mod recorded;
mod scenarios;
mod timeline;
mod trend;

use schema::Measured;
use schema::evidence::{ComparedMetric, Latency, Memory, Scenario, TimelineEntry};

use crate::model::{ComparisonRow, Quantity, Report, number};
use recorded::Recorded;
use timeline::Timeline;

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
    /// The numbers of the chart; absent where the page shows them beside it.
    pub(crate) table: Option<DataTable>,
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

/// What figures are made of: the run as a whole or one scenario.
struct Subject<'a> {
    /// Begins the identifiers of its figures; unique on the page.
    id: String,
    /// In a title: `the run` or a scenario's name.
    name: &'a str,
    /// What its checks call it; `None` for the run as a whole.
    scenario: Option<&'a str>,
    latency: Option<&'a Latency>,
    service_time: Option<&'a Latency>,
    memory: Option<&'a Memory>,
    /// The scenario that was measured; `None` where the document does not tell which.
    measured: Option<&'a Scenario>,
}

/// The scenario whose sections are the document's own, by its place.
pub(crate) fn origin(report: &Report<'_>) -> Option<usize> {
    let latency = report.evidence.latency.as_ref()?;
    let mut scenarios = report.evidence.scenarios.iter();
    scenarios.position(|scenario| scenario.latency.as_ref() == Some(latency))
}

/// Of the run as a whole: the document's own sections, over time that of the scenario whose figures they are.
pub(crate) fn of_run(report: &Report<'_>) -> Vec<Figure> {
    let evidence = report.evidence;
    let measured = match (origin(report), evidence.scenarios.as_slice()) {
        (Some(place), scenarios) => scenarios.get(place),
        // There is no other that they could be of.
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let subject = Subject {
        id: "run".to_owned(),
        name: "the run",
        scenario: None,
        latency: evidence.latency.as_ref(),
        service_time: evidence.service_time.as_ref(),
        memory: evidence.memory.as_ref(),
        measured,
    };
    let recorded = Recorded::of(subject.latency);
    let timeline = Timeline::of(subject.timeline());
    vec![
        percentiles::figure(report, &subject, recorded.as_ref()),
        over_time::figure(report, &subject, &timeline),
        distribution::figure(&subject, recorded.as_ref()),
        memory::figure(report, &subject, &timeline),
    ]
}

/// Of the scenario at that place in the document, drawn as the run's own. Without its distribution, which is the slope of its
/// percentiles, and its memory, which is a column over time: a page of many scenarios is to stay one that can be sent.
pub(crate) fn of_scenario(report: &Report<'_>, place: usize) -> Option<Vec<Figure>> {
    let scenario = report.evidence.scenarios.get(place)?;
    let subject = Subject {
        id: format!("scenario-{place}"),
        name: &scenario.name,
        scenario: Some(&scenario.name),
        latency: scenario.latency.as_ref(),
        service_time: scenario.service_time.as_ref(),
        memory: scenario.memory.as_ref(),
        measured: Some(scenario),
    };
    let recorded = Recorded::of(subject.latency);
    let timeline = Timeline::of(subject.timeline());
    let figures = [
        percentiles::figure(report, &subject, recorded.as_ref()),
        over_time::figure(report, &subject, &timeline),
    ];
    Some(figures.map(Figure::without_legend).into())
}

/// How scenarios and their repetitions differ: latency, throughput and peak memory.
pub(crate) fn scenarios(report: &Report<'_>) -> Vec<Figure> {
    scenarios::figures(report)
}

/// The run beside its baseline; `None` where nothing was compared.
pub(crate) fn comparison(report: &Report<'_>) -> Option<Figure> {
    let comparison = report.evidence.comparison.as_ref()?;
    Some(comparison::figure(report, comparison))
}

/// How metrics went from run to run: a figure each, or one that says why there is none.
pub(crate) fn trend(report: &Report<'_>) -> Vec<Figure> {
    trend::figures(report)
}

/// A metric of the comparison, and what the report says about it.
type Compared<'r, 'a> = (&'r ComparedMetric, &'r ComparisonRow<'a>);

/// All of the comparison; empty where nothing was compared.
fn compared<'r, 'a>(report: &'r Report<'a>) -> Vec<Compared<'r, 'a>> {
    let comparison = report.evidence.comparison.iter();
    let metrics = comparison.flat_map(|comparison| &comparison.metrics);
    let rows = report.comparison.iter().flat_map(|table| &table.rows);
    metrics.zip(rows).collect()
}

impl Figure {
    /// For a page that has a legend of its like.
    fn without_legend(mut self) -> Figure {
        if let Content::Drawn(drawn) = &mut self.content {
            drawn.legend.clear();
        }
        self
    }
}

impl DataTable {
    /// Without the columns that say nothing of anything.
    fn without_empty_columns(mut self) -> DataTable {
        let said: Vec<bool> = (0..self.head.len())
            .map(|column| {
                column == 0
                    || self
                        .rows
                        .iter()
                        .any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()))
            })
            .collect();
        for row in self.rows.iter_mut().chain([&mut self.head]) {
            let mut columns = said.iter();
            row.retain(|_| columns.next().copied().unwrap_or(true));
        }
        self
    }
}

impl<'a> Subject<'a> {
    fn timeline(&self) -> &'a [TimelineEntry] {
        self.measured.map_or(&[], |scenario| &scenario.timeline)
    }

    /// Why nothing is told of it over time, if that is because nobody knows which scenario it is; a sentence.
    fn is_of_no_scenario(&self, report: &Report<'_>) -> Option<String> {
        (self.measured.is_none() && !report.evidence.scenarios.is_empty()).then(|| {
            "The figures of the run are those of no scenario of the document: which course over time is theirs is not known."
                .to_owned()
        })
    }

    /// Every limit that a metric of it was held to, each once, ascending.
    fn limits(&self, report: &Report<'_>, metric: &str) -> Vec<f64> {
        let limits = report.limits.on(self.scenario, metric);
        let mut limits: Vec<f64> = limits.iter().map(|(limit, _)| *limit).collect();
        limits.dedup();
        limits
    }
}

fn entry(swatch: String, words: &str) -> LegendEntry {
    LegendEntry {
        swatch,
        words: words.to_owned(),
    }
}

fn milliseconds(value: Option<f64>) -> String {
    Quantity::new(value.and_then(Measured::new), "ms").to_string()
}

/// Empty where there is none.
fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| milliseconds(Some(value)))
}

/// In digits that people compare by; empty of nothing.
fn highest(values: impl Iterator<Item = Measured>) -> String {
    let most = values.map(Measured::get).reduce(f64::max);
    most.map_or_else(String::new, number)
}

/// In digits that people compare by; empty of nothing.
fn lowest(values: impl Iterator<Item = Measured>) -> String {
    let least = values.map(Measured::get).reduce(f64::min);
    least.map_or_else(String::new, number)
}

/// A metric's key path in few letters, for the margin of a chart.
fn metric_name(key: &str) -> String {
    match key.split_once('.') {
        Some(("latency", quantile)) => quantile.trim_end_matches("_ms").to_owned(),
        Some(("throughput", "rps")) => "throughput".to_owned(),
        Some(("memory", "peak_mb")) => "memory".to_owned(),
        Some(("error_rate", _)) => "errors".to_owned(),
        _ => key.to_owned(),
    }
}
