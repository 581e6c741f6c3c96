/// The unit that Prometheus wants in place of the document's.
pub(super) struct BaseUnit {
    /// What names of metrics end with.
    pub(super) ending: &'static str,
    pub(super) convert: fn(f64) -> f64,
}

impl BaseUnit {
    /// Without an ending for what is counted, and for units that nobody here knows.
    pub(super) fn of(unit: &str) -> BaseUnit {
        let (ending, convert): (&str, fn(f64) -> f64) = match unit {
            "ms" => ("_seconds", |value| value / 1000.0),
            "s" => ("_seconds", |value| value),
            "mb" => ("_bytes", |value| value * 1_048_576.0),
            "mb per minute" => ("_bytes_per_second", |value| value * 1_048_576.0 / 60.0),
            "percent" => ("_ratio", |value| value / 100.0),
            "rps" => ("_requests_per_second", |value| value),
            "per second" => ("_per_second", |value| value),
            _ => ("", |value| value),
        };
        BaseUnit { ending, convert }
    }
}
