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

/// Why no run of a baseline may be compared with the current one.
pub(crate) struct Refusal {
    pub(crate) words: String,
    /// Whether it is only that none was measured on this host: there is no baseline here yet.
    pub(crate) only_other_hosts: bool,
}

impl Baseline {
    /// Only what may be compared with the current run, and what is to be warned of.
    pub(crate) fn comparable_with(
        self,
        current: &Run,
        options: &Options,
    ) -> Result<(Baseline, Vec<Warning>), Refusal> {
        if let (None, [only]) = (&self.reference, self.runs.as_slice()) {
            let mut warnings = self.warnings.clone();
            let found = guards::between(only, current, options).map_err(|words| Refusal {
                words,
                only_other_hosts: false,
            })?;
            warnings.extend(found);
            return Ok((self, warnings));
        }
        let mut warnings = self.warnings.clone();
        let left_out = guards::LeftOut::of(&self.runs, current, options);
        let reference = self.reference.filter(|run| {
            let found = guards::between(run, current, options);
            let obstacle = found.as_ref().err();
            warnings.extend(obstacle.map(|words| {
                guards::warning(
                    "reference_left_out",
                    format!("not compared with the reference: {words}"),
                )
            }));
            found.is_ok()
        });
        let runs: Vec<Run> = self
            .runs
            .into_iter()
            .filter(|run| guards::between(run, current, options).is_ok())
            .collect();
        let baseline = Baseline {
            runs,
            reference,
            ..self
        };
        if baseline.newest().next().is_none() {
            return Err(Refusal {
                words: left_out.words().unwrap_or_default(),
                only_other_hosts: left_out.are_only_of_other_hosts(),
            });
        }
        warnings.extend(
            left_out
                .words()
                .map(|words| guards::warning("runs_left_out", words)),
        );
        for run in baseline.reference.iter().chain(&baseline.runs) {
            for found in guards::between(run, current, options).unwrap_or_default() {
                if warnings.iter().all(|known| known.code != found.code) {
                    warnings.push(found);
                }
            }
        }
        Ok((baseline, warnings))
    }

    /// The run that later ones are held to and the latest, as far as there are any: between them they have every scenario
    /// that is measured now.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Run> {
        self.reference.iter().chain(self.runs.last())
    }

    /// The runs whose repetitions a run's own are compared with: the reference, or the latest run where the reference does
    /// not have the scenario, or all where there is no reference.
    pub(crate) fn repeated(&self, scenario: Option<&str>) -> Vec<&Run> {
        let has = |run: &&Run| run.part(scenario).is_some();
        match &self.reference {
            Some(_) => self.newest().filter(has).take(1).collect(),
            None => self.runs.iter().filter(has).collect(),
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

    /// Whether the generator may have been the limit in any of them.
    pub(crate) fn is_saturated(&self) -> bool {
        self.reference
            .iter()
            .chain(&self.runs)
            .any(|run| run.saturated)
    }

    /// Every scenario that is measured now.
    pub(crate) fn scenarios(&self) -> Vec<Option<&str>> {
        let mut scenarios = Vec::new();
        for part in self.newest().flat_map(|run| &run.parts) {
            let scenario = part.scenario.as_deref();
            if !scenarios.contains(&scenario) {
                scenarios.push(scenario);
            }
        }
        scenarios
    }

    /// Which runs these are.
    pub(crate) fn identity(&self) -> evidence::Baseline {
        let identity = self
            .newest()
            .next()
            .map(|run| run.identity.clone())
            .unwrap_or_default();
        evidence::Baseline {
            runs: (self.runs.len() > 1).then_some(self.runs.len() as u64),
            ..identity
        }
    }
}
