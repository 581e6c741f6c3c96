//! Which runs say nothing about each other, and why.

use schema::evidence::Warning;

use crate::TOOL;
use crate::options::Options;
use crate::run::Run;

/// Why two runs may not be compared.
#[derive(Clone, Debug)]
struct Obstacle {
    kind: Kind,
    /// In words.
    message: String,
    /// In what the baseline differs, where that is the reason.
    difference: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Interrupted,
    SameRun,
    Host,
    Workload,
    Saturated,
}

impl Kind {
    /// The code of the warning where a person compares all the same.
    fn code(self) -> &'static str {
        match self {
            Kind::Interrupted => "interrupted",
            Kind::SameRun => "same_run",
            Kind::Host => "host_mismatch",
            Kind::Workload => "workload_mismatch",
            Kind::Saturated => "saturated",
        }
    }

    /// What runs of a history that were left out have in common.
    fn of_a_history(self) -> &'static str {
        match self {
            Kind::Interrupted => "broken off",
            Kind::SameRun => "this very run",
            Kind::Host => "of another host",
            Kind::Workload => "of another workload",
            Kind::Saturated => "limited by the generator",
        }
    }

    /// The option that compares all the same.
    fn way_out(self) -> Option<&'static str> {
        match self {
            Kind::Interrupted | Kind::SameRun => None,
            Kind::Host => Some("--allow-host-mismatch"),
            Kind::Workload => Some("--allow-workload-mismatch"),
            Kind::Saturated => Some("--allow-saturated"),
        }
    }

    fn is_allowed(self, options: &Options) -> bool {
        match self {
            Kind::Interrupted | Kind::SameRun => false,
            Kind::Host => options.allow_host_mismatch,
            Kind::Workload => options.allow_workload_mismatch,
            Kind::Saturated => options.allow_saturated,
        }
    }
}

/// What is to be warned of in a comparison of the current run with one of the baseline, or why they may not be compared.
pub(crate) fn between(
    baseline: &Run,
    current: &Run,
    options: &Options,
) -> Result<Vec<Warning>, String> {
    let (allowed, forbidden): (Vec<Obstacle>, Vec<Obstacle>) = obstacles(baseline, current)
        .into_iter()
        .partition(|obstacle| obstacle.kind.is_allowed(options));
    if let Some(obstacle) = forbidden.into_iter().next() {
        return Err(match obstacle.kind.way_out() {
            Some(option) => format!("{}; {option} compares all the same", obstacle.message),
            None => obstacle.message,
        });
    }
    let kernels = differing(&baseline.kernel, &current.kernel).map(|(theirs, ours)| {
        let message = format!("the baseline was measured under kernel {theirs}, this is {ours}");
        warning("kernel_differs", message)
    });
    let disks = differing(&baseline.disk_gb, &current.disk_gb).map(|(theirs, ours)| {
        let message =
            format!("the baseline was measured on a disk of {theirs} GiB, this is {ours}");
        warning("disk_differs", message)
    });
    let allowed = allowed
        .into_iter()
        .map(|obstacle| warning(obstacle.kind.code(), obstacle.message));
    Ok(allowed.chain(kernels).chain(disks).collect())
}

/// The runs of a history that may not be compared with the current one.
pub(crate) struct LeftOut {
    all: usize,
    /// Why, and which run that is, by the kind of reason and the latest first.
    reasons: Vec<(Obstacle, Option<String>)>,
}

impl LeftOut {
    pub(crate) fn of(runs: &[Run], current: &Run, options: &Options) -> LeftOut {
        let forbidden = |run: &Run| {
            let obstacle = obstacles(run, current)
                .into_iter()
                .find(|obstacle| !obstacle.kind.is_allowed(options))?;
            Some((obstacle, run.identity.run_id.clone()))
        };
        let mut reasons: Vec<(Obstacle, Option<String>)> =
            runs.iter().rev().filter_map(forbidden).collect();
        reasons.sort_by_key(|(obstacle, _)| obstacle.kind);
        LeftOut {
            all: runs.len(),
            reasons,
        }
    }

    pub(crate) fn are_only_of_other_hosts(&self) -> bool {
        self.reasons
            .iter()
            .all(|(obstacle, _)| obstacle.kind == Kind::Host)
    }

    /// How many and why, each kind of reason by the latest run that has it; `None` if there are none.
    pub(crate) fn words(&self) -> Option<String> {
        let reasons: Vec<String> = self
            .reasons
            .chunk_by(|(one, _), (next, _)| one.kind == next.kind)
            .map(|same| {
                let (latest, run) = &same[0];
                let run = run.as_deref().unwrap_or("without a name");
                let which = match (&latest.difference, same.len()) {
                    (None, 1) => format!("run {run}"),
                    (None, _) => format!("the latest is run {run}"),
                    (Some(difference), 1) => format!("run {run}: {difference}"),
                    (Some(difference), _) => format!("the latest is run {run}: {difference}"),
                };
                let way_out = latest.kind.way_out();
                let way_out = way_out.map_or_else(String::new, |option| format!("; {option}"));
                let kind = latest.kind.of_a_history();
                format!("{} {kind} ({which}{way_out})", same.len())
            })
            .collect();
        (!reasons.is_empty()).then(|| {
            format!(
                "{} of {} runs of the baseline are left out: {}",
                self.reasons.len(),
                self.all,
                reasons.join(", ")
            )
        })
    }
}

/// Why the current run may be compared with none at all.
pub(crate) fn of_current(current: &Run, options: &Options) -> Option<String> {
    (current.saturated && !options.allow_saturated).then(|| {
        "this run's generator, not its service, may have been the limit; --allow-saturated compares all the same".to_owned()
    })
}

/// Why the current run, though it has passed, is nothing to hold later runs to.
pub(crate) fn of_taking_over(current: &Run, options: &Options) -> Option<&'static str> {
    (current.saturated && !options.allow_saturated).then_some(
        "the run's generator, not its service, may have been the limit; --allow-saturated takes it over all the same",
    )
}

fn obstacles(baseline: &Run, current: &Run) -> Vec<Obstacle> {
    let obstacle = |kind: Kind, message: String| Obstacle {
        kind,
        message,
        difference: None,
    };
    let mut found = Vec::new();
    if baseline.interrupted {
        found.push(obstacle(
            Kind::Interrupted,
            "the baseline was broken off".to_owned(),
        ));
    }
    let (theirs, ours) = (&baseline.identity, &current.identity);
    if let Some(id) = ours
        .run_id
        .as_ref()
        .filter(|_| theirs.run_id == ours.run_id)
    {
        let message = format!("the baseline is the run itself ({id})");
        found.push(obstacle(Kind::SameRun, message));
    }
    if let Some(difference) = current.machine.difference(&baseline.machine) {
        let message = format!("the baseline was measured on another host ({difference})");
        found.push(Obstacle {
            difference: Some(difference),
            ..obstacle(Kind::Host, message)
        });
    }
    let other_workload = current.parts.iter().find_map(|part| {
        let theirs = baseline.part(part.scenario.as_deref())?;
        let difference = part.workload.difference(&theirs.workload)?;
        let scenario = part.scenario.as_deref().unwrap_or("the run");
        Some(format!("{scenario}: {difference}"))
    });
    found.extend(other_workload.map(|difference| {
        let message = format!("the baseline was measured with another workload ({difference})");
        Obstacle {
            difference: Some(difference),
            ..obstacle(Kind::Workload, message)
        }
    }));
    for (run, which) in [(baseline, "the baseline's"), (current, "this run's")] {
        if run.saturated {
            let message = format!("{which} generator, not its service, may have been the limit");
            found.push(obstacle(Kind::Saturated, message));
        }
    }
    found
}

fn differing<'a>(
    theirs: &'a Option<String>,
    ours: &'a Option<String>,
) -> Option<(&'a String, &'a String)> {
    theirs
        .as_ref()
        .zip(ours.as_ref())
        .filter(|(theirs, ours)| theirs != ours)
}

pub(crate) fn warning(code: &str, message: String) -> Warning {
    Warning {
        tool: TOOL.name.to_owned(),
        code: code.to_owned(),
        message,
    }
}
