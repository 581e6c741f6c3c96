use schema::Measured;
use schema::evidence::{Evidence, Generator, Host, InputFile, Latency, Requirements, Run, Source};

use super::quantity::{number, said};

/// Enough of a hash to find it again.
const SHORT_HASH: usize = 12;

/// A name and what is known under it.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) text: String,
}

/// Who wrote a section, when, from what.
pub(crate) struct ProvenanceRow<'a> {
    pub(crate) section: &'a str,
    /// With its version.
    pub(crate) tool: String,
    pub(crate) time: String,
    pub(crate) inputs: &'a [InputFile],
}

/// How, where and with what the run was made; what was not recorded is left out.
pub(crate) fn run(evidence: &Evidence) -> Vec<Fact> {
    let Some(run) = &evidence.run else {
        return Vec::new();
    };
    let generator = run.generator.as_ref();
    let host = run.host.as_ref();
    known([
        ("Run", run.id.clone()),
        ("Started", run.started_at.as_deref().map(readable_time)),
        ("Finished", run.finished_at.as_deref().map(readable_time)),
        (
            "Interrupted",
            run.interrupted
                .then(|| "yes: what was measured is incomplete".to_owned()),
        ),
        (
            "Tool",
            named_version(run.tool.as_deref(), run.version.as_deref()),
        ),
        (
            "Configuration",
            run.config
                .as_ref()
                .map(|config| format!("{} (sha256 {})", config.path, config.sha256)),
        ),
        ("Environment", run.environment.clone()),
        ("Target", run.target.clone()),
        (
            "Commit",
            run.source.as_ref().and_then(|source| source.commit.clone()),
        ),
        (
            "Branch",
            run.source.as_ref().and_then(|source| source.branch.clone()),
        ),
        (
            "Working tree",
            run.source
                .as_ref()
                .and_then(|source| source.dirty)
                .map(working_tree),
        ),
        ("Processor", host.and_then(|host| host.cpu_model.clone())),
        (
            "Cores",
            host.and_then(|host| host.cores)
                .map(|cores| cores.to_string()),
        ),
        ("Memory", host.and_then(|host| said(host.memory_mb, "mb"))),
        ("Disk", host.and_then(|host| said(host.disk_gb, "GiB"))),
        ("Kernel", host.and_then(|host| host.kernel.clone())),
        (
            "Virtualisation",
            host.and_then(|host| host.virtualisation.clone()),
        ),
        (
            "Frequency governor",
            host.and_then(|host| host.governor.clone()),
        ),
        (
            "Host fingerprint",
            host.and_then(|host| host.fingerprint.clone()),
        ),
        (
            "Hardware required",
            run.requirements.as_ref().map(requirements),
        ),
        ("Generator's cores", generator.map(cores)),
        (
            "Generator's processor time",
            generator.and_then(processor_time),
        ),
        ("Generator's lateness", generator.and_then(lateness)),
        (
            "Generator saturated",
            generator
                .and_then(|generator| generator.saturated)
                .map(saturated),
        ),
        ("Seed", run.seed.map(|seed| seed.to_string())),
    ])
}

/// The command that does the same again, as a shell reads it; of the commit and on the machine that stand beside it.
pub(crate) fn repeated_by(run: &Run) -> Option<String> {
    (!run.command.is_empty()).then(|| shell_words::join(&run.command))
}

/// What a client of an open loop would have measured that waits for the answer before it asks again.
pub(crate) fn service_time(section: &Latency) -> Vec<Fact> {
    known([
        ("p50", said(section.p50_ms, "ms")),
        ("p95", said(section.p95_ms, "ms")),
        ("p99", said(section.p99_ms, "ms")),
    ])
}

/// Who wrote which section, in the order of writing.
pub(crate) fn provenance(evidence: &Evidence) -> Vec<ProvenanceRow<'_>> {
    evidence
        .provenance
        .iter()
        .map(|entry| ProvenanceRow {
            section: &entry.section,
            tool: format!("{} {}", entry.tool, entry.version),
            time: readable_time(&entry.time),
            inputs: &entry.inputs,
        })
        .collect()
}

/// Leaves out what is not known.
pub(crate) fn known<const COUNT: usize>(
    facts: [(&'static str, Option<String>); COUNT],
) -> Vec<Fact> {
    facts
        .into_iter()
        .filter_map(|(label, text)| text.map(|text| Fact { label, text }))
        .collect()
}

/// The beginning of a commit's hash.
pub(crate) fn short_commit(commit: &str) -> String {
    commit.chars().take(SHORT_HASH).collect()
}

/// A commit with its branch, and whether that is all that was measured.
pub(crate) fn commit(source: &Source) -> Option<String> {
    let commit = short_commit(source.commit.as_deref()?);
    let branch = source
        .branch
        .as_deref()
        .map(|branch| format!(" on {branch}"));
    let dirty = (source.dirty == Some(true)).then_some(", with local changes");
    Some(commit + &branch.unwrap_or_default() + dirty.unwrap_or_default())
}

/// A machine in a line.
pub(crate) fn host(host: &Host) -> Option<String> {
    let parts: Vec<String> = [
        host.cpu_model.clone(),
        host.cores.map(|cores| format!("{cores} cores")),
        said(host.memory_mb, "mb"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// RFC 3339 in UTC without what a reader skips; any other text as it is.
pub(crate) fn readable_time(time: &str) -> String {
    let parts = time
        .strip_suffix('Z')
        .and_then(|time| time.split_once('T'))
        .and_then(|(date, clock)| Some((date, clock.get(..8)?)));
    match parts {
        Some((date, clock)) => format!("{date} {clock} UTC"),
        None => time.to_owned(),
    }
}

fn named_version(tool: Option<&str>, version: Option<&str>) -> Option<String> {
    let words: Vec<&str> = tool.into_iter().chain(version).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn working_tree(dirty: bool) -> String {
    let text = if dirty {
        "files differed from the commit"
    } else {
        "as committed"
    };
    text.to_owned()
}

fn requirements(requirements: &Requirements) -> String {
    match (requirements.met, requirements.unmet.is_empty()) {
        (true, _) => "met".to_owned(),
        (false, true) => "not met".to_owned(),
        (false, false) => format!("not met: {}", requirements.unmet.join("; ")),
    }
}

fn cores(generator: &Generator) -> String {
    let cores: Vec<String> = generator.cores.iter().map(u64::to_string).collect();
    if cores.is_empty() {
        "not pinned".to_owned()
    } else {
        format!("pinned to {}", cores.join(", "))
    }
}

fn processor_time(generator: &Generator) -> Option<String> {
    let share = generator
        .cpu_percent
        .map(|percent| format!("{} % of the busiest core", number(percent.get())));
    let cost = generator
        .cpu_us_per_request
        .map(|cost| format!("{} µs a request", number(cost.get())));
    joined([share, cost])
}

fn lateness(generator: &Generator) -> Option<String> {
    let lag = |label: &str, lag: Option<Measured>| {
        lag.map(|lag| format!("{label} {} ms", number(lag.get())))
    };
    joined([
        lag("p50", generator.schedule_lag_p50_ms),
        lag("p99", generator.schedule_lag_p99_ms),
    ])
}

fn joined(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn saturated(saturated: bool) -> String {
    let text = if saturated {
        "yes: it, not the service, was the limit"
    } else {
        "no"
    };
    text.to_owned()
}
