use schema::evidence::ErrorsByKind;

use super::Failure;

/// How requests ended, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were answered as expected.
    pub ok: u64,
    /// Those of them that count for throughput: answered before the measured time was over.
    pub ok_in_time: u64,
    /// Requests that were not answered as expected.
    pub errors: ErrorsByKind,
}

impl Tally {
    /// Counts a request that ended in `failure`.
    pub fn fail(&mut self, failure: Failure) {
        *failure.counter(&mut self.errors) += 1;
    }

    /// All requests, however they ended.
    pub fn requests(&self) -> u64 {
        self.ok + self.errors.total()
    }

    /// Whether anything came back at all, however wrong.
    pub fn was_answered(&self) -> bool {
        let ErrorsByKind {
            protocol,
            status_3xx,
            status_4xx,
            status_5xx,
            invalid_response,
            ..
        } = self.errors;
        self.ok + protocol + status_3xx + status_4xx + status_5xx + invalid_response > 0
    }

    /// How requests failed, for people: "3 reset, 1 timeout".
    pub fn kinds_of_errors(&self) -> String {
        let kinds = self.errors.named().filter(|(_, count)| *count > 0);
        kinds
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect::<Vec<String>>()
            .join(", ")
    }

    /// Takes in another tally.
    pub fn add(&mut self, other: &Tally) {
        self.ok += other.ok;
        self.ok_in_time += other.ok_in_time;
        self.errors.add(&other.errors);
    }
}
