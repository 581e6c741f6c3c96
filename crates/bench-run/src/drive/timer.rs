use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// Wakes a readiness loop at a moment. The poll's own time-out is counted in milliseconds, and a thread's sleep is
/// rounded by the kernel; this is neither.
#[derive(Debug)]
pub struct Timer {
    descriptor: OwnedFd,
    set_for: Option<Instant>,
}

impl Timer {
    /// A timer that tells the loop under `token`.
    pub fn new(registry: &Registry, token: Token) -> io::Result<Timer> {
        let descriptor = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        registry.register(
            &mut SourceFd(&descriptor.as_raw_fd()),
            token,
            Interest::READABLE,
        )?;
        Ok(Timer {
            descriptor,
            set_for: None,
        })
    }

    /// Sets it for `moment`, which is after `now`.
    pub fn set(&mut self, moment: Instant, now: Instant) -> io::Result<()> {
        if self.set_for == Some(moment) {
            return Ok(());
        }
        // Zero would switch it off.
        let from_now = moment
            .saturating_duration_since(now)
            .max(Duration::from_nanos(1));
        let once = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec::try_from(from_now).map_err(io::Error::other)?,
        };
        timerfd_settime(&self.descriptor, TimerfdTimerFlags::empty(), &once)?;
        self.set_for = Some(moment);
        Ok(())
    }
}
