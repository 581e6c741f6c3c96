/// Shorter ones have too few values for any change to be told from noise that wanders.
const SHORTEST: usize = 20;

/// Overlapping windows (start, end) over so many values: the whole, then those of half the length, and so on.
pub fn windows(values: usize) -> Vec<Vec<(usize, usize)>> {
    let depths = (0..usize::BITS).take_while(|depth| *depth == 0 || values >> depth >= SHORTEST);
    depths
        .map(|depth| {
            let length = values.div_ceil(1 << depth);
            let last = (1 << (depth + 1)) - 2;
            // Mirrored, so that a history read backwards has the same windows.
            let start = |window: usize| {
                let of = |window: usize| window * (values - length) / last.max(1);
                if 2 * window <= last {
                    of(window)
                } else {
                    values - length - of(last - window)
                }
            };
            (0..=last)
                .map(|window| (start(window), start(window) + length))
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_halve_and_overlap_by_half() {
        assert_eq!(
            windows(40),
            [vec![(0, 40)], vec![(0, 20), (10, 30), (20, 40)]]
        );
        assert_eq!(windows(39), [vec![(0, 39)]]);
        assert_eq!(windows(0), [vec![(0, 0)]]);
    }

    #[test]
    fn windows_are_the_same_read_backwards() {
        for values in [40, 101, 1_000] {
            for same_length in windows(values) {
                let backwards = same_length
                    .iter()
                    .rev()
                    .map(|(start, end)| (values - end, values - start));
                let length = same_length[0].1;
                let near =
                    |(one, other): (&(usize, usize), (usize, usize))| one.0.abs_diff(other.0) <= 1;
                assert!(same_length.iter().zip(backwards).all(near), "{values}");
                assert!(
                    same_length
                        .iter()
                        .all(|(start, end)| end - start == length && *end <= values)
                );
            }
        }
    }
}
