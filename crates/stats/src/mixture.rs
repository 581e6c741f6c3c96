use statrs::distribution::ContinuousCDF;

/// One of several answers: a law moved to a mean and stretched by an error, and how much it weighs. Weights sum to 1.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub mean: f64,
    pub error: f64,
    pub weight: f64,
}

/// The point that the mixture of the parts, all of one law, stays below with a probability.
pub fn point(parts: &[Part], law: &impl ContinuousCDF<f64, f64>, probability: f64) -> f64 {
    // It lies between the parts' own points.
    let deviate = law.inverse_cdf(probability);
    let own = || parts.iter().map(|part| part.mean + deviate * part.error);
    let (low, high) = (
        own().fold(f64::INFINITY, f64::min),
        own().fold(f64::NEG_INFINITY, f64::max),
    );
    crossing(low, high, (high - low) * 1e-12, |point| {
        let below: f64 = parts
            .iter()
            .map(|part| part.weight * law.cdf((point - part.mean) / part.error))
            .sum();
        below >= probability
    })
}

/// Where, between two numbers and to a precision, what does not hold yet begins to hold.
pub fn crossing(mut low: f64, mut high: f64, precision: f64, holds: impl Fn(f64) -> bool) -> f64 {
    while high - low > precision {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::distribution::Normal;

    #[test]
    fn known_answer() {
        // scipy 1.17.1: brentq(lambda x: .3 * norm.cdf(x, 0, 1) + .7 * norm.cdf(x, 2, .5) - .975, -5, 9) -> 2.9064032
        let parts = [
            Part {
                mean: 0.0,
                error: 1.0,
                weight: 0.3,
            },
            Part {
                mean: 2.0,
                error: 0.5,
                weight: 0.7,
            },
        ];
        let found = point(&parts, &Normal::standard(), 0.975);
        assert!((found - 2.9064032).abs() < 1e-6, "{found}");
    }

    #[test]
    fn parts_without_error_at_one_mean_are_that_mean() {
        let part = Part {
            mean: 3.0,
            error: 0.0,
            weight: 0.5,
        };
        assert_eq!(point(&[part, part], &Normal::standard(), 0.025), 3.0);
    }

    proptest! {
        #[test]
        fn what_does_not_hold_yet_is_found_to_the_precision(at in -1e6..1e6_f64) {
            let found = crossing(-1e6, 1e6, 1e-6, |point| point >= at);
            prop_assert!((found - at).abs() <= 1e-6);
        }
    }
}
