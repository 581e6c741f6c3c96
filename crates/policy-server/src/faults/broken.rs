//! `--fail`, `--reset`, `--truncate`, `--hang`, `--short-batch`: at most one fault a request.

use std::str::FromStr;

use crate::error::Error;
use crate::units;

/// What is done to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing.
    None,
    /// An HTTP status instead of an answer.
    Fail,
    /// A TCP reset instead of an answer.
    Reset,
    /// The head and the first half of the body, then the end of the connection.
    Truncate,
    /// No answer ever.
    Hang,
    /// One action fewer than observations.
    ShortBatch,
}

impl Fault {
    /// Every fault, the lack of one included.
    pub(crate) const ALL: [Self; 6] = [
        Self::None,
        Self::Fail,
        Self::Reset,
        Self::Truncate,
        Self::Hang,
        Self::ShortBatch,
    ];

    /// Its name in the truth file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fail => "fail",
            Self::Reset => "reset",
            Self::Truncate => "truncate",
            Self::Hang => "hang",
            Self::ShortBatch => "short_batch",
        }
    }
}

/// `--fail 2%:500`: a share of the requests and the status that they get.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FailOrder {
    /// Of all requests.
    pub(crate) share: f64,
    /// 400 to 599.
    pub(crate) status: u16,
}

impl FromStr for FailOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("{text:?} found, SHARE:STATUS expected, such as 2%:500");
        let (share, status) = text.split_once(':').ok_or_else(refused)?;
        let status: u16 = status.parse().map_err(|_| refused())?;
        if !(400..=599).contains(&status) {
            return Err(format!(
                "status {status} found, an error from 400 to 599 expected"
            ));
        }
        Ok(Self {
            share: units::share(share)?,
            status,
        })
    }
}

/// The shares of all faults, stacked, so that one uniform draw decides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chances {
    /// Upper end of each fault's part of the interval from 0 to 1, ascending.
    stacked: Vec<(f64, Fault)>,
}

impl Chances {
    /// Refuses shares of more than 100 % together.
    pub(super) fn new(shares: &[(Fault, f64)]) -> Result<Self, Error> {
        let mut sum = 0.0;
        let mut stacked = Vec::new();
        for &(fault, share) in shares {
            if share > 0.0 {
                sum += share;
                stacked.push((sum, fault));
            }
        }
        // Percentages that people write as 100 % together may sum to a little more in binary.
        if sum > 1.0 + 1e-9 {
            return Err(Error::Options(format!(
                "--fail, --reset, --truncate, --hang and --short-batch: {}% together found, \
                 at most 100% expected",
                (sum * 1e8).round() / 1e6
            )));
        }
        Ok(Self { stacked })
    }

    /// Whether any fault was ordered.
    pub(super) fn is_empty(&self) -> bool {
        self.stacked.is_empty()
    }

    /// The fault for a draw from [0, 1).
    pub(super) fn at(&self, uniform: f64) -> Fault {
        let hit = self.stacked.iter().find(|(end, _)| uniform < *end);
        hit.map_or(Fault::None, |&(_, fault)| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_draw_over_the_stacked_shares_decides() {
        let shares = [
            (Fault::Fail, 0.02),
            (Fault::Reset, 0.0),
            (Fault::Hang, 0.01),
        ];
        let chances = Chances::new(&shares).unwrap();
        assert_eq!(chances.at(0.0), Fault::Fail);
        assert_eq!(chances.at(0.019), Fault::Fail);
        assert_eq!(chances.at(0.021), Fault::Hang);
        assert_eq!(chances.at(0.031), Fault::None);
    }

    #[test]
    fn a_share_of_all_leaves_nothing_out() {
        let chances = Chances::new(&[(Fault::Truncate, 1.0)]).unwrap();
        assert_eq!(chances.at(1.0 - f64::EPSILON), Fault::Truncate);
    }

    #[test]
    fn more_than_all_is_refused() {
        let with = |fail, reset| Chances::new(&[(Fault::Fail, fail), (Fault::Reset, reset)]);
        let error = with(0.6, 0.5).unwrap_err().to_string();
        assert!(error.contains("110% together found"), "{error}");
        assert!(with(0.333, 0.667).is_ok());
    }

    #[test]
    fn what_is_no_order_to_fail_is_refused() {
        assert_eq!("2%:503".parse::<FailOrder>().unwrap().status, 503);
        for text in ["2%", "2%:200", "2%:600", "2:500", "2%:x", "101%:500"] {
            assert!(text.parse::<FailOrder>().is_err(), "{text}");
        }
    }
}
