use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::exit;

use crate::{Exit, ToolkitError};

/// Programs such as timeout send one wish twice, to a process and to its group; nobody types as fast.
const SECOND_WISH: Duration = Duration::from_millis(500);

/// Whether somebody asked the tool to stop. The first signal only asks; one that comes half a second later or
/// more ends the process at once.
#[derive(Clone, Debug)]
pub struct Interrupt {
    /// The first signal, 0 while there is none.
    signal: Arc<AtomicI32>,
}

impl Interrupt {
    /// For a tool that measures: SIGINT and SIGTERM ask it to stop, write what there is, and exit 130 or 143.
    pub fn listen() -> Result<Interrupt, ToolkitError> {
        Interrupt::on(&[SIGINT, SIGTERM])
    }

    /// For a filter: Ctrl-C reaches the whole pipe, and what comes from the tools before it is still to be
    /// judged, so SIGINT only asks.
    pub fn defer() -> Result<Interrupt, ToolkitError> {
        // Once a process, however often a program that calls a filter as a library calls it.
        static DEFERRED: Mutex<Option<Interrupt>> = Mutex::new(None);
        let mut deferred = DEFERRED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(interrupt) = deferred.as_ref() {
            return Ok(interrupt.clone());
        }
        let interrupt = Interrupt::on(&[SIGINT])?;
        *deferred = Some(interrupt.clone());
        Ok(interrupt)
    }

    /// Never asked, for tests and libraries.
    pub fn never() -> Interrupt {
        Interrupt {
            signal: Arc::default(),
        }
    }

    fn on(signals: &[i32]) -> Result<Interrupt, ToolkitError> {
        let interrupt = Interrupt::never();
        let mut signals = Signals::new(signals).map_err(ToolkitError::Signals)?;
        let heard = interrupt.clone();
        thread::spawn(move || {
            let mut first: Option<Instant> = None;
            for signal in signals.forever() {
                match first {
                    None => {
                        first = Some(Instant::now());
                        heard.signal.store(signal, Ordering::Relaxed);
                    }
                    Some(first) if first.elapsed() >= SECOND_WISH => exit(128 + signal),
                    Some(_) => {}
                }
            }
        });
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub fn asked(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// What to exit with, if a signal has come.
    pub fn exit(&self) -> Option<Exit> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            SIGTERM => Some(Exit::Terminated),
            _ => Some(Exit::Interrupted),
        }
    }
}
