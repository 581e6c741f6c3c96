//! What a request may hold: the public interface of the service.

use std::ops::RangeInclusive;

/// Observations in one request.
pub const OBSERVATIONS: RangeInclusive<usize> = 1..=1_000;
/// Speed of the car, in km/h.
pub const SPEED_KMH: RangeInclusive<f64> = 0.0..=200.0;
/// Steering, from full left to full right.
pub const STEERING: RangeInclusive<f64> = -1.0..=1.0;
/// Every sensor value.
pub const SENSOR: RangeInclusive<f64> = -1_000.0..=1_000.0;
/// Sensor values in one observation, whatever the model takes.
pub const SENSOR_COUNT: RangeInclusive<usize> = 1..=10_000;
/// Bytes in the body of one request.
pub const BODY_BYTES: usize = 64 * 1024 * 1024;
/// Inferences that one warm-up may ask for.
pub const WARMUP_ITERATIONS: RangeInclusive<u32> = 1..=100_000;
