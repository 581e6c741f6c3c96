//! The run as a whole: what is read, measured and written in which order.

use std::time::{SystemTime, UNIX_EPOCH};

use schema::Document;
use schema::configuration::BenchmarkFile;
use schema::evidence::{
    Config, Evidence, InputFile, Pairing, PairingRole, Provenance, Run, Warning,
};
use toolkit::documents::{self, Incoming};
use toolkit::{Exit, Interrupt, Streams, clock, configuration};

use crate::campaign::Campaign;
use crate::capacity::Hunt;
use crate::error::BenchError;
use crate::host::SourceQuery;
use crate::measurement::Measurement;
use crate::options::Options;
use crate::plan::{self, Outside, Plan};
use crate::progress::Progress;
use crate::publication::{self, Publication};
use crate::record::Tally;
use crate::service::Destination;
use crate::{TOOL, document, drive, host, summary, warning};

/// Reads, measures, writes.
pub fn run(options: Options, streams: &mut Streams<'_>) -> Result<Exit, BenchError> {
    let duel = options.duel()?;
    let mut begun = begun_document(&options, streams)?;
    let source = SourceQuery::start();
    let (mut file, config): (BenchmarkFile, _) = configuration::read(&options.config, streams)?;
    options.overrule(&mut file);
    let destinations: Vec<Destination> = Destination::all(&options, duel, &file, streams)?
        .into_iter()
        .map(|destination| destination.with_memory(&file, &config.name))
        .collect();
    let allowed_cores = plan::allowed_cores()?;
    let worker_cores =
        plan::worker_cores(file.benchmark.cores.as_ref(), &allowed_cores, &config.name)?;
    let started_at = clock::now();
    let host = host::describe_host(allowed_cores.len());
    let requirements = file
        .hardware_requirements
        .as_ref()
        .map(|required| host::check(required, &host));
    let unmet = requirements
        .as_ref()
        .map(|requirements| requirements.unmet.clone())
        .unwrap_or_default();
    if options.strict_hardware && !unmet.is_empty() {
        return Err(BenchError::Hardware(unmet));
    }

    let mut outside = Outside::of(&config);
    let seed = options.seed.unwrap_or_else(drawn_seed);
    let plan = Plan::new(&file, &mut outside, seed)?;
    drive::allow_connections(plan.most_connections(), worker_cores.len())?;
    let outputs: Vec<&str> = std::iter::once(options.output())
        .chain(duel.map(|duel| duel.output))
        .collect();
    publication::check(&outputs)?;
    let interrupt = Interrupt::listen()?;
    let mut campaign = Campaign::new(
        &plan,
        &destinations,
        &worker_cores,
        &allowed_cores,
        interrupt.clone(),
        source,
    )?;
    // What a reader should know of every service's measurement.
    let mut warnings = Vec::new();
    if !unmet.is_empty() {
        warnings.push(warning("hardware_requirements", &unmet.join("; ")));
    }
    for measurement in &mut campaign.measurements {
        let service_cores = measurement
            .destination
            .service_cores(&worker_cores, &allowed_cores)?;
        if service_cores.iter().any(|core| worker_cores.contains(core)) {
            let message =
                "the service and the load generator share a processor: each slows the other";
            measurement.warnings.push(warning("shared_cores", message));
        }
    }
    let mut hunt = options
        .find_capacity
        .and_then(|condition| Hunt::new(condition, &plan));
    let steps = hunt.is_none().then(|| plan.steps() * destinations.len());
    let progress = Progress::new(steps, streams);
    let outcome = match &mut hunt {
        None => campaign.run(&progress),
        Some(hunt) => campaign.search(hunt, &progress),
    };
    progress.finish();
    let requests: Vec<Tally> = match &hunt {
        None => campaign
            .measurements
            .iter()
            .map(Measurement::all_requests)
            .collect(),
        Some(hunt) => vec![*hunt.requests()],
    };
    // Read once: a signal from here on finds the measurement whole.
    let interrupted = interrupt.exit();
    // Of two services, one that is given up leaves the other without a request and without a fault.
    let nothing_due = interrupted.is_none()
        && campaign.given_up().is_none()
        && requests.iter().any(|all| all.requests() == 0);
    let outcome = outcome.and_then(|()| match nothing_due {
        true => Err(BenchError::NothingDue),
        false => Ok(()),
    });
    let could_go_on = outcome.is_ok();
    let ending = match outcome {
        Ok(()) => campaign.given_up().cloned(),
        Err(error) if requests.iter().all(|all| all.requests() == 0) => return Err(error),
        Err(error) => Some(warning("broken_off", &error.to_string())),
    };
    let broken_off = ending.is_some();
    warnings.extend(ending);
    warnings.extend(campaign.unequal_payloads());
    let common = Common {
        run: Run {
            id: Some(format!(
                "{}-{:08x}",
                started_at.replace(['-', ':', '.'], ""),
                plan.seed
            )),
            started_at: Some(started_at),
            finished_at: Some(clock::now()),
            tool: Some(TOOL.name.to_owned()),
            version: Some(TOOL.version.to_owned()),
            config: Some(Config {
                path: config.name.clone(),
                sha256: config.input().sha256,
            }),
            source: campaign.source().cloned(),
            host: Some(host),
            requirements,
            seed: Some(plan.seed),
            command: options.command(plan.seed),
            interrupted: interrupted.is_some() || broken_off,
            ..Run::default()
        },
        warnings,
        inputs: std::iter::once(config.input())
            .chain(outside.inputs())
            .collect(),
    };
    common
        .warnings
        .iter()
        .for_each(|warning| streams.warn(warning));
    let mut publications = Vec::new();
    for ((measurement, all), output) in campaign.measurements.iter().zip(&requests).zip(outputs) {
        let run = common.run_of(measurement, all, campaign.cores());
        let (evidence, own_warnings): (_, Vec<Warning>) = match &hunt {
            None => (
                document::evidence(run, &measurement.results, all)?,
                measurement.own_warnings().collect(),
            ),
            Some(hunt) => (hunt.evidence(run), hunt.own_warnings(measurement)),
        };
        say(&evidence, &own_warnings, measurement, streams);
        let evidence = common.complete(evidence, own_warnings, measurement);
        publications.push(Publication {
            label: measurement.destination.label(),
            output,
            // What another tool began is about the service that is to be judged, which is the first.
            document: whole(begun.take(), &evidence)?,
        });
    }
    publication::publish(&publications, streams)?;
    if let Some(exit) = interrupted {
        return Ok(exit);
    }
    let mut unanswered = false;
    for (measurement, all) in campaign.measurements.iter().zip(&requests) {
        unanswered |= is_unanswered(measurement, all, streams);
    }
    Ok(if unanswered || !could_go_on {
        Exit::Error
    } else if broken_off || hunt.is_some_and(|hunt| !hunt.has_answer()) {
        Exit::Failed
    } else {
        Exit::Passed
    })
}

/// What is the same in the documents of every service.
struct Common {
    run: Run,
    warnings: Vec<Warning>,
    /// The configuration and what it names.
    inputs: Vec<InputFile>,
}

impl Common {
    fn run_of(&self, measurement: &Measurement<'_>, all: &Tally, cores: &[usize]) -> Run {
        let destination = measurement.destination;
        Run {
            id: self.id(destination.role),
            environment: destination.environment.clone(),
            target: Some(destination.describe()),
            generator: Some(measurement.effort.section(cores, all.requests())),
            pairing: destination.role.and_then(|role| {
                Some(Pairing {
                    role,
                    with: self.id(Some(role.other()))?,
                })
            }),
            ..self.run.clone()
        }
    }

    /// What was measured, with what a reader should know of it and what it was made from.
    fn complete(
        &self,
        measured: Evidence,
        own_warnings: Vec<Warning>,
        measurement: &Measurement<'_>,
    ) -> Evidence {
        let inputs = self
            .inputs
            .iter()
            .cloned()
            .chain(measurement.destination.input.clone())
            .collect();
        Evidence {
            warnings: self.warnings.iter().cloned().chain(own_warnings).collect(),
            provenance: vec![provenance(&measured, inputs)],
            ..measured
        }
    }

    /// Tells the two runs of a duel apart.
    fn id(&self, role: Option<PairingRole>) -> Option<String> {
        let id = self.run.id.as_ref()?;
        Some(match role {
            Some(role) => format!("{id}-{}", role.name()),
            None => id.clone(),
        })
    }
}

/// Says what a service came to, under its name where there are two.
fn say(
    evidence: &Evidence,
    own_warnings: &[Warning],
    measurement: &Measurement<'_>,
    streams: &mut Streams<'_>,
) {
    if let Some(label) = measurement.destination.label() {
        streams.say(&format!("{label}: {}", measurement.destination.describe()));
    }
    own_warnings
        .iter()
        .for_each(|warning| streams.warn(warning));
    summary::say(evidence, streams);
}

/// Whether a service that was reached answered nothing. One that was not reached because the other was given up
/// has failed in nothing.
fn is_unanswered(measurement: &Measurement<'_>, all: &Tally, streams: &mut Streams<'_>) -> bool {
    let (asked, kind) = match all.requests() {
        0 => (&measurement.warmup, "requests of the warm-up"),
        _ => (all, "requests"),
    };
    // Without a request the warning has said it all.
    if asked.ok == 0 && asked.requests() > 0 {
        let label = measurement.destination.label();
        let text = format!(
            "{}: error: {}not one of {} {kind} succeeded ({})\n",
            TOOL.name,
            label.map(|label| format!("{label}: ")).unwrap_or_default(),
            asked.requests(),
            asked.kinds_of_errors(),
        );
        streams.error(&text);
    }
    all.ok == 0 && (all.requests() > 0 || measurement.given_up.is_some())
}

/// The document that another tool began, if one is piped in.
fn begun_document(
    options: &Options,
    streams: &mut Streams<'_>,
) -> Result<Option<Incoming>, BenchError> {
    if options.config == "-" {
        return Ok(None);
    }
    let begun = documents::read_begun(streams)?;
    match &begun {
        Some(Incoming { evidence, .. }) if holds_measurements(evidence) => {
            Err(BenchError::SecondRun)
        }
        _ => Ok(begun),
    }
}

/// Whether a section is there that a run writes too: found out before the run, which would be lost with it.
fn holds_measurements(evidence: &Evidence) -> bool {
    evidence.run.is_some()
        || evidence.latency.is_some()
        || evidence.service_time.is_some()
        || evidence.throughput.is_some()
        || evidence.memory.is_some()
        || evidence.error_rate.is_some()
        || evidence.capacity.is_some()
        || !evidence.scenarios.is_empty()
}

/// The document of a service, with what another tool began.
fn whole(begun: Option<Incoming>, evidence: &Evidence) -> Result<Document, BenchError> {
    let measured = Document::from_evidence(evidence)?;
    let mut whole = match begun {
        Some(begun) => {
            let mut document = begun.document;
            document.merge(measured, ("stdin", "this run"))?;
            document
        }
        None => measured,
    };
    whole.judge()?;
    Ok(whole)
}

fn provenance(evidence: &Evidence, inputs: Vec<InputFile>) -> Provenance {
    let source = evidence.run.as_ref().and_then(|run| run.source.as_ref());
    Provenance {
        section: "run".to_owned(),
        tool: TOOL.name.to_owned(),
        version: TOOL.version.to_owned(),
        time: clock::now(),
        commit: source.and_then(|source| source.commit.clone()),
        inputs,
    }
}

/// A seed that another run does not have, small enough for every JSON reader.
fn drawn_seed() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_nanos() as u64 / 1000) & u64::from(u32::MAX)
}
