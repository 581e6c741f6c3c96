//! Faults to order: trouble of a known kind and amount, for tests of the tools that measure it.

mod broken;
mod latency;
pub(crate) mod leak;
mod stall;

use std::time::{Duration, Instant};

use async_io::Timer;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use tokio::sync::{Semaphore, SemaphorePermit};

use broken::Chances;
pub(crate) use broken::FailOrder;
pub use broken::Fault;
pub(crate) use latency::LatencyLaw;
pub(crate) use stall::Stall;

use crate::arguments::Arguments;
use crate::error::Error;
use crate::random::Streams;

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
    streams: Streams,
}

impl Faults {
    /// The faults that are ordered among the arguments; from here on the clock of stalls runs.
    pub(crate) fn start(orders: &Arguments) -> Result<Self, Error> {
        let fail_share = orders.fail.map_or(0.0, |fail| fail.share);
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

        let streams = Streams::new(orders.seed);
        let normal: f64 = StandardNormal.sample(&mut *streams.start.lock());
        Ok(Self {
            latency: orders.latency,
            stall: orders.stall,
            chances,
            fail_status: orders.fail.map_or(500, |fail| fail.status),
            workers: orders.workers.map(Semaphore::new),
            start_factor: (orders.start_spread * normal).exp(),
            add_factor: 1.0 + orders.add,
            serving_since: Instant::now(),
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
        Timer::at(end).await;
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
        Timer::at(started + service_time).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argh::FromArgs;

    fn start(options: &[&str]) -> Result<Faults, Error> {
        Faults::start(&Arguments::from_args(&["policy-server"], options).unwrap())
    }

    #[test]
    fn faults_come_as_often_as_ordered() {
        let faults = start(&["--fail", "20%:503", "--short-batch", "10%", "--seed", "1"]).unwrap();
        let drawn: Vec<Fault> = (0..100_000).map(|_| faults.draw()).collect();
        let percent = |wanted| drawn.iter().filter(|&&fault| fault == wanted).count() as f64 / 1e3;
        assert!((percent(Fault::Fail) - 20.0).abs() < 0.5);
        assert!((percent(Fault::ShortBatch) - 10.0).abs() < 0.5);
        assert_eq!(percent(Fault::Hang), 0.0);
        assert_eq!(faults.fail_status(), 503);
    }

    #[test]
    fn each_start_draws_a_speed_of_its_own() {
        let speeds: Vec<f64> = (0..2_000)
            .map(|seed| {
                let faults = start(&["--start-spread", "5%", "--seed", &seed.to_string()]);
                faults.unwrap().start_factor.ln()
            })
            .collect();
        let mean = speeds.iter().sum::<f64>() / speeds.len() as f64;
        let squares: f64 = speeds.iter().map(|speed| (speed - mean).powi(2)).sum();
        let deviation = (squares / speeds.len() as f64).sqrt();
        assert!((deviation - 0.05).abs() < 0.004, "{deviation}");
        assert_eq!(start(&["--seed", "3"]).unwrap().start_factor, 1.0);
    }
}
