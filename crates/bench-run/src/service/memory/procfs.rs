use std::collections::HashSet;
use std::time::Duration;
use std::{fs, io};

use rustix::param::page_size;
use schema::evidence::MemorySource;
use toolkit::ToolkitError;

use super::BYTES_PER_MB;
use super::high_water::HighWater;
use super::reader::{MemoryReader, READ_FILES_EVERY};
use crate::error::BenchError;

/// Resident memory of a process and all its descendants, from /proc.
pub struct ProcessReader {
    process_id: u32,
    mark: HighWater,
}

impl ProcessReader {
    /// Sets the kernel's mark of the process's highest memory back, where that is allowed.
    pub fn new(process_id: u32) -> ProcessReader {
        let set_back = fs::write(format!("/proc/{process_id}/clear_refs"), "5").is_ok();
        let mark = HighWater {
            at_start: marked_mb(process_id),
            set_back,
        };
        ProcessReader { process_id, mark }
    }
}

impl MemoryReader for ProcessReader {
    fn source(&self) -> MemorySource {
        MemorySource::Procfs
    }

    fn interval(&self) -> Duration {
        READ_FILES_EVERY
    }

    fn read_mb(&mut self) -> Result<f64, BenchError> {
        let descendants = descendants(self.process_id);
        // Pages that processes share are counted once: each process has its share of them.
        let of_one = if descendants.is_empty() {
            resident_mb
        } else {
            proportional_mb
        };
        let mut sum_mb = of_one(self.process_id)?;
        for id in descendants {
            match of_one(id) {
                Err(error) if !has_ended(&error) => return Err(error),
                read => sum_mb += read.unwrap_or_default(),
            }
        }
        // A process that has ended and was not awaited has a place in /proc, and no memory.
        if sum_mb > 0.0 {
            Ok(sum_mb)
        } else {
            Err(BenchError::Memory {
                place: format!("/proc/{}", self.process_id),
                reason: "found no resident memory: the process has ended".to_owned(),
            })
        }
    }

    /// Of a process alone: marks cannot be added up over processes, whose peaks need not coincide.
    fn peak_mb(&mut self) -> Option<f64> {
        descendants(self.process_id)
            .is_empty()
            .then(|| self.mark.of_phase(marked_mb(self.process_id)))
            .flatten()
    }
}

fn descendants(process_id: u32) -> Vec<u32> {
    let mut seen = HashSet::from([process_id]);
    let mut found = children(process_id);
    found.retain(|child| seen.insert(*child));
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        next += 1;
        found.extend(children(id).into_iter().filter(|child| seen.insert(*child)));
    }
    found
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

/// Whether a descendant could not be read because it has ended since it was found.
fn has_ended(error: &BenchError) -> bool {
    !matches!(
        error,
        BenchError::Toolkit(ToolkitError::Read { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied
    )
}

fn resident_mb(process_id: u32) -> Result<f64, BenchError> {
    let path = format!("/proc/{process_id}/statm");
    let pages: Option<f64> = read(&path)?
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok());
    pages
        .map(|pages| pages * page_size() as f64 / BYTES_PER_MB)
        .ok_or_else(|| BenchError::Memory {
            place: path,
            reason: "found no number of resident pages".to_owned(),
        })
}

/// Resident memory with each shared page divided by the number of processes that share it.
fn proportional_mb(process_id: u32) -> Result<f64, BenchError> {
    mebibytes_in(&format!("/proc/{process_id}/smaps_rollup"), "Pss:")
}

fn marked_mb(process_id: u32) -> Option<f64> {
    mebibytes_in(&format!("/proc/{process_id}/status"), "VmHWM:").ok()
}

/// A line as in `Pss:  1234 kB`, in MiB.
fn mebibytes_in(path: &str, key: &str) -> Result<f64, BenchError> {
    let text = read(path)?;
    let kibibytes: Option<f64> = text
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|line| line.split_whitespace().next()?.parse().ok());
    kibibytes
        .map(|kibibytes| kibibytes / 1024.0)
        .ok_or_else(|| BenchError::Memory {
            place: path.to_owned(),
            reason: format!("found no {key}"),
        })
}

fn read(path: &str) -> Result<String, ToolkitError> {
    fs::read_to_string(path).map_err(|source| ToolkitError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{self, Command, Stdio};

    #[test]
    fn the_memory_of_a_process_is_what_the_kernel_says() {
        let mut reader = ProcessReader::new(process::id());
        let (read, marked) = (reader.read_mb().unwrap(), marked_mb(process::id()).unwrap());
        assert!(0.5 < read && read < marked + 8.0, "{read} {marked}");
    }

    #[test]
    fn children_are_found_and_counted() {
        let mut child = Command::new("sleep")
            .arg("60")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let found = descendants(process::id());
        let together = ProcessReader::new(process::id()).read_mb();
        let peak = ProcessReader::new(process::id()).peak_mb();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&child.id()), "{found:?}");
        assert!(together.unwrap() > 0.5);
        assert_eq!(peak, None, "marks cannot be added up");
    }

    #[test]
    fn a_process_that_was_not_awaited_is_an_error_and_not_0() {
        let mut child = Command::new("true").spawn().unwrap();
        let mut reader = ProcessReader::new(child.id());
        let status = format!("/proc/{}/status", child.id());
        while !read(&status).unwrap().contains("State:\tZ") {
            std::thread::yield_now();
        }
        let refusal = reader.read_mb().unwrap_err().to_string();
        child.wait().unwrap();
        assert!(refusal.contains("the process has ended"), "{refusal}");
    }
}
