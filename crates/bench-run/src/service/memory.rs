use std::collections::HashSet;
use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::param::page_size;
use schema::Measured;
use schema::evidence::{Memory, MemorySource};
use stats::Slope;

const SAMPLE_EVERY: Duration = Duration::from_millis(50);
/// Growth over less time than this says more about the allocator than about the service.
const SHORTEST_FOR_GROWTH: Duration = Duration::from_secs(60);
const BYTES_PER_MB: f64 = 1024.0 * 1024.0;

/// Samples the resident memory of a process and its descendants until it is stopped.
pub struct MemoryWatch {
    stop: Sender<()>,
    sampler: JoinHandle<MemoryFigures>,
}

/// What the samples came to, in constant space.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryFigures {
    peak_mb: f64,
    sum_mb: f64,
    samples: u64,
    growth: Slope,
    watched: Duration,
}

impl MemoryWatch {
    /// Begins to sample.
    pub fn start(process_id: u32) -> MemoryWatch {
        let (stop, stopped) = mpsc::channel();
        let sampler = thread::spawn(move || {
            let start = Instant::now();
            let mut figures = MemoryFigures::default();
            let tracks_peak = reset_peak(process_id);
            loop {
                let over = !matches!(
                    stopped.recv_timeout(SAMPLE_EVERY),
                    Err(RecvTimeoutError::Timeout)
                );
                let family = family(process_id);
                // The kernel's own mark misses no peak between two samples, but it cannot be added up over processes.
                let peak = if tracks_peak && over && family.len() == 1 {
                    peak_mb(process_id)
                } else {
                    None
                };
                // Pages that processes share are counted once: each process has its share of them.
                let of_one = if family.len() == 1 {
                    resident_mb
                } else {
                    proportional_mb
                };
                figures.add(
                    start.elapsed(),
                    family.iter().filter_map(|id| of_one(*id)).sum(),
                    peak,
                );
                if over {
                    return figures;
                }
            }
        });
        MemoryWatch { stop, sampler }
    }

    /// Takes a last sample and ends.
    pub fn stop(self) -> MemoryFigures {
        // A sampler that is gone has nothing to be told, and nothing to say.
        let _ = self.stop.send(());
        self.sampler.join().unwrap_or_default()
    }
}

impl MemoryFigures {
    fn add(&mut self, at: Duration, resident_mb: f64, peak_mb: Option<f64>) {
        if resident_mb > 0.0 {
            self.peak_mb = self
                .peak_mb
                .max(resident_mb)
                .max(peak_mb.unwrap_or_default());
            self.sum_mb += resident_mb;
            self.samples += 1;
            self.growth.add(at.as_secs_f64() / 60.0, resident_mb);
            self.watched = at;
        }
    }

    /// Takes in another repetition's figures. Growth is of one process only and stays with its repetition.
    pub fn merge(&mut self, other: &MemoryFigures) {
        self.peak_mb = self.peak_mb.max(other.peak_mb);
        self.sum_mb += other.sum_mb;
        self.samples += other.samples;
    }

    /// As it stands in the document; nothing if nothing could be read.
    pub fn section(&self, carried_over: bool) -> Option<Memory> {
        (self.samples > 0).then(|| Memory {
            peak_mb: Measured::rounded(self.peak_mb),
            average_mb: Measured::rounded(self.sum_mb / self.samples as f64),
            samples: Some(self.samples),
            source: Some(MemorySource::Procfs),
            carried_over: Some(carried_over),
            growth_mb_per_minute: self
                .growth
                .per_x()
                .filter(|_| self.watched >= SHORTEST_FOR_GROWTH),
        })
    }
}

/// A process and all its descendants.
fn family(process_id: u32) -> Vec<u32> {
    let mut seen = HashSet::from([process_id]);
    let mut family = vec![process_id];
    let mut next = 0;
    while let Some(id) = family.get(next).copied() {
        next += 1;
        family.extend(children(id).into_iter().filter(|child| seen.insert(*child)));
    }
    family
}

fn children(process_id: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process_id}/task")) else {
        return Vec::new();
    };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|children| {
            children
                .split_whitespace()
                .filter_map(|id| id.parse().ok())
                .collect::<Vec<u32>>()
        })
        .collect()
}

fn resident_mb(process_id: u32) -> Option<f64> {
    let statm = fs::read_to_string(format!("/proc/{process_id}/statm")).ok()?;
    let pages: f64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * page_size() as f64 / BYTES_PER_MB)
}

/// Resident memory with each shared page divided by the number of processes that share it.
fn proportional_mb(process_id: u32) -> Option<f64> {
    kibibytes_in(&format!("/proc/{process_id}/smaps_rollup"), "Pss:")
}

/// Sets the kernel's mark of the highest resident memory back to now.
fn reset_peak(process_id: u32) -> bool {
    fs::write(format!("/proc/{process_id}/clear_refs"), "5").is_ok()
}

fn peak_mb(process_id: u32) -> Option<f64> {
    kibibytes_in(&format!("/proc/{process_id}/status"), "VmHWM:")
}

/// A line as in `Pss:  1234 kB`, in MiB.
fn kibibytes_in(path: &str, key: &str) -> Option<f64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process;

    #[test]
    fn this_process_has_memory_and_a_process_that_is_gone_has_none() {
        let figures = MemoryWatch::start(process::id()).stop();
        let memory = figures.section(false).unwrap();
        assert!(memory.peak_mb.unwrap().get() > 0.5);
        assert!(memory.peak_mb >= memory.average_mb);
        assert_eq!(memory.growth_mb_per_minute, None);
        assert_eq!(MemoryWatch::start(u32::MAX).stop().section(false), None);
    }

    #[test]
    fn growth_is_told_from_a_minute_on() {
        let grown = |seconds: u64| {
            let mut figures = MemoryFigures::default();
            (0..=seconds).for_each(|second| {
                figures.add(Duration::from_secs(second), 100.0 + second as f64, None)
            });
            figures.section(false).unwrap().growth_mb_per_minute
        };
        assert_eq!(grown(59), None);
        assert!((grown(60).unwrap() - 60.0).abs() < 1e-6);
    }
}
