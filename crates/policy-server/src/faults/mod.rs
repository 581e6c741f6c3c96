//! Faults to order: trouble of a known kind and amount, for tests of the tools that measure it.

mod broken;
mod latency;
mod leak;
mod stall;

use std::time::{Duration, Instant};

use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use tokio::sync::{Semaphore, SemaphorePermit};

pub use broken::{Chances, FailOrder, Fault};
pub use latency::LatencyLaw;
pub use stall::Stall;

use crate::error::Error;
use crate::random::Streams;
use crate::timer::Timer;
use crate::units::{ByteRate, Percentage, Share};

/// The faults as they were ordered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    /// Service time on top of the real work.
    pub latency: Option<LatencyLaw>,
    /// Everything stops for a while in every period.
    pub stall: Option<Stall>,
    /// Answered with an error.
    pub fail: Option<FailOrder>,
    /// Ended by a TCP reset.
    pub reset: Share,
    /// Ended in the middle of the body.
    pub truncate: Share,
    /// Never answered.
    pub hang: Share,
    /// Answered with an action too few.
    pub short_batch: Share,
    /// Growth of resident memory.
    pub leak: Option<ByteRate>,
    /// Workers behind a first-in-first-out queue; without it nothing queues.
    pub workers: Option<usize>,
    /// Standard deviation of the logarithm of the speed that each start draws.
    pub start_spread: Percentage,
    /// Added to every service time.
    pub add: Percentage,
}

/// The faults of one running server.
#[derive(Debug)]
pub(crate) struct Faults {
    latency: Option<LatencyLaw>,
    stall: Option<Stall>,
    chances: Chances,
    fail_status: u16,
    workers: Option<Semaphore>,
    /// Factor on the ordered latency: the speed of this start.
    start_factor: f64,
    /// Factor on the ordered latency and the real work together.
    add_factor: f64,
    serving_since: Instant,
    timer: Timer,
    streams: Streams,
}

impl Faults {
    /// Starts the clock of stalls and the leak. Must be called inside of a tokio runtime.
    pub(crate) fn start(orders: &Orders, streams: Streams, timer: Timer) -> Result<Self, Error> {
        let fail_share = orders.fail.map(|fail| fail.share).unwrap_or_default();
        let chances = Chances::new(&[
            (Fault::Fail, fail_share),
            (Fault::Reset, orders.reset),
            (Fault::Truncate, orders.truncate),
            (Fault::Hang, orders.hang),
            (Fault::ShortBatch, orders.short_batch),
        ])?;
        if let Some(workers) = orders.workers
            && !(1..=Semaphore::MAX_PERMITS).contains(&workers)
        {
            let reason = format!("--workers: {workers} found, 1 or more expected");
            return Err(Error::Options(reason));
        }

        let normal: f64 = StandardNormal.sample(&mut *streams.start.lock());
        let serving_since = Instant::now();
        if let Some(rate) = orders.leak {
            tokio::spawn(leak::leak(rate, serving_since, timer.clone()));
        }
        Ok(Self {
            latency: orders.latency,
            stall: orders.stall,
            chances,
            fail_status: orders.fail.map_or(500, |fail| fail.status),
            workers: orders.workers.map(Semaphore::new),
            start_factor: (orders.start_spread.fraction() * normal).exp(),
            add_factor: 1.0 + orders.add.fraction(),
            serving_since,
            timer,
            streams,
        })
    }

    /// What happens to the next request.
    pub(crate) fn draw(&self) -> Fault {
        if self.chances.is_empty() {
            return Fault::None;
        }
        self.chances.at(self.streams.faults.lock().random())
    }

    /// The status of a request that is to fail.
    pub(crate) fn fail_status(&self) -> u16 {
        self.fail_status
    }

    /// The random numbers of this server.
    pub(crate) fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Waits for the end of the stall, if there is one now, and says for how long it did.
    pub(crate) async fn wait_out_stall(&self) -> Duration {
        let Some(stall) = self.stall else {
            return Duration::ZERO;
        };
        let now = Instant::now();
        let Some(end) = stall.ends_at(self.serving_since, now) else {
            return Duration::ZERO;
        };
        self.timer.sleep_until(end).await;
        now.elapsed()
    }

    /// Waits for a free worker, in the order of arrival; without `--workers` there is no queue.
    pub(crate) async fn take_worker(&self) -> Option<SemaphorePermit<'_>> {
        match &self.workers {
            // The semaphore is never closed.
            Some(workers) => workers.acquire().await.ok(),
            None => None,
        }
    }

    /// Sleeps for what is left of the service time after the real work that began at `started`:
    /// (ordered latency × speed of this start + real work) × (1 + added).
    pub(crate) async fn serve_out(&self, started: Instant) {
        if self.latency.is_none() && self.add_factor == 1.0 {
            return;
        }
        let work = started.elapsed();
        let ordered = match self.latency {
            Some(law) => {
                let drawn = law.draw(&mut *self.streams.latency.lock());
                latency::scale(drawn, self.start_factor)
            }
            None => Duration::ZERO,
        };
        let service_time = latency::scale(ordered + work, self.add_factor);
        self.timer.sleep_until(started + service_time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(orders: &Orders, seed: u64) -> Result<Faults, Error> {
        Faults::start(orders, Streams::new(Some(seed)), Timer::new().unwrap())
    }

    #[tokio::test]
    async fn faults_come_as_often_as_ordered() {
        let orders = Orders {
            fail: Some("20%:503".parse().unwrap()),
            short_batch: "10%".parse().unwrap(),
            ..Orders::default()
        };
        let faults = start(&orders, 1).unwrap();
        let drawn: Vec<Fault> = (0..100_000).map(|_| faults.draw()).collect();
        let percent = |wanted| drawn.iter().filter(|&&fault| fault == wanted).count() as f64 / 1e3;
        assert!((percent(Fault::Fail) - 20.0).abs() < 0.5);
        assert!((percent(Fault::ShortBatch) - 10.0).abs() < 0.5);
        assert_eq!(percent(Fault::Hang), 0.0);
        assert_eq!(faults.fail_status(), 503);
    }

    #[tokio::test]
    async fn each_start_draws_a_speed_of_its_own_that_its_seed_fixes() {
        let orders = Orders {
            start_spread: Percentage(5.0),
            ..Orders::default()
        };
        let speeds: Vec<f64> = (0..2_000)
            .map(|seed| start(&orders, seed).unwrap().start_factor.ln())
            .collect();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let variance = speeds
            .iter()
            .map(|speed| (speed - mean).powi(2))
            .sum::<f64>()
            / speeds.len() as f64;
        assert!(
            (variance.sqrt() - 0.05).abs() < 0.004,
            "{}",
            variance.sqrt()
        );
        assert_eq!(speeds[3], start(&orders, 3).unwrap().start_factor.ln());
        assert_eq!(start(&Orders::default(), 3).unwrap().start_factor, 1.0);
    }

    #[tokio::test]
    async fn the_service_time_holds_latency_and_what_is_added() {
        let orders = Orders {
            latency: Some("fixed:10ms".parse().unwrap()),
            add: Percentage(50.0),
            ..Orders::default()
        };
        let faults = start(&orders, 1).unwrap();
        let started = Instant::now();
        faults.serve_out(started).await;
        assert!(started.elapsed() >= Duration::from_millis(15));
    }

    #[tokio::test]
    async fn no_worker_at_all_is_refused() {
        let orders = Orders {
            workers: Some(0),
            ..Orders::default()
        };
        assert!(
            start(&orders, 1)
                .unwrap_err()
                .to_string()
                .contains("--workers: 0 found")
        );
    }
}
