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
