use thiserror::Error;
use toolkit::ToolkitError;

use crate::foreign::ForeignError;

/// Why there is no comparison.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// At the edge: arguments, documents.
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
    /// What another tool wrote cannot be used.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// Options that need or exclude each other.
    #[error("{0}")]
    Usage(&'static str),
    /// A first run has nothing to be compared with.
    #[error("{0}; --allow-missing baseline lets a first run pass")]
    NoBaseline(String),
    /// There is no trend of nothing.
    #[error("{0}")]
    NoHistory(String),
    /// A thresholds file was named that says nothing of regressions.
    #[error("{0}: no regression_thresholds: nothing in it says how much worse a run may be")]
    NoRegressionThresholds(String),
    /// The runs say nothing about each other.
    #[error("incomparable: {0}")]
    Incomparable(String),
    /// Pairs were asked for, and there are none.
    #[error(
        "--paired: the baseline and this run were not measured in turn, this one to be judged; bench-run --duel does that"
    )]
    NotPaired,
    /// Pairs were asked for, and a run cannot be in pairs with several.
    #[error(
        "--paired: the baseline holds {0} runs, expected one: name the document that bench-run --duel wrote to --duel-output"
    )]
    SeveralForPairs(usize),
}
