//! `--latency`: the law that service times are drawn from.

use std::str::FromStr;
use std::time::Duration;

use rand::Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::units;

/// A distribution of service times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum LatencyLaw {
    /// Always the same.
    Fixed(Duration),
    /// Lognormal.
    Lognormal {
        /// Half of the draws are below it.
        median: Duration,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// Exponential with this mean.
    Exponential(Duration),
}

/// Longer draws are cut to this: the far tail of a wide law is no service time, and an instant
/// a thousand years from now is none at all.
const LONGEST: Duration = Duration::from_secs(3_600);

impl LatencyLaw {
    /// One service time.
    pub(crate) fn draw(self, random: &mut impl Rng) -> Duration {
        match self {
            Self::Fixed(time) => time,
            Self::Lognormal { median, sigma } => {
                let normal: f64 = StandardNormal.sample(random);
                scale(median, (sigma * normal).exp())
            }
            Self::Exponential(mean) => scale(mean, Exp1.sample(random)),
        }
    }
}

/// `time` times `factor`, at most an hour.
pub(super) fn scale(time: Duration, factor: f64) -> Duration {
    let seconds = time.as_secs_f64() * factor;
    Duration::try_from_secs_f64(seconds).map_or(LONGEST, |scaled| scaled.min(LONGEST))
}

impl FromStr for LatencyLaw {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "{text:?} found, fixed:TIME, lognormal:MEDIAN,SIGMA or exponential:MEAN expected, \
                 such as fixed:5ms or lognormal:5ms,0.5"
            )
        };
        let (law, values) = text.split_once(':').ok_or_else(refused)?;
        match law {
            "fixed" => Ok(Self::Fixed(units::duration(values)?)),
            "exponential" => Ok(Self::Exponential(units::duration(values)?)),
            "lognormal" => {
                let (median, sigma_text) = values.split_once(',').ok_or_else(refused)?;
                let sigma: f64 = sigma_text.parse().map_err(|_| refused())?;
                if !(0.0..=5.0).contains(&sigma) {
                    return Err(format!(
                        "sigma {sigma_text} found, a number from 0 to 5 expected"
                    ));
                }
                Ok(Self::Lognormal {
                    median: units::duration(median)?,
                    sigma,
                })
            }
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;

    fn draws_ms(law: &str) -> Vec<f64> {
        let law: LatencyLaw = law.parse().unwrap();
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        (0..100_000)
            .map(|_| law.draw(&mut random).as_secs_f64() * 1e3)
            .collect()
    }

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn a_fixed_law_always_draws_the_same() {
        assert!(draws_ms("fixed:5ms").iter().all(|&ms| ms == 5.0));
    }

    #[test]
    fn a_lognormal_law_has_its_median_and_the_sigma_of_its_logarithm() {
        let logs: Vec<f64> = draws_ms("lognormal:5ms,0.5")
            .into_iter()
            .map(f64::ln)
            .collect();
        let centre = mean(&logs);
        let squares: Vec<f64> = logs.iter().map(|log| (log - centre).powi(2)).collect();
        assert!((centre.exp() - 5.0).abs() < 0.05, "median {}", centre.exp());
        assert!((mean(&squares).sqrt() - 0.5).abs() < 0.01);
    }

    #[test]
    fn an_exponential_law_has_its_mean_and_the_median_of_ln_2_of_it() {
        let mut draws = draws_ms("exponential:5ms");
        assert!((mean(&draws) - 5.0).abs() < 0.1);
        draws.sort_by(f64::total_cmp);
        assert!((draws[50_000] - 5.0 * std::f64::consts::LN_2).abs() < 0.1);
    }

    #[test]
    fn a_draw_never_exceeds_an_hour() {
        assert_eq!(scale(Duration::from_secs(86_400), 1e300), LONGEST);
        assert_eq!(scale(Duration::from_secs(1), f64::INFINITY), LONGEST);
    }

    #[test]
    fn what_is_no_law_is_refused_with_the_laws_that_are() {
        for text in [
            "5ms",
            "fixed",
            "fixed:",
            "normal:5ms",
            "lognormal:5ms",
            "lognormal:5ms,-1",
            "lognormal:5ms,NaN",
            "lognormal:5ms,x",
        ] {
            let error = text.parse::<LatencyLaw>().unwrap_err();
            assert!(
                error.contains(" found, ") && error.contains(" expected"),
                "{text}: {error}"
            );
        }
    }
}
