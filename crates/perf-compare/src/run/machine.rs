use schema::Measured;
use schema::evidence::Host;

const MIB_PER_GIB: f64 = 1024.0;

/// The machine that a run was measured on, as far as its document or its tool tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    fingerprint: Option<String>,
    cpu_model: Option<String>,
    cores: Option<String>,
    /// In whole GiB, as in the fingerprint.
    memory: Option<String>,
    virtualisation: Option<String>,
}

impl Machine {
    pub(crate) fn of(host: &Host) -> Machine {
        let gibibytes = |mebibytes: Measured| format!("{:.0} GiB", mebibytes.get() / MIB_PER_GIB);
        Machine {
            fingerprint: host.fingerprint.clone(),
            cpu_model: host.cpu_model.clone(),
            cores: host.cores.map(|cores| cores.to_string()),
            memory: host.memory_mb.map(gibibytes),
            virtualisation: host.virtualisation.clone(),
        }
    }

    /// In what the baseline's machine differs from this one, in words; `None` if it is not another one as far as both know.
    /// Fingerprints decide; other tools tell a processor, perhaps how many, and no fingerprint.
    pub(crate) fn difference(&self, baseline: &Machine) -> Option<String> {
        let cpu_model = differing("CPU model", &baseline.cpu_model, &self.cpu_model);
        let cores = differing("cores", &baseline.cores, &self.cores);
        let (Some(theirs), Some(ours)) = (&baseline.fingerprint, &self.fingerprint) else {
            return joined([cpu_model, cores]);
        };
        let facts = || {
            let memory = differing("memory", &baseline.memory, &self.memory);
            let virtualisation = differing(
                "virtualisation",
                &baseline.virtualisation,
                &self.virtualisation,
            );
            joined([cpu_model, cores, memory, virtualisation])
                .unwrap_or_else(|| format!("fingerprint {theirs}, here {ours}"))
        };
        (theirs != ours).then(facts)
    }
}

fn differing(name: &str, theirs: &Option<String>, ours: &Option<String>) -> Option<String> {
    let (theirs, ours) = theirs.as_ref().zip(ours.as_ref())?;
    (theirs != ours).then(|| format!("{name} {theirs}, here {ours}"))
}

fn joined<const N: usize>(facts: [Option<String>; N]) -> Option<String> {
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    (!facts.is_empty()).then(|| facts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(fingerprint: Option<&str>, cores: u64, memory_mb: u64) -> Machine {
        Machine::of(&Host {
            fingerprint: fingerprint.map(str::to_owned),
            cores: Some(cores),
            memory_mb: Some(Measured::from(memory_mb as u32)),
            ..Host::default()
        })
    }

    #[test]
    fn another_machine_is_told_by_what_differs_as_far_as_both_know_it() {
        let here = machine(Some("b2"), 2, 16_384);
        let said = |baseline: &Machine| here.difference(baseline);
        assert_eq!(
            said(&machine(Some("a1"), 4, 32_100)).as_deref(),
            Some("cores 4, here 2; memory 31 GiB, here 16 GiB")
        );
        assert_eq!(
            said(&machine(Some("a1"), 2, 16_384)).as_deref(),
            Some("fingerprint a1, here b2")
        );
        assert_eq!(
            said(&machine(None, 4, 16_384)).as_deref(),
            Some("cores 4, here 2")
        );
    }

    #[test]
    fn one_fingerprint_is_one_machine_and_memory_alone_tells_none() {
        assert_eq!(
            machine(Some("a1"), 2, 100).difference(&machine(Some("a1"), 4, 100)),
            None
        );
        assert_eq!(
            machine(None, 2, 100).difference(&machine(None, 2, 9_000)),
            None
        );
    }
}
