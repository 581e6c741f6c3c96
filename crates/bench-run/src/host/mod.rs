//! The machine and the checkout that the run speaks of.

mod requirements;
mod source;

use std::fs;
use std::path::Path;

use rustix::fs::statvfs;
use rustix::system::uname;
use schema::Measured;
use schema::evidence::Host;
use toolkit::files::sha256;

pub use requirements::check;
pub use source::SourceQuery;

const BYTES_PER_GIB: f64 = 1024.0 * 1024.0 * 1024.0;
const FINGERPRINT_DIGITS: usize = 16;

/// This machine, as far as it says. What it does not say is absent.
pub fn describe_host(cores: usize) -> Host {
    let mut host = Host {
        cpu_model: value_in("/proc/cpuinfo", "model name"),
        cores: Some(cores as u64),
        memory_mb: memory_mb(),
        disk_gb: disk_gb(),
        kernel: Some(uname().release().to_string_lossy().into_owned()),
        virtualisation: Some(virtualisation()),
        governor: read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        fingerprint: None,
    };
    host.fingerprint = Some(fingerprint(&host));
    host
}

/// A hash of what makes runs comparable: CPU model, cores, memory rounded to GiB, virtualisation.
fn fingerprint(host: &Host) -> String {
    let memory_gib = host.memory_mb.map(|memory| (memory.get() / 1024.0).round());
    let facts = format!(
        "{:?}|{:?}|{memory_gib:?}|{:?}",
        host.cpu_model, host.cores, host.virtualisation
    );
    let mut digest = sha256(facts.as_bytes());
    digest.truncate(FINGERPRINT_DIGITS);
    digest
}

fn memory_mb() -> Option<Measured> {
    let kibibytes: f64 = value_in("/proc/meminfo", "MemTotal")?
        .split_whitespace()
        .next()?
        .parse()
        .ok()?;
    Measured::rounded(kibibytes / 1024.0)
}

fn disk_gb() -> Option<Measured> {
    let file_system = statvfs(".").ok()?;
    Measured::rounded(file_system.f_blocks as f64 * file_system.f_frsize as f64 / BYTES_PER_GIB)
}

/// A container's kind, a hypervisor's name, or `none`.
fn virtualisation() -> String {
    let container = [("/.dockerenv", "docker"), ("/run/.containerenv", "podman")]
        .into_iter()
        .find(|(mark, _)| Path::new(mark).exists())
        .map(|(_, name)| name.to_owned());
    let hypervisor = || {
        let flags = value_in("/proc/cpuinfo", "flags")?;
        let virtual_machine = flags.split_whitespace().any(|flag| flag == "hypervisor");
        virtual_machine
            .then(|| read_line("/sys/class/dmi/id/sys_vendor").unwrap_or_else(|| "vm".to_owned()))
    };
    container
        .or_else(hypervisor)
        .unwrap_or_else(|| "none".to_owned())
}

fn read_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// The value of the first line of the form `key : value`.
fn value_in(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_of_what_makes_runs_comparable_and_of_nothing_else() {
        let host = Host {
            cpu_model: Some("A".to_owned()),
            cores: Some(2),
            memory_mb: Measured::new(24_000.0),
            ..Host::default()
        };
        let patched = Host {
            kernel: Some("6.9".to_owned()),
            memory_mb: Measured::new(23_950.0),
            ..host.clone()
        };
        let other = Host {
            cores: Some(4),
            ..host.clone()
        };
        assert_eq!(fingerprint(&host), fingerprint(&patched));
        assert_ne!(fingerprint(&host), fingerprint(&other));
    }
}
