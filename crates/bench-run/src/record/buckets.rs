//! Buckets of times: those of an HdrHistogram with three significant digits and a unit of one nanosecond, so that
//! what is counted here can be handed to one without moving a single value.

/// As many values as share no bucket with another, and half as many buckets for each doubling from there on.
const DISTINCT_BITS: u32 = 11;

/// The bucket of a time in nanoseconds. Buckets ascend with the times in them, without gaps.
pub fn bucket_of(nanoseconds: u64) -> usize {
    let bits = u64::BITS - nanoseconds.leading_zeros();
    let exponent = bits.saturating_sub(DISTINCT_BITS);
    ((exponent as usize) << (DISTINCT_BITS - 1)) + (nanoseconds >> exponent) as usize
}

/// The shortest time of a bucket, in nanoseconds.
pub fn shortest_of(bucket: usize) -> u64 {
    let half = 1 << (DISTINCT_BITS - 1);
    if bucket < 2 * half {
        return bucket as u64;
    }
    let exponent = bucket / half - 1;
    ((bucket - exponent * half) as u64) << exponent
}

/// The longest time of a bucket, in nanoseconds: a quantile that is told by it is never below the truth.
pub fn longest_of(bucket: usize) -> u64 {
    shortest_of(bucket + 1) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use hdrhistogram::Histogram;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_time_lies_in_its_bucket_as_it_would_in_an_hdr_histogram(nanoseconds in 0_u64..1 << 50) {
            let bucket = bucket_of(nanoseconds);
            prop_assert!((shortest_of(bucket)..=longest_of(bucket)).contains(&nanoseconds));
            prop_assert_eq!(bucket_of(longest_of(bucket)), bucket);
            prop_assert_eq!(bucket_of(longest_of(bucket) + 1), bucket + 1);
            let histogram = Histogram::<u64>::new_with_bounds(1, 1 << 50, 3).unwrap();
            prop_assert_eq!(histogram.lowest_equivalent(nanoseconds), shortest_of(bucket));
            prop_assert_eq!(histogram.highest_equivalent(nanoseconds), longest_of(bucket));
        }
    }
}
