//! perf-validate as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod certainty;
mod doubts;
mod edge;
mod report;
mod run;
mod verdict;
