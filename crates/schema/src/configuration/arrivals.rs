use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the requests of an open loop become due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalLaw {
    /// At equal distances.
    #[default]
    Constant,
    /// As from many users who know nothing of each other: distances are exponentially distributed.
    Poisson,
}

impl ArrivalLaw {
    /// Rates that make sense, in requests a second.
    pub const RATES_RPS: RangeInclusive<f64> = 1e-6..=1e7;

    /// As in documents and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ArrivalLaw::Constant => "constant",
            ArrivalLaw::Poisson => "poisson",
        }
    }
}
