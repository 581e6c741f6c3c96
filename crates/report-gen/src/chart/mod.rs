//! Charts as SVG: scales, ticks, panels and marks. It knows no evidence.
//!
//! Positions across are in percent and heights in pixels, so that a chart is as wide as the page while its letters keep their
//! size. All looks are presentation attributes, which a page's style sheet may override by class and a policy against inline
//! styles does not touch.

mod drawing;
mod ink;
mod lanes;
#[cfg(test)]
mod laws;
mod mark;
mod panel;
mod path;
mod scale;
mod ticks;

pub(crate) use drawing::Drawing;
pub(crate) use ink::Ink;
pub(crate) use lanes::{Lane, Lanes};
pub(crate) use mark::Mark;
pub(crate) use panel::Panel;
pub(crate) use scale::Scale;
