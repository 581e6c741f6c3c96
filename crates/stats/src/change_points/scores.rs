use statrs::distribution::{ContinuousCDF, Normal};

/// What standard normal values of the same ranks would be, roughly; equal values share their middle rank.
///
/// Source: Hájek and Šidák (1967), Theory of Rank Tests, van der Waerden scores.
pub fn normal_scores(values: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let mut sorted: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    sorted.sort_unstable_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut scores = vec![0.0; values.len()];
    let mut below = 0;
    for alike in sorted.chunk_by(|(_, one), (_, next)| one == next) {
        let middle = below as f64 + alike.len() as f64 / 2.0;
        let score = Normal::standard().inverse_cdf(middle / count);
        for (place, _) in alike {
            if let Some(own) = scores.get_mut(*place) {
                *own = score;
            }
        }
        below += alike.len();
    }
    scores
}
