use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::{Exit, ToolkitError};

/// Whether somebody asked the tool to stop. The first signal only asks; the second ends the process at once.
#[derive(Clone, Debug)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// For a tool that measures: SIGINT and SIGTERM ask it to stop, write what there is, and exit 130 or 143.
    pub fn listen() -> Result<Interrupt, ToolkitError> {
        Interrupt::on(&[SIGINT, SIGTERM])
    }

    /// For a filter: Ctrl-C reaches the whole pipe, and what comes from the tools before it is still to be
    /// judged, so SIGINT only asks.
    pub fn defer() -> Result<Interrupt, ToolkitError> {
        Interrupt::on(&[SIGINT])
    }

    /// Never asked, for tests and libraries.
    pub fn never() -> Interrupt {
        Interrupt {
            asked: Arc::default(),
            signal: Arc::default(),
        }
    }

    fn on(signals: &[i32]) -> Result<Interrupt, ToolkitError> {
        let interrupt = Interrupt::never();
        for &signal in signals {
            let number = usize::try_from(signal).unwrap_or_default();
            // In this order: the shutdown looks at the flag before the same signal raises it.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interrupt.asked))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&interrupt.signal), number))
                .and_then(|_| flag::register(signal, Arc::clone(&interrupt.asked)))
                .map_err(ToolkitError::Signals)?;
        }
        Ok(interrupt)
    }

    /// Whether a signal has come.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// What to exit with, if a signal has come.
    pub fn exit(&self) -> Option<Exit> {
        let terminated = usize::try_from(SIGTERM)
            .is_ok_and(|signal| self.signal.load(Ordering::Relaxed) == signal);
        self.asked().then_some(if terminated {
            Exit::Terminated
        } else {
            Exit::Interrupted
        })
    }
}
