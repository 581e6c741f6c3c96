//! The run as a whole: what is read, measured and written in which order.

use std::time::{SystemTime, UNIX_EPOCH};

use schema::Document;
use schema::configuration::BenchmarkFile;
use schema::evidence::{Config, Evidence, InputFile, Provenance, Run};
use toolkit::documents::{self, Incoming};
use toolkit::{Exit, Interrupt, Streams, clock, configuration, files};

use crate::error::BenchError;
use crate::measurement::Measurement;
use crate::options::Options;
use crate::plan::{self, Outside, Plan};
use crate::progress::Progress;
use crate::service::Destination;
use crate::{TOOL, document, drive, host, summary, warning};

/// Reads, measures, writes.
pub fn run(options: Options, streams: &mut Streams<'_>) -> Result<Exit, BenchError> {
    let begun = begun_document(&options, streams)?;
    let (file, config): (BenchmarkFile, _) = configuration::read(&options.config, streams)?;
    let destination = Destination::find(&options, &file, streams)?;
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
    drive::allow_connections(plan.most_connections())?;
    if let Some(output) = &options.output {
        files::check_writable(output)?;
    }
    let interrupt = Interrupt::listen()?;
    let mut measurement = Measurement::new(
        &plan,
        &destination,
        &worker_cores,
        &allowed_cores,
        interrupt.clone(),
    )?;
    if !unmet.is_empty() {
        measurement
            .warnings
            .push(warning("hardware_requirements", &unmet.join("; ")));
    }
    let service_cores = destination.service_cores(&worker_cores, &allowed_cores)?;
    if service_cores.iter().any(|core| worker_cores.contains(core)) {
        let message = "the service and the load generator share a processor: each slows the other";
        measurement.warnings.push(warning("shared_cores", message));
    }
    let progress = Progress::new(plan.steps(), streams);
    let outcome = measurement.run(&progress);
    progress.finish();
    let all = measurement.all_requests()?;
    let could_go_on = outcome.is_ok();
    if let Err(error) = outcome {
        if all.requests() == 0 {
            return Err(error);
        }
        measurement
            .warnings
            .push(warning("broken_off", &error.to_string()));
    }
    measurement.warnings.extend(measurement.effort.warning());
    // Read once: a signal from here on finds the measurement whole.
    let interrupted = interrupt.exit();
    let run = Run {
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
        environment: destination.environment.clone(),
        target: Some(destination.describe()),
        source: host::describe_source(),
        host: Some(host),
        requirements,
        generator: Some(
            measurement
                .effort
                .section(measurement.cores(), all.requests()),
        ),
        seed: Some(plan.seed),
        interrupted: interrupted.is_some() || measurement.broken_off,
    };
    let mut evidence = document::evidence(run, &measurement.results, &all)?;
    measurement
        .warnings
        .iter()
        .for_each(|warning| streams.warn(warning));
    evidence.warnings = measurement.warnings.clone();
    evidence.provenance = vec![provenance(
        &evidence,
        std::iter::once(config.input())
            .chain(destination.input.clone())
            .chain(outside.inputs())
            .collect(),
    )];
    summary::say(&evidence, streams);
    write(begun, &evidence, &options, streams)?;
    if let Some(exit) = interrupted {
        return Ok(exit);
    }
    // Without a request the warning has said it all.
    if all.ok == 0 && all.requests() > 0 {
        let (requests, kinds) = (all.requests(), all.kinds_of_errors());
        let text = format!(
            "{}: error: not one of {requests} requests succeeded ({kinds})\n",
            TOOL.name
        );
        streams.error(&text);
    }
    Ok(if all.ok == 0 || !could_go_on {
        Exit::Error
    } else if measurement.broken_off {
        Exit::Failed
    } else {
        Exit::Passed
    })
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
        Some(Incoming { evidence, .. }) if evidence.run.is_some() || evidence.latency.is_some() => {
            Err(BenchError::SecondRun)
        }
        _ => Ok(begun),
    }
}

fn write(
    begun: Option<Incoming>,
    evidence: &Evidence,
    options: &Options,
    streams: &mut Streams<'_>,
) -> Result<(), BenchError> {
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
    let content = whole.to_string();
    let Some(output) = &options.output else {
        return Ok(files::write("-", content.as_bytes(), streams)?);
    };
    Ok(
        files::write(output, content.as_bytes(), streams).or_else(|error| {
            // What took minutes to measure is not to be lost with a file.
            files::write("-", content.as_bytes(), streams)?;
            Err(error)
        })?,
    )
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
