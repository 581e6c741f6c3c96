//! perf-validate as a pipeline sees it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edge;
mod run;
mod verdict;
