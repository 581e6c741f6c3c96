//! Processes that are waited for, told to stop, and not waited for without end.

use std::process::Child;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Ran;

/// Patience with a busy machine; nothing is to be asserted about how much of it is used.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What `look` finds, as soon as it finds it.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("never happened: {what}");
}

/// Sends a signal to a process that is there.
pub fn signal(process: u32, signal: Signal) {
    let process = Pid::from_raw(process.cast_signed()).expect("the number of a process");
    kill_process(process, signal).expect("a process to signal");
}

/// A process to its end; one that does not come to it is killed and fails the test.
pub fn ended(child: Child) -> Ran {
    let process = child.id();
    let (still_runs, runs_no_more) = mpsc::channel::<()>();
    let watchdog = thread::spawn(move || {
        let hangs = runs_no_more.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        if hangs {
            signal(process, Signal::KILL);
        }
        hangs
    });
    let ran = Ran::of(child.wait_with_output().expect("a program"));
    drop(still_runs);
    assert!(!watchdog.join().expect("the watchdog"), "it hung: {ran}");
    ran
}
