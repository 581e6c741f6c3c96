use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use schema::Measured;
use schema::evidence::Latency;

use crate::error::BenchError;
use crate::record::Times;

const NANOSECONDS_PER_MS: f64 = 1e6;
/// As in the buckets of [`Times`].
const SIGNIFICANT_DIGITS: u8 = 3;

/// The section of a distribution, without intervals; `None` without samples.
pub fn section(times: &Times) -> Result<Option<Latency>, BenchError> {
    if times.is_empty() {
        return Ok(None);
    }
    let histogram = histogram(times)?;
    let quantile = |quantile: f64| {
        known(quantile, histogram.len())
            .then(|| milliseconds(histogram.value_at_quantile(quantile) as f64))
            .flatten()
    };
    Ok(Some(Latency {
        p50_ms: quantile(0.50),
        p90_ms: quantile(0.90),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
        p999_ms: quantile(0.999),
        mean_ms: milliseconds(histogram.mean()),
        std_ms: milliseconds(histogram.stdev()),
        min_ms: milliseconds(histogram.min() as f64),
        max_ms: milliseconds(histogram.max() as f64),
        samples: Some(histogram.len()),
        ci95: None,
        effective_samples: None,
        histogram: Some(encoded(&histogram)?),
    }))
}

/// Whether that many samples tell the quantile: above 1 − 1/n it is a guess about requests that were never made.
pub fn known(quantile: f64, samples: u64) -> bool {
    samples as f64 * (1.0 - quantile) >= 1.0 - 1e-9
}

/// A time in milliseconds.
pub fn milliseconds(nanoseconds: f64) -> Option<Measured> {
    Measured::rounded(nanoseconds / NANOSECONDS_PER_MS)
}

fn histogram(times: &Times) -> Result<Histogram<u64>, BenchError> {
    let longest = times.buckets().last().map_or(2, |bucket| bucket.longest);
    let mut histogram = Histogram::new_with_bounds(1, longest.max(2), SIGNIFICANT_DIGITS)?;
    for bucket in times.buckets() {
        histogram.record_n(bucket.shortest, bucket.count)?;
    }
    Ok(histogram)
}

fn encoded(histogram: &Histogram<u64>) -> Result<String, BenchError> {
    let mut bytes = Vec::new();
    V2DeflateSerializer::new()
        .serialize(histogram, &mut bytes)
        .map_err(BenchError::Encode)?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TimesCounter;
    use hdrhistogram::serialization::Deserializer;
    use proptest::prelude::*;
    use std::time::Duration;

    fn times(nanoseconds: &[u64]) -> Times {
        let mut counter = TimesCounter::new(Duration::from_secs(60));
        nanoseconds
            .iter()
            .for_each(|time| counter.count(Duration::from_nanos(*time)));
        counter.take()
    }

    #[test]
    fn no_samples_make_no_section() {
        assert_eq!(section(&times(&[])).unwrap(), None);
    }

    #[test]
    fn a_quantile_above_one_minus_one_over_n_is_absent() {
        let with = |samples: u64| {
            section(&times(&(1..=samples).collect::<Vec<_>>()))
                .unwrap()
                .unwrap()
        };
        assert_eq!(
            (with(19).p95_ms, with(99).p99_ms, with(999).p999_ms),
            (None, None, None)
        );
        assert!(
            with(20).p95_ms.is_some() && with(100).p99_ms.is_some() && with(1000).p999_ms.is_some()
        );
        assert_eq!(with(1).p50_ms, None);
    }

    proptest! {
        #[test]
        fn quantiles_grow_and_lie_between_the_shortest_and_the_longest(
            nanoseconds in proptest::collection::vec(1_u64..60_000_000_000, 1000..1100),
        ) {
            let section = section(&times(&nanoseconds)).unwrap().unwrap();
            let ascending = [
                section.min_ms, section.p50_ms, section.p90_ms, section.p95_ms, section.p99_ms, section.p999_ms, section.max_ms,
            ];
            prop_assert!(ascending.iter().all(Option::is_some));
            prop_assert!(ascending.is_sorted(), "{:?}", ascending);
        }

        #[test]
        fn the_histogram_in_the_document_is_that_of_the_times(nanoseconds in proptest::collection::vec(1_u64..60_000_000_000, 1..200)) {
            let mut direct = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).unwrap();
            nanoseconds.iter().for_each(|value| direct.record(*value).unwrap());
            let section = section(&times(&nanoseconds)).unwrap().unwrap();
            let bytes = STANDARD.decode(section.histogram.unwrap()).unwrap();
            let decoded: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
            prop_assert_eq!(decoded, direct);
        }
    }
}
