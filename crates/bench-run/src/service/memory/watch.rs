use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::figures::MemoryFigures;
use super::reader::MemoryReader;

/// A reading holds the service up where it asks for memory itself: the kernel walks all its pages for one. So it is left
/// alone for this many times as long.
const PAUSE_IN_READINGS: u32 = 20;

/// Reads the service's memory again and again, on a thread of its own, until it is stopped.
pub struct MemoryWatch {
    stop: Sender<Instant>,
    sampler: JoinHandle<MemoryFigures>,
}

impl MemoryWatch {
    /// Begins to read.
    pub fn start(mut reader: Box<dyn MemoryReader>) -> MemoryWatch {
        let (stop, stopped) = mpsc::channel();
        let sampler = thread::spawn(move || {
            let start = Instant::now();
            let mut figures = MemoryFigures::new(reader.source());
            let mut last_reading = None;
            let mut reading_took = Duration::ZERO;
            loop {
                let pause = reader.interval().max(reading_took * PAUSE_IN_READINGS);
                let ended = match stopped.recv_timeout(pause) {
                    Err(RecvTimeoutError::Timeout) => None,
                    Ok(ended) => Some(ended),
                    // Nobody will ask for the figures.
                    Err(RecvTimeoutError::Disconnected) => return figures,
                };
                // A reading that was under way at the end was the last: one more could keep the end waiting for as long again.
                if ended.is_none() || last_reading < ended {
                    let began = Instant::now();
                    let reading = reader.read_mb();
                    last_reading = Some(Instant::now());
                    reading_took = began.elapsed();
                    figures.add(start.elapsed(), reading);
                }
                if ended.is_some() {
                    figures.end(reader.peak_mb());
                    return figures;
                }
            }
        });
        MemoryWatch { stop, sampler }
    }

    /// Takes a last reading and ends.
    pub fn stop(self) -> MemoryFigures {
        // A sampler that is gone has nothing to be told, and nothing to say.
        let _ = self.stop.send(Instant::now());
        self.sampler.join().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process;

    use crate::service::memory::procfs::ProcessReader;

    fn watched(process_id: u32) -> MemoryFigures {
        MemoryWatch::start(Box::new(ProcessReader::new(process_id))).stop()
    }

    #[test]
    fn the_shortest_watch_has_a_reading() {
        let memory = watched(process::id()).section(false).unwrap();
        assert!(memory.peak_mb.unwrap().get() > 0.5);
        assert!(memory.peak_mb >= memory.average_mb);
        assert_eq!(memory.growth_mb_per_minute, None);
    }

    #[test]
    fn a_process_that_is_gone_has_no_memory() {
        let figures = watched(u32::MAX);
        assert_eq!(figures.section(false), None);
        assert!(figures.failure().is_some());
    }
}
