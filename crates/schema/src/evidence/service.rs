use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Measured, rounded};

/// How much the service did.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Throughput {
    /// Successful responses per second: failures do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rps: Option<Measured>,
    /// Successful predictions per second: `rps` times the batch size; absent where none are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predictions_per_second: Option<Measured>,
    /// All requests that were due, successful or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Measured time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<Measured>,
    /// Requests per second that were due, in open loop only: of a time what became due in it, of a number of requests
    /// the rate that was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered_rps: Option<Measured>,
    /// Two-sided 95 % confidence interval of `rps`, clustered by repetition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci95: Option<super::Interval>,
}

/// Memory of the service and its children, in MiB.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct Memory {
    /// The highest sample, in MiB, or what the kernel has marked as the highest between two samples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_mb: Option<Measured>,
    /// The mean of the samples, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_mb: Option<Measured>,
    /// How many samples were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u64>,
    /// Where the figures come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<MemorySource>,
    /// Whether the process had served an earlier scenario or repetition, whose memory it may still hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_over: Option<bool>,
    /// Slope of a line through the means of time slices, in MiB per minute, or the mean of the repetitions' slopes; only from
    /// 60 s on, negative where memory shrinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_mb_per_minute: Option<f64>,
    /// Two-sided 95 % confidence interval of `growth_mb_per_minute`; of several repetitions by how much they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_ci95: Option<SignedInterval>,
}

/// A two-sided 95 % confidence interval of what may be negative, bounded at both ends, in the unit of what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct SignedInterval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl SignedInterval {
    /// Both ends rounded to a millionth.
    pub fn rounded(low: f64, high: f64) -> SignedInterval {
        SignedInterval {
            low: rounded(low),
            high: rounded(high),
        }
    }
}

/// Where figures of memory come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemorySource {
    /// Resident pages of the process and its descendants in /proc.
    Procfs,
    /// What the kernel charges to a control group: resident pages, page cache and kernel memory.
    Cgroup,
    /// What the service says of itself on its metrics page.
    Metrics,
}

/// How many requests failed, and how. `requests` = `ok` + `failed`, always.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
pub struct ErrorRate {
    /// Failed requests in percent of all recorded ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Measured>,
    /// All recorded requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Requests that were answered as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ok: Option<u64>,
    /// Requests that were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<u64>,
    /// The failed ones by kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_kind: Option<ErrorsByKind>,
}

macro_rules! error_kinds {
    ($($(#[$doc:meta])* $kind:ident,)*) => {
        /// Failed requests, each counted under exactly one kind. A kind that did not occur is absent.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
        #[serde(default)]
        pub struct ErrorsByKind {
            $($(#[$doc])* #[serde(skip_serializing_if = "is_zero")] pub $kind: u64,)*
        }

        impl ErrorsByKind {
            /// Every kind's name with its count, zeros included.
            pub fn named(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($kind), self.$kind),)*].into_iter()
            }

            /// Adds another count to this one, kind by kind.
            pub fn add(&mut self, other: &ErrorsByKind) {
                $(self.$kind += other.$kind;)*
            }

            /// The sum over all kinds.
            pub fn total(&self) -> u64 {
                self.named().map(|(_, count)| count).sum()
            }
        }
    };
}

error_kinds! {
    /// The name did not resolve.
    dns,
    /// No connection could be made.
    connect,
    /// The TLS handshake failed.
    tls,
    /// No whole response in time.
    timeout,
    /// The peer reset or closed the connection before a response began.
    reset,
    /// Not HTTP, or a response that ended too early or too late.
    protocol,
    /// A redirect where none was expected.
    status_3xx,
    /// A client error.
    status_4xx,
    /// A server error.
    status_5xx,
    /// The status as expected, the content not: too few actions, say.
    invalid_response,
    /// Due, but never sent.
    not_sent,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
