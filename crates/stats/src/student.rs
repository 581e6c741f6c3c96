use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// From so many degrees on Student's law is taken for the normal one: the ends of a 95 % interval are the same to four digits,
/// and at millions of degrees statrs finds wrong ones or none.
const AS_GOOD_AS_KNOWN: f64 = 10_000.0;

/// How many standard errors lie between an estimate and each end of a two-sided interval that misses the truth with
/// probability `misses`, where the error itself was estimated with `degrees` of freedom: infinitely many where it is known.
/// `None` unless the degrees are positive.
pub fn standard_errors(misses: f64, degrees: f64) -> Option<f64> {
    let probability = 1.0 - misses / 2.0;
    if degrees >= AS_GOOD_AS_KNOWN {
        return Some(Normal::standard().inverse_cdf(probability));
    }
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(student.inverse_cdf(probability))
}

/// The inverse of [`standard_errors`]: the probability that an estimate lies at least so many standard errors from the
/// truth, to either side.
pub fn misses(standard_errors: f64, degrees: f64) -> Option<f64> {
    let beyond = -standard_errors.abs();
    if degrees >= AS_GOOD_AS_KNOWN {
        return Some(2.0 * Normal::standard().cdf(beyond));
    }
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(2.0 * student.cdf(beyond))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ever_more_degrees_are_the_normal_law_in_the_end() {
        // scipy 1.17.1: t.ppf(.975, 9999), norm.ppf(.975)
        let ends =
            [9_999.0, 1e7, f64::INFINITY].map(|degrees| standard_errors(0.05, degrees).unwrap());
        for (found, known) in ends.into_iter().zip([1.960_201, 1.959_964, 1.959_964]) {
            assert!((found - known).abs() < 1e-5, "{found} {known}");
        }
    }

    proptest! {
        #[test]
        fn one_is_the_inverse_of_the_other(probability in 1e-6..1.0_f64, degrees in 0.5..200.0_f64) {
            for degrees in [degrees, f64::INFINITY] {
                let found = misses(standard_errors(probability, degrees).unwrap(), degrees).unwrap();
                prop_assert!((found / probability - 1.0).abs() < 1e-4, "{found} {probability}");
            }
        }
    }
}
