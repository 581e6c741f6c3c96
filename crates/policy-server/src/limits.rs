//! What a request may hold: the public interface of the service.

use std::ops::RangeInclusive;

/// Observations in one request.
pub(crate) const OBSERVATIONS: RangeInclusive<usize> = 1..=1_000;
/// Speed of the car, in km/h.
pub(crate) const SPEED_KMH: RangeInclusive<f64> = 0.0..=200.0;
/// Steering, from full left to full right.
pub(crate) const STEERING: RangeInclusive<f64> = -1.0..=1.0;
/// Every sensor value.
pub(crate) const SENSOR: RangeInclusive<f64> = -1_000.0..=1_000.0;
/// Bytes in the body of one request: the largest that is valid takes a sixth of it.
pub(crate) const BODY_BYTES: usize = 1024 * 1024;
/// Inferences that one warm-up may ask for.
pub(crate) const WARMUP_ITERATIONS: RangeInclusive<u32> = 1..=100_000;
