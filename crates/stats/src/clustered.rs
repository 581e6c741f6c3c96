use crate::mean::mean_interval;

/// Two-sided 95 % confidence interval around the `pooled` estimate of a positive quantity that was also
/// measured once in each of k `repetitions`, in their unit: Student's t with k − 1 degrees on the logarithms,
/// so that the variance from repetition to repetition counts and not only that within one.
///
/// For averages such as a throughput. A high quantile over restarts lies above the average restart's and has
/// [`repeated_interval`](crate::repeated_interval).
///
/// Assumes that the repetitions are independent and their logarithms roughly normal.
/// `None` for fewer than two values, and where one is not finite or not positive. Constant data give an
/// interval without width.
///
/// Source: Student (1908), The probable error of a mean; for clusters, Kish (1965), Survey Sampling, ch. 5.
pub fn clustered_interval(pooled: f64, repetitions: &[f64]) -> Option<(f64, f64)> {
    let usable = |value: &f64| value.is_finite() && *value > 0.0;
    if !usable(&pooled) || !repetitions.iter().all(usable) {
        return None;
    }
    let logarithms: Vec<f64> = repetitions.iter().map(|value| value.ln()).collect();
    let (low, high) = mean_interval(&logarithms)?;
    let factor = ((high - low) / 2.0).exp();
    Some((pooled / factor, pooled * factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answer() {
        // scipy 1.17.1: v = log([10, 11, 9, 12, 10]); exp(t.interval(0.95, 4, v.mean(), sem(v)))
        let (low, high) = clustered_interval(10.350_546_7, &[10.0, 11.0, 9.0, 12.0, 10.0]).unwrap();
        assert!((low - 9.040_781_4).abs() < 1e-6, "{low}");
        assert!((high - 11.850_061_6).abs() < 1e-6, "{high}");
    }

    #[test]
    fn too_little_or_impossible_data_give_no_interval() {
        assert_eq!(clustered_interval(5.0, &[]), None);
        assert_eq!(clustered_interval(5.0, &[5.0]), None);
        assert_eq!(clustered_interval(5.0, &[5.0, 0.0]), None);
        assert_eq!(clustered_interval(f64::NAN, &[5.0, 5.0]), None);
        assert_eq!(clustered_interval(5.0, &[5.0, f64::NAN]), None);
        assert_eq!(clustered_interval(5.0, &[5.0, f64::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_estimate_and_scales_with_the_unit(
            pooled in 0.01..1e4_f64,
            values in proptest::collection::vec(0.01..1e4_f64, 2..20),
            factor in 0.001..1000.0_f64,
        ) {
            let (low, high) = clustered_interval(pooled, &values).unwrap();
            prop_assert!(low <= pooled && pooled <= high);
            let scaled: Vec<f64> = values.iter().map(|value| value * factor).collect();
            let (scaled_low, scaled_high) = clustered_interval(pooled * factor, &scaled).unwrap();
            prop_assert!((scaled_low / (low * factor) - 1.0).abs() < 1e-6);
            prop_assert!((scaled_high / (high * factor) - 1.0).abs() < 1e-6);
        }
    }
}
