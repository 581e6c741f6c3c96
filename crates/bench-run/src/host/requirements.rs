use schema::configuration::HardwareRequirements;
use schema::evidence::{Host, Requirements};

/// A machine sold as 8 GB tells less: firmware and kernel keep some for themselves.
const TOLERANCE: f64 = 0.95;

/// What of the requirements the machine does not meet. What it does not say is not met.
pub fn check(required: &HardwareRequirements, host: &Host) -> Requirements {
    let checks = [
        (
            "cores",
            required.min_cpu_cores.map(|cores| cores as f64),
            host.cores.map(|cores| cores as f64),
            1.0,
        ),
        (
            "GB of memory",
            required.min_memory_gb.map(f64::from),
            host.memory_mb.map(|memory| memory.get() / 1024.0),
            TOLERANCE,
        ),
        (
            "GB of disk",
            required.min_disk_gb.map(f64::from),
            host.disk_gb.map(f64::from),
            TOLERANCE,
        ),
    ];
    let unmet: Vec<String> = checks
        .into_iter()
        .filter_map(|(what, required, found, tolerance)| {
            let required = required?;
            match found {
                Some(found) if found >= required * tolerance => None,
                Some(found) => Some(format!("found {found:.0} {what}, required {required}")),
                None => Some(format!("{what} cannot be told, required {required}")),
            }
        })
        .collect();
    Requirements {
        met: unmet.is_empty(),
        unmet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::Measured;

    #[test]
    fn every_requirement_that_is_not_met_is_named() {
        let required = HardwareRequirements {
            min_cpu_cores: Some(4),
            min_memory_gb: Measured::new(8.0),
            min_disk_gb: Measured::new(20.0),
        };
        let host = Host {
            cores: Some(2),
            memory_mb: Measured::new(7_900.0),
            ..Host::default()
        };
        let outcome = check(&required, &host);
        assert!(!outcome.met);
        assert_eq!(
            outcome.unmet,
            [
                "found 2 cores, required 4",
                "GB of disk cannot be told, required 20"
            ]
        );
    }

    #[test]
    fn nothing_required_is_met() {
        assert!(check(&HardwareRequirements::default(), &Host::default()).met);
    }
}
