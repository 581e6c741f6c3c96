//! Charts as SVG. Positions across are in percent and heights in pixels, so that a chart is as wide as the
//! page while its letters keep their size. Colours are presentation attributes, which a page's style sheet
//! may override and a policy against inline styles does not touch.

mod axis;
mod latency;

pub(crate) use latency::LatencyChart;
