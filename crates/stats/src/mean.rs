use crate::student::standard_errors;

/// Two-sided 95 % confidence interval of the mean of independent values, in their unit: Student's t with one degree fewer
/// than values.
///
/// For what may be negative, such as the growth of memory in each of several repetitions.
///
/// Assumes that the values are independent and roughly normal. `None` for fewer than two, and where one is not finite.
/// Constant data give an interval without width.
///
/// Source: Student (1908), The probable error of a mean.
pub fn mean_interval(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (count - 1.0);
    let half_width = standard_errors(0.05, count - 1.0)? * (variance / count).sqrt();
    Some((mean - half_width, mean + half_width))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answer() {
        // scipy 1.17.1: v = [1.5, -0.5, 2, 0.25]; t.interval(0.95, 3, mean(v), sem(v))
        let (low, high) = mean_interval(&[1.5, -0.5, 2.0, 0.25]).unwrap();
        assert!((low + 1.006_854_5).abs() < 1e-6, "{low}");
        assert!((high - 2.631_854_5).abs() < 1e-6, "{high}");
    }

    #[test]
    fn too_little_or_impossible_data_give_no_interval() {
        assert_eq!(mean_interval(&[]), None);
        assert_eq!(mean_interval(&[5.0]), None);
        assert_eq!(mean_interval(&[5.0, f64::NAN]), None);
        assert_eq!(mean_interval(&[5.0, f64::INFINITY]), None);
        assert_eq!(mean_interval(&[-5.0, -5.0]), Some((-5.0, -5.0)));
    }

    proptest! {
        #[test]
        fn the_interval_is_symmetric_about_the_mean_and_moves_with_it(
            values in proptest::collection::vec(-1e3..1e3_f64, 2..20),
            shift in -1e3..1e3_f64,
        ) {
            let (low, high) = mean_interval(&values).unwrap();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            prop_assert!(((low + high) / 2.0 - mean).abs() < 1e-6);
            let shifted: Vec<f64> = values.iter().map(|value| value + shift).collect();
            let (shifted_low, shifted_high) = mean_interval(&shifted).unwrap();
            prop_assert!((shifted_low - low - shift).abs() < 1e-6);
            prop_assert!((shifted_high - high - shift).abs() < 1e-6);
        }
    }
}
