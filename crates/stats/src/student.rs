use statrs::distribution::{ContinuousCDF, StudentsT};

/// How many standard errors lie between an estimate and each end of a two-sided interval that misses the truth with
/// probability `misses`, where the error itself was estimated with `degrees` of freedom.
/// `None` unless the degrees are positive.
pub fn standard_errors(misses: f64, degrees: f64) -> Option<f64> {
    let student = StudentsT::new(0.0, 1.0, degrees).ok()?;
    Some(student.inverse_cdf(1.0 - misses / 2.0))
}
