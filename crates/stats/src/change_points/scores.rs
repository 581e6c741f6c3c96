use statrs::distribution::{ContinuousCDF, Normal};

/// How many different values are smaller, for each of them.
pub fn ranks(values: &[f64]) -> Vec<u32> {
    let mut sorted: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    sorted.sort_unstable_by(|(_, one), (_, other)| one.total_cmp(other));
    let mut ranks = vec![0; values.len()];
    for (rank, alike) in (0..).zip(sorted.chunk_by(|(_, one), (_, next)| one == next)) {
        for (place, _) in alike {
            if let Some(own) = ranks.get_mut(*place) {
                *own = rank;
            }
        }
    }
    ranks
}

/// What standard normal values in the order of these ranks would be, roughly; equal ones share their middle.
///
/// Source: Hájek and Šidák (1967), Theory of Rank Tests, van der Waerden scores.
pub fn normal_scores(ranks: &[u32]) -> Vec<f64> {
    let count = ranks.len() as f64;
    // One number each sorts faster than a pair.
    let rank_and_place = |(place, rank): (usize, &u32)| u64::from(*rank) << 32 | place as u64;
    let mut sorted: Vec<u64> = ranks.iter().enumerate().map(rank_and_place).collect();
    sorted.sort_unstable();
    let mut scores = vec![0.0; ranks.len()];
    let mut below = 0;
    for alike in sorted.chunk_by(|one, next| one >> 32 == next >> 32) {
        let middle = below as f64 + alike.len() as f64 / 2.0;
        let score = Normal::standard().inverse_cdf(middle / count);
        for rank_and_place in alike {
            if let Some(own) = scores.get_mut(*rank_and_place as u32 as usize) {
                *own = score;
            }
        }
        below += alike.len();
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // scipy 1.17.1: rankdata([5, -1, 5, 2], 'dense') - 1; norm.ppf((rankdata([5, -1, 5, 2]) - .5) / 4)
        assert_eq!(ranks(&[5.0, -1.0, 5.0, 2.0]), [2, 0, 2, 1]);
        let known = [0.674_489_75, -1.150_349_38, 0.674_489_75, -0.318_639_36];
        let scores = normal_scores(&[2, 0, 2, 1]);
        let near = |(found, known): (&f64, f64)| (found - known).abs() < 1e-7;
        assert!(scores.iter().zip(known).all(near), "{scores:?}");
        assert_eq!(normal_scores(&[]), [0.0; 0]);
        assert_eq!(ranks(&[-0.0, 0.0]), [0, 0]);
    }
}
