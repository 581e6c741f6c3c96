//! A probe is asked until it passes, or patience ends.

use std::thread;
use std::time::{Duration, Instant};

use schema::configuration::Benchmark;
use schema::evidence::{Check, ProbeCheck, ProbeTimings};
use schema::{Measured, policy};
use serde_json::Value;
use toolkit::http::{Client, Exchange, FailureKind, Target};

use super::judge::{self, Unmet};
use super::observations::{self, METADATA};
use super::prepared::{Content, Prepared};

/// How long and how often a probe may be asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Nothing is waited for beyond it.
    pub(crate) deadline: Instant,
    /// How often at most, if it fails.
    pub(crate) attempts: u32,
    /// Between two attempts.
    pub(crate) interval: Duration,
}

impl Patience {
    /// Until when an attempt may last, counted from 1: what is left is shared with those to come, so that one lost request does
    /// not use up the time of all.
    fn share_of(&self, attempt: u32) -> Instant {
        let left = self.deadline.saturating_duration_since(Instant::now());
        let to_come = self.attempts.saturating_sub(attempt) + 1;
        Instant::now() + left / to_come
    }
}

/// What became of a probe.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// As it stands in documents.
    pub(crate) check: ProbeCheck,
    /// The slowest answer of the last attempt; all the time that had passed where there was none.
    pub(crate) response_time: Option<Measured>,
    /// What was captured of the answer, by name; nothing of a probe that failed.
    pub(crate) captured: Vec<(String, Value)>,
}

/// One attempt: every sample, up to the first that is not as expected.
struct Attempt {
    check: Check,
    is_final: bool,
    /// What was sent.
    body: Option<Vec<u8>>,
    exchange: Exchange,
    slowest: Option<Measured>,
}

impl Prepared {
    /// Asks until all of an attempt is as expected, the attempts are used up, the deadline is near, or something was found
    /// that no further attempt can make good.
    pub(crate) fn ask(&self, client: &Client, target: &Target, patience: &Patience) -> Asked {
        let began = Instant::now();
        let mut attempts = 1;
        loop {
            let attempt = self.attempt(client, target, patience.share_of(attempts));
            let next = Instant::now() + patience.interval;
            let is_last = attempt.check.passed
                || attempt.is_final
                || attempts >= patience.attempts
                || next >= patience.deadline;
            if is_last {
                let is_answered = attempt.exchange.failure.is_none();
                let response_time = attempt.slowest.filter(|_| is_answered);
                let captured = judge::captured(self, &attempt.check, &attempt.exchange);
                let why = self.other_sensors(client, target, patience.deadline, &attempt);
                return Asked {
                    check: ProbeCheck {
                        check: because(why, attempt.check),
                        method: self.method.clone(),
                        url: self.url(target),
                        attempts,
                        timings: attempt.exchange.timings,
                    },
                    response_time: response_time.or_else(|| passed_since(began)),
                    captured,
                };
            }
            attempts += 1;
            thread::sleep(patience.interval);
        }
    }

    /// A probe whose answer did not come: it fails as any other.
    pub(crate) fn unanswered(&self, target: &Target, began: Instant, why: &str) -> Asked {
        self.without_answer(target, passed_since(began), why)
    }

    /// A probe that was not sent: it fails as any other.
    pub(crate) fn unsent(&self, target: &Target, why: &str) -> Asked {
        self.without_answer(target, None, why)
    }

    fn without_answer(&self, target: &Target, waited: Option<Measured>, why: &str) -> Asked {
        let exchange = Exchange {
            status: None,
            headers: Vec::new(),
            body: Vec::new(),
            failure: Some(toolkit::http::Failure {
                kind: FailureKind::Timeout,
                message: why.to_owned(),
            }),
            timings: ProbeTimings {
                total_ms: waited,
                ..ProbeTimings::default()
            },
            certificate: None,
        };
        let (check, _) = self.judged(&exchange, &self.request_line(target));
        Asked {
            check: ProbeCheck {
                check,
                method: self.method.clone(),
                url: self.url(target),
                attempts: 0,
                timings: exchange.timings,
            },
            response_time: waited,
            captured: Vec::new(),
        }
    }

    fn attempt(&self, client: &Client, target: &Target, deadline: Instant) -> Attempt {
        let body = match self.sent_body(client, target, deadline) {
            Ok(body) => body,
            Err(attempt) => return *attempt,
        };
        let request = self.request_line(target);
        let mut slowest = None;
        let mut remaining = self.samples;
        loop {
            let exchange = self.send(client, target, body.as_deref(), deadline);
            slowest = slower(slowest, exchange.timings.total_ms);
            remaining = remaining.saturating_sub(1);
            let (check, is_final) = self.judged(&exchange, &request);
            if !check.passed || remaining == 0 {
                return Attempt {
                    check,
                    is_final,
                    body,
                    exchange,
                    slowest,
                };
            }
        }
    }

    /// What is sent; or why that cannot be known.
    fn sent_body(
        &self,
        client: &Client,
        target: &Target,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, Box<Attempt>> {
        let request = match &self.body {
            Content::Nothing => return Ok(None),
            Content::Bytes(bytes) => return Ok(Some(bytes.clone())),
            Content::AsTheServiceSays(request) => request,
        };
        let metadata = self.send_for_metadata(client, target, deadline);
        let is_answered = metadata.failure.is_none() && metadata.status == Some(200);
        match policy::sensor_count(&metadata.body).filter(|_| is_answered) {
            Some(count @ 1..=Benchmark::MOST_SENSORS) => {
                let request = observations::fitted(request, count);
                Ok(Some(request.to_string().into_bytes()))
            }
            _ => {
                let request = format!("GET {}{}", target.url, METADATA);
                let unmet = judge::no_metadata(&metadata);
                Err(Box::new(Attempt {
                    check: judge::failed(self, &unmet, &request, &metadata),
                    is_final: false,
                    body: None,
                    slowest: metadata.timings.total_ms,
                    exchange: metadata,
                }))
            }
        }
    }

    /// That a request which failed has another number of sensor values than the service's model takes, if that is so: what
    /// the service answers to it can be anything.
    fn other_sensors(
        &self,
        client: &Client,
        target: &Target,
        deadline: Instant,
        attempt: &Attempt,
    ) -> Option<String> {
        let body = attempt.body.as_deref().filter(|_| !attempt.check.passed)?;
        let counts = observations::sensor_counts(body);
        if counts.is_empty() {
            return None;
        }
        let metadata = self.send_for_metadata(client, target, deadline);
        let is_answered = metadata.failure.is_none() && metadata.status == Some(200);
        let taken = policy::sensor_count(&metadata.body).filter(|_| is_answered)?;
        let sent = counts.into_iter().find(|count| *count != taken)?;
        Some(format!(
            "the request has {sent} sensor values an observation, the model takes {taken} (GET {METADATA})"
        ))
    }

    /// Whether an answer is as expected, and if not, whether asking again could only hide it.
    fn judged(&self, exchange: &Exchange, request: &str) -> (Check, bool) {
        match judge::first_unmet(self, exchange) {
            None => (judge::passed(self, exchange), false),
            Some(unmet @ Unmet { is_final, .. }) => {
                (judge::failed(self, &unmet, request, exchange), is_final)
            }
        }
    }

    fn request_line(&self, target: &Target) -> String {
        format!("{} {}", self.method, self.url(target))
    }
}

/// The check with what is known of the reason, before all else.
fn because(why: Option<String>, check: Check) -> Check {
    let note = match (why, &check.note) {
        (Some(why), Some(note)) => Some(format!("{why}: {note}")),
        (why, note) => why.or_else(|| note.clone()),
    };
    Check { note, ..check }
}

/// Failed probes in percent of all; `None` of none.
pub(crate) fn failure_rate(asked: &[Asked]) -> Option<Measured> {
    let failed = asked.iter().filter(|asked| !asked.check.check.passed);
    Measured::rounded(100.0 * failed.count() as f64 / asked.len() as f64)
}

fn passed_since(began: Instant) -> Option<Measured> {
    Measured::rounded(began.elapsed().as_secs_f64() * 1e3)
}

/// The longer of two times, of which either may be unknown.
pub(crate) fn slower(one: Option<Measured>, other: Option<Measured>) -> Option<Measured> {
    match (one, other) {
        (Some(one), Some(other)) if one < other => Some(other),
        (one, other) => one.or(other),
    }
}
