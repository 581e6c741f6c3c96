use schema::Measured;
use schema::evidence::Latency;

/// A quantile that documents have a key for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantile {
    P50,
    P90,
    P95,
    P99,
    P999,
}

impl Quantile {
    pub(super) const ALL: [Quantile; 5] = [
        Quantile::P50,
        Quantile::P90,
        Quantile::P95,
        Quantile::P99,
        Quantile::P999,
    ];

    /// As a part of 1.
    pub(super) const fn level(self) -> f64 {
        match self {
            Quantile::P50 => 0.5,
            Quantile::P90 => 0.9,
            Quantile::P95 => 0.95,
            Quantile::P99 => 0.99,
            Quantile::P999 => 0.999,
        }
    }

    /// Whether `samples` have it: above 1 − 1/n there is none.
    pub(super) fn is_reached_by(self, samples: u64) -> bool {
        self.level() <= 1.0 - 1.0 / samples as f64
    }

    /// Where it stands in a document.
    pub(super) fn of(self, latency: &mut Latency) -> &mut Option<Measured> {
        match self {
            Quantile::P50 => &mut latency.p50_ms,
            Quantile::P90 => &mut latency.p90_ms,
            Quantile::P95 => &mut latency.p95_ms,
            Quantile::P99 => &mut latency.p99_ms,
            Quantile::P999 => &mut latency.p999_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_needs_as_many_samples_as_leave_one_above_it() {
        for (quantile, samples) in Quantile::ALL.into_iter().zip([2, 10, 20, 100, 1000]) {
            assert!(quantile.is_reached_by(samples), "{quantile:?}");
            assert!(!quantile.is_reached_by(samples - 1), "{quantile:?}");
            assert!(!quantile.is_reached_by(0), "{quantile:?}");
        }
    }
}
