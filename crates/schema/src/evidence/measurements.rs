use super::{ErrorRate, Evidence, Latency, Memory, Repetition, Scenario, Throughput};

/// What was measured of the whole run, of a scenario or of a repetition: the sections that all three have.
#[derive(Clone, Copy, Debug)]
pub struct Measurements<'a> {
    /// How long requests took.
    pub latency: Option<&'a Latency>,
    /// How much the service did.
    pub throughput: Option<&'a Throughput>,
    /// Memory of the service.
    pub memory: Option<&'a Memory>,
    /// How many requests failed.
    pub error_rate: Option<&'a ErrorRate>,
}

macro_rules! measured_of {
    ($($whole:ident)*) => {$(
        impl<'a> From<&'a $whole> for Measurements<'a> {
            fn from(whole: &'a $whole) -> Measurements<'a> {
                Measurements {
                    latency: whole.latency.as_ref(),
                    throughput: whole.throughput.as_ref(),
                    memory: whole.memory.as_ref(),
                    error_rate: whole.error_rate.as_ref(),
                }
            }
        }
    )*};
}

measured_of!(Evidence Scenario Repetition);
