//! What a run is compared with: one run, several, or a history with the reference that it is held to.

mod read;

use schema::evidence::{self, InputFile, Metric, Warning};

use crate::guards;
use crate::options::Options;
use crate::run::{Part, Run};

pub(crate) use read::{Found, NAME, names, read};

/// The runs that a person named as a baseline.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// In the order of time.
    pub(crate) runs: Vec<Run>,
    /// The run of a folder with a history that later ones are held to, whole.
    pub(crate) reference: Option<Run>,
    /// The files that they came from.
    pub(crate) inputs: Vec<InputFile>,
    /// What a reader should know of those files.
    pub(crate) warnings: Vec<Warning>,
}

impl Baseline {
    /// Only what may be compared with the current run, and what is to be warned of. That nothing may is a refusal.
    pub(crate) fn comparable_with(
        self,
        current: &Run,
        options: &Options,
    ) -> Result<(Baseline, Vec<Warning>), String> {
        let between = |run: &Run| guards::between(run, current, options);
        if let (None, [only]) = (&self.reference, self.runs.as_slice()) {
            let mut warnings = self.warnings.clone();
            warnings.extend(between(only)?);
            return Ok((self, warnings));
        }
        let (runs, left_out) = guards::comparable(self.runs, current, options);
        let reference = self.reference.filter(|run| between(run).is_ok());
        let baseline = Baseline {
            runs,
            reference,
            ..self
        };
        let Some(latest) = baseline.latest() else {
            return Err(left_out.unwrap_or_default());
        };
        let mut warnings = baseline.warnings.clone();
        warnings.extend(between(latest)?);
        warnings.extend(left_out.map(|words| guards::warning("runs_left_out", words)));
        Ok((baseline, warnings))
    }

    /// The run that the current one is held to, or the latest.
    pub(crate) fn latest(&self) -> Option<&Run> {
        self.reference.as_ref().or(self.runs.last())
    }

    /// The runs whose repetitions a run's own are compared with.
    pub(crate) fn repeated(&self) -> &[Run] {
        match &self.reference {
            Some(reference) => std::slice::from_ref(reference),
            None => &self.runs,
        }
    }

    /// Whether any run has this metric of this scenario.
    pub(crate) fn knows(&self, scenario: Option<&str>, metric: Metric) -> bool {
        let known = |run: &Run| {
            run.part(scenario)
                .is_some_and(|part| part.value(metric).is_known())
        };
        self.reference.iter().chain(&self.runs).any(known)
    }

    /// That scenario of whichever run is the latest to have it.
    pub(crate) fn part(&self, scenario: Option<&str>) -> Option<&Part> {
        let runs = self.runs.iter().rev();
        self.reference
            .iter()
            .chain(runs)
            .find_map(|run| run.part(scenario))
    }

    /// Every scenario, in the order of the latest run.
    pub(crate) fn scenarios(&self) -> Vec<Option<&str>> {
        self.latest()
            .map(|run| {
                run.parts
                    .iter()
                    .map(|part| part.scenario.as_deref())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Which runs these are.
    pub(crate) fn identity(&self) -> evidence::Baseline {
        let identity = self
            .latest()
            .map(|run| run.identity.clone())
            .unwrap_or_default();
        evidence::Baseline {
            runs: (self.runs.len() > 1).then_some(self.runs.len() as u64),
            ..identity
        }
    }
}
