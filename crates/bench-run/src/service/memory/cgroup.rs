use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use schema::evidence::MemorySource;
use toolkit::ToolkitError;

use super::BYTES_PER_MB;
use super::high_water::HighWater;
use super::reader::{MemoryReader, READ_FILES_EVERY};
use crate::error::BenchError;

/// Memory now and at its highest, of version 2 and of version 1 of control groups.
const FILES: [(&str, &str); 2] = [
    ("memory.current", "memory.peak"),
    ("memory.usage_in_bytes", "memory.max_usage_in_bytes"),
];

/// The files of a control group, of the version that it is of.
#[derive(Clone, Debug)]
pub struct CgroupFiles {
    usage: PathBuf,
    peak: PathBuf,
}

impl CgroupFiles {
    /// Those in `folder`; an error if there are none.
    pub fn in_folder(folder: &Path) -> Result<CgroupFiles, BenchError> {
        let there_are = |(usage, peak): &(&str, &str)| {
            let usage = folder.join(usage);
            usage.is_file().then(|| CgroupFiles {
                usage,
                peak: folder.join(peak),
            })
        };
        FILES
            .iter()
            .find_map(there_are)
            .ok_or_else(|| BenchError::Memory {
                place: folder.display().to_string(),
                reason: format!(
                    "found neither {} nor {}, expected the folder of a control group with the memory controller",
                    FILES[0].0, FILES[1].0
                ),
            })
    }
}

/// Memory that the kernel charges to a control group: resident pages, page cache and kernel memory.
pub struct CgroupReader {
    usage: PathBuf,
    /// Kept open: since Linux 6.12 a mark is set back for one open file, not for others that read it.
    peak: Option<File>,
    mark: HighWater,
}

impl CgroupReader {
    /// Sets the kernel's mark of the highest memory back, where that is allowed.
    pub fn new(files: &CgroupFiles) -> CgroupReader {
        let mut peak = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&files.peak)
            .or_else(|_| File::open(&files.peak))
            .ok();
        let set_back = peak
            .as_mut()
            .is_some_and(|peak| peak.write_all(b"0\n").is_ok());
        let at_start = peak.as_mut().and_then(|peak| marked_mb(peak).ok());
        CgroupReader {
            usage: files.usage.clone(),
            peak,
            mark: HighWater { at_start, set_back },
        }
    }
}

impl MemoryReader for CgroupReader {
    fn source(&self) -> MemorySource {
        MemorySource::Cgroup
    }

    fn interval(&self) -> Duration {
        READ_FILES_EVERY
    }

    fn read_mb(&mut self) -> Result<f64, BenchError> {
        let place = self.usage.display().to_string();
        let text = fs::read_to_string(&self.usage).map_err(|source| ToolkitError::Read {
            path: place.clone(),
            source,
        })?;
        mebibytes(&text).ok_or_else(|| BenchError::Memory {
            place,
            reason: format!(
                "found \"{}\", expected a number of bytes above 0",
                text.trim()
            ),
        })
    }

    fn peak_mb(&mut self) -> Option<f64> {
        let now = self.peak.as_mut().and_then(|peak| marked_mb(peak).ok());
        self.mark.of_phase(now)
    }
}

fn marked_mb(peak: &mut File) -> io::Result<f64> {
    let mut text = String::new();
    peak.rewind()?;
    peak.read_to_string(&mut text)?;
    mebibytes(&text).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn mebibytes(text: &str) -> Option<f64> {
    let bytes: u64 = text.trim().parse().ok()?;
    (bytes > 0).then_some(bytes as f64 / BYTES_PER_MB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    /// A folder like that of a control group.
    fn group(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        files
            .iter()
            .for_each(|(name, content)| fs::write(folder.path().join(name), content).unwrap());
        folder
    }

    fn reader(folder: &TempDir) -> CgroupReader {
        CgroupReader::new(&CgroupFiles::in_folder(folder.path()).unwrap())
    }

    #[test]
    fn both_versions_are_read() {
        for (usage, peak) in FILES {
            let folder = group(&[(usage, "10485760\n"), (peak, "1048576000\n")]);
            let mut reader = reader(&folder);
            assert_eq!(reader.read_mb().unwrap(), 10.0);
            // The mark was set back; the kernel writes down what comes now.
            fs::write(folder.path().join(peak), "20971520\n").unwrap();
            assert_eq!(reader.peak_mb(), Some(20.0));
        }
    }

    #[test]
    fn a_group_without_a_mark_has_no_peak_beside_its_readings() {
        let folder = group(&[("memory.current", "10485760\n")]);
        assert_eq!(reader(&folder).peak_mb(), None);
    }

    #[test]
    fn what_is_no_number_above_0_is_an_error() {
        for content in ["", "0\n", "max\n", "-1\n"] {
            let folder = group(&[("memory.current", content)]);
            let refusal = reader(&folder).read_mb().unwrap_err().to_string();
            assert!(
                refusal.contains("expected a number of bytes above 0"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_folder_that_is_no_control_group_is_refused() {
        let refusal = CgroupFiles::in_folder(group(&[]).path())
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains("found neither memory.current nor memory.usage_in_bytes"),
            "{refusal}"
        );
    }
}
