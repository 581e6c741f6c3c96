//! Sleeping to about 0.1 ms. tokio's timer rounds to whole milliseconds; this one is a timerfd
//! on the runtime's own poll, with a heap of deadlines behind it.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::oneshot;

/// Wakes tasks at the times that they ask for; clones share one timerfd.
#[derive(Debug, Clone)]
pub struct Timer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    fd: AsyncFd<OwnedFd>,
    sleepers: Mutex<BinaryHeap<Reverse<Sleeper>>>,
}

impl Timer {
    /// A timer on the runtime that this is called in; it runs for as long as that runtime.
    pub fn new() -> io::Result<Self> {
        let fd = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        let shared = Arc::new(Shared {
            fd: watch(fd)?,
            sleepers: Mutex::default(),
        });
        tokio::spawn(wake_when_due(Arc::clone(&shared)));
        Ok(Self { shared })
    }

    /// Returns once `time` has passed.
    pub async fn sleep(&self, time: Duration) {
        self.sleep_until(Instant::now() + time).await;
    }

    /// Returns at `deadline`, or at once if that has passed.
    pub async fn sleep_until(&self, deadline: Instant) {
        if deadline <= Instant::now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        {
            let mut sleepers = self.shared.lock();
            let earliest = sleepers
                .peek()
                .is_none_or(|Reverse(next)| deadline < next.deadline);
            sleepers.push(Reverse(Sleeper { deadline, wake }));
            if earliest {
                self.shared.arm(deadline);
            }
        }
        // The sender goes away unused only when the runtime ends, and this task with it.
        let _ = woken.await;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BinaryHeap<Reverse<Sleeper>>> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arm(&self, deadline: Instant) {
        // Zero would disarm the timerfd.
        let wait = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_nanos(1));
        let once = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec {
                tv_sec: wait.as_secs().try_into().unwrap_or(i64::MAX),
                tv_nsec: wait.subsec_nanos().into(),
            },
        };
        // It fails only for a value out of range or a descriptor that is no timerfd.
        let armed = timerfd_settime(self.fd.get_ref(), TimerfdTimerFlags::empty(), &once);
        debug_assert!(armed.is_ok());
    }

    fn wake_due(&self) {
        let now = Instant::now();
        let mut sleepers = self.lock();
        while sleepers
            .peek()
            .is_some_and(|Reverse(next)| next.deadline <= now)
        {
            if let Some(Reverse(due)) = sleepers.pop() {
                // The sleeper may be gone: its client hung up.
                let _ = due.wake.send(());
            }
        }
        if let Some(Reverse(next)) = sleepers.peek() {
            self.arm(next.deadline);
        }
    }
}

#[expect(
    deprecated,
    reason = "sound for an OwnedFd, whose descriptor stays the same and open; the successor is an \
              unsafe function, made for types that cannot promise that"
)]
fn watch(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, Interest::READABLE)
}

async fn wake_when_due(shared: Arc<Shared>) {
    let mut expirations = [0_u8; 8];
    while let Ok(mut ready) = shared.fd.readable().await {
        let read = ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), &mut expirations)?));
        if read.is_ok() {
            shared.wake_due();
        }
    }
}

#[derive(Debug)]
struct Sleeper {
    deadline: Instant,
    wake: oneshot::Sender<()>,
}

impl Ord for Sleeper {
    fn cmp(&self, other: &Self) -> Ordering {
        self.deadline.cmp(&other.deadline)
    }
}

impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sleeper {
    fn eq(&self, other: &Self) -> bool {
        self.deadline == other.deadline
    }
}

impl Eq for Sleeper {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_never_ends_early() {
        let timer = Timer::new().unwrap();
        for microseconds in [0, 1, 90, 700, 1_300] {
            let time = Duration::from_micros(microseconds);
            let start = Instant::now();
            timer.sleep(time).await;
            assert!(start.elapsed() >= time);
        }
    }

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_deadlines() {
        let timer = Timer::new().unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let start = Instant::now();
        let tasks = [30, 10, 20].map(|milliseconds| {
            let (timer, order) = (timer.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                timer
                    .sleep_until(start + Duration::from_millis(milliseconds))
                    .await;
                order.lock().unwrap().push(milliseconds);
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [10, 20, 30]);
    }

    #[tokio::test]
    async fn a_sleeper_that_gave_up_does_not_disturb_the_others() {
        let timer = Timer::new().unwrap();
        let gave_up = tokio::spawn({
            let timer = timer.clone();
            async move { timer.sleep(Duration::from_millis(2)).await }
        });
        tokio::task::yield_now().await;
        gave_up.abort();
        timer.sleep(Duration::from_millis(5)).await;
        timer.sleep(Duration::from_millis(1)).await;
    }
}
