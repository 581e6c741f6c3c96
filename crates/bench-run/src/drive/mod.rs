//! The load engine: one worker for each core, pinned to it, each with a readiness loop of its own.

mod budget;
mod connection;
mod descriptors;
mod fetch;
mod last_answer;
mod open_loop;
mod pace;
mod part;
mod response;
mod schedule;
mod thread_time;
mod timer;
mod transport;
mod worker;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder};
use rustix::thread::{CpuSet, sched_setaffinity};
use toolkit::Interrupt;

use crate::error::BenchError;
use crate::plan::{Arrivals, Content, Length, Target};
use crate::record::{Recording, Tally};
pub use descriptors::allow as allow_connections;
pub use fetch::{Answer, fetch};
use last_answer::LastAnswer;
pub use toolkit::http::Security;
pub use transport::{Broken, Endpoint, security};
use worker::Worker;

/// Before the first request of an open loop is due.
const HEAD_START: Duration = Duration::from_millis(1);

/// What the workers are to do together in one phase.
#[derive(Clone, Debug)]
pub struct Task {
    /// Where the requests go.
    pub target: Target,
    /// What connections to it are opened to.
    pub endpoint: Endpoint,
    /// What the requests hold.
    pub content: Content,
    /// Sensor values an observation, in predictions.
    pub sensor_count: u64,
    /// Connections over all workers, each with one request under way.
    pub connections: u64,
    /// Unrecorded requests over all connections.
    pub warmup: u64,
    /// Recorded requests, or their time.
    pub length: Length,
    /// When requests become due; `None` in closed loop.
    pub arrivals: Option<Arrivals>,
    /// How long a request may take.
    pub timeout: Duration,
    /// Of the requests.
    pub seed: u64,
    /// Whether to stop.
    pub interrupt: Interrupt,
}

/// What a phase came to.
#[derive(Debug, Default)]
pub struct PhaseResult {
    /// How the unrecorded requests before ended.
    pub warmup: Tally,
    /// All requests of all workers.
    pub recording: Recording,
    /// The measured time: that of the order, or until the last response where requests were ordered.
    pub duration: Duration,
    /// Connections over all workers.
    pub connections: u64,
    /// Processor time of the busiest worker, without that of waiting for requests to become due.
    pub busiest_cpu: Duration,
    /// The same of all workers.
    pub cpu: Duration,
    /// Processor time in which the idlest worker waited for requests to become due.
    pub longest_spin: Duration,
    /// Time in which the worst placed worker could have run and something else had its processor; `None` where the
    /// kernel does not say.
    pub longest_cpu_wait: Option<Duration>,
    /// Whether the service no longer answered, so that the phase was cut short.
    pub given_up: bool,
    /// From the start until the last request had ended; `cpu` was spent in it.
    pub elapsed: Duration,
    /// Why a connection failed, the first time that one did and more was known than the kind of failure.
    pub reason: Option<Broken>,
}

/// The workers, pinned.
pub struct Generator {
    pool: ThreadPool,
    cores: Vec<usize>,
}

impl Generator {
    /// Starts one worker for each of `cores` and pins it there.
    pub fn new(cores: &[usize]) -> Result<Generator, BenchError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(cores.len())
            .thread_name(|index| format!("worker-{index}"))
            .build()?;
        pool.broadcast(|context| pin(cores[context.index()]))
            .into_iter()
            .collect::<io::Result<Vec<()>>>()?;
        Ok(Generator {
            pool,
            cores: cores.to_vec(),
        })
    }

    /// The processors of the workers.
    pub fn cores(&self) -> &[usize] {
        &self.cores
    }

    /// Opens connections and warms up, then measures. `measuring` is called in between.
    pub fn run(&self, task: &Task, measuring: impl FnOnce()) -> Result<PhaseResult, BenchError> {
        let workers = self.cores.len();
        let last_answer = Arc::new(LastAnswer::new(Instant::now()));
        let prepared: Vec<Mutex<Option<Worker>>> = self
            .pool
            .broadcast(|context| {
                Worker::prepare(task, context.index(), workers, Arc::clone(&last_answer))
            })
            .into_iter()
            .map(|worker| worker.map(|worker| Mutex::new(Some(worker))))
            .collect::<Result<_, _>>()?;
        measuring();
        // The first request is due when every worker is there.
        let head_start = task.arrivals.map_or(Duration::ZERO, |_| HEAD_START);
        let start = Instant::now() + head_start;
        let results = self.pool.broadcast(|context| {
            let worker = prepared[context.index()]
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            worker.map(|worker| worker.measure(task, start)).transpose()
        });
        let mut total = PhaseResult {
            connections: task.connections,
            ..PhaseResult::default()
        };
        for result in results {
            if let Some(result) = result? {
                total.warmup.add(&result.warmup);
                total.recording.merge(result.recording);
                total.elapsed = total.elapsed.max(result.elapsed);
                total.busiest_cpu = total.busiest_cpu.max(result.cpu);
                total.cpu += result.cpu;
                total.longest_spin = total.longest_spin.max(result.spun);
                total.longest_cpu_wait = total.longest_cpu_wait.max(result.cpu_wait);
                total.given_up |= result.given_up;
                total.reason = total.reason.or(result.reason);
            }
        }
        total.duration = match task.length {
            Length::Time(duration) if task.interrupt.asked() || total.given_up => {
                duration.min(total.elapsed)
            }
            Length::Time(duration) => duration,
            Length::Requests(_) => total.elapsed,
        };
        Ok(total)
    }
}

fn pin(core: usize) -> io::Result<()> {
    let mut only = CpuSet::new();
    only.set(core);
    Ok(sched_setaffinity(None, &only)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    const WELL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"actions\":[{}]}";

    /// A phase of two workers with two connections each, against a service that answers only the first of its
    /// connections, or none, and closes every third in the middle of its first request, so that the others' requests
    /// do not end all at once. Also how many requests have come to it.
    fn phase(answers_first: bool, length: Length) -> (PhaseResult, u64) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&requests);
        thread::spawn(move || {
            for (number, connection) in listener.incoming().map_while(Result::ok).enumerate() {
                let counted = Arc::clone(&counted);
                let habit = match number {
                    0 if answers_first => Habit::Answers,
                    _ if number % 3 == 1 => Habit::Closes,
                    _ => Habit::Listens,
                };
                thread::spawn(move || serve(connection, habit, &counted));
            }
        });
        let target = Target::parse(&url).unwrap();
        let task = Task {
            endpoint: Endpoint::find(&target, &Security::default()).unwrap(),
            target,
            content: Content::Predictions { batch_size: 1 },
            sensor_count: 3,
            connections: 4,
            warmup: 0,
            length,
            arrivals: None,
            timeout: Duration::from_millis(100),
            seed: 1,
            interrupt: Interrupt::listen().unwrap(),
        };
        let core = plan::allowed_cores().unwrap()[0];
        let generator = Generator::new(&[core, core]).unwrap();
        let result = generator.run(&task, || ()).unwrap();
        // What was sent last may not have been read yet.
        thread::sleep(Duration::from_millis(200));
        (result, requests.load(Ordering::SeqCst))
    }

    enum Habit {
        Answers,
        Listens,
        Closes,
    }

    /// Each request comes in one piece.
    fn serve(mut connection: TcpStream, habit: Habit, requests: &AtomicU64) {
        let mut buffer = [0; 4096];
        while connection.read(&mut buffer).is_ok_and(|count| count > 0) {
            requests.fetch_add(1, Ordering::SeqCst);
            match habit {
                Habit::Answers if connection.write_all(WELL).is_ok() => {}
                Habit::Listens => {}
                _ => return thread::sleep(Duration::from_millis(30)),
            }
        }
    }

    #[test]
    fn a_service_that_answers_one_connection_is_not_silent() {
        let (result, _) = phase(true, Length::Time(Duration::from_secs(1)));
        assert!(!result.given_up);
        let tally = result.recording.tally;
        assert!(tally.ok > 0 && tally.errors.timeout > 0, "{tally:?}");
    }

    #[test]
    fn what_was_under_way_when_the_service_was_given_up_is_counted() {
        let (result, requests) = phase(false, Length::Time(Duration::from_secs(60)));
        assert!(result.given_up);
        assert_eq!(result.recording.tally.requests(), requests);
    }
}
