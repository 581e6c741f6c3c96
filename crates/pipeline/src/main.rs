//! `cargo pipeline`: builds the tools and runs the whole pipe once, as a shell in CI would.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{self, Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use argh::FromArgs;
use thiserror::Error;
use toolkit::{Exit, Interrupt, Streams, ToolkitError, arguments, files};

/// The pipe. The configuration is `$1`: no file name is ever part of a shell line.
const PIPE: &str = "bench-run --config \"$1\" \\
  | perf-validate --thresholds config/performance-thresholds.yaml \\
  | gate-check --gates config/quality-gates.yaml --only performance \\
  | report-gen --output report.html";

/// A shell that a signal ended would keep the verdict of its pipe to itself; the tools keep their own handling.
const HEED_THE_PIPE: &str = "trap : INT TERM; ";

const EVIDENCE: &str = "evidence.json";

/// All tools, so that whoever looks around after the first run finds them.
const PACKAGES: [&str; 9] = [
    "bench-run",
    "perf-validate",
    "perf-compare",
    "scan-import",
    "gate-check",
    "health-probe",
    "report-gen",
    "deploy-notify",
    "policy-server",
];

/// Builds the tools, loads the service of this repository, validates, gates and reports what was measured:
/// evidence.json and report.html at the root of the repository.
#[derive(FromArgs)]
struct Options {
    /// what to measure (default: config/quick-benchmark.yaml)
    #[argh(option, default = "String::from(\"config/quick-benchmark.yaml\")")]
    config: String,
}

#[derive(Debug, Error)]
enum PipelineError {
    #[error("{program}: cannot be started: {source}")]
    Start { program: String, source: io::Error },
    #[error("the tools could not be built")]
    Build,
    #[error("the pipe could not do its work; evidence.json and report.html are not of this run")]
    NoVerdict,
    #[error("the configuration cannot be found: {0}")]
    Configuration(#[from] io::Error),
    #[error("the path of the tools cannot be set: {0}")]
    Path(#[from] env::JoinPathsError),
    #[error(transparent)]
    Toolkit(#[from] ToolkitError),
}

fn main() -> ExitCode {
    toolkit::main(
        |words, streams| match arguments::parse::<Options>("cargo pipeline", words) {
            Ok(options) => run(&options, streams).unwrap_or_else(|error| {
                streams.error(&format!("pipeline: error: {error}\n"));
                Exit::Error
            }),
            Err(early) => early.tell(streams),
        },
    )
}

fn run(options: &Options, streams: &mut Streams<'_>) -> Result<Exit, PipelineError> {
    let root = workspace_root();
    build(&root)?;
    streams.say(&format!(
        "$ {} > {EVIDENCE}",
        PIPE.replace("\"$1\"", &options.config)
    ));
    // Ctrl-C reaches the tools as well; they end by themselves and in order, and the last one tells the verdict.
    let _interrupt = Interrupt::defer()?;
    // Named from where the user stands, written down as it is named from the root.
    let absolute = path::absolute(&options.config)?;
    let configuration = absolute.strip_prefix(&root).unwrap_or(&absolute);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{HEED_THE_PIPE}{PIPE}"), "sh"])
        .arg(configuration)
        .current_dir(&root)
        .env("PATH", search_path(&root)?)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = shell.output().map_err(|source| PipelineError::Start {
        program: "sh".to_owned(),
        source,
    })?;
    let exit = match output.status.code() {
        Some(0) => Exit::Passed,
        Some(1) => Exit::Failed,
        _ => return Err(PipelineError::NoVerdict),
    };
    files::write(
        &root.join(EVIDENCE).to_string_lossy(),
        &output.stdout,
        streams,
    )?;
    streams.say(&format!(
        "{EVIDENCE} holds the evidence, report.html shows it to people."
    ));
    Ok(exit)
}

/// Where cargo found this package, two folders up; else where we stand.
fn workspace_root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package
        .as_deref()
        .and_then(Path::parent)
        .and_then(Path::parent)
        .unwrap_or(Path::new("."))
        .to_owned()
}

fn build(root: &Path) -> Result<(), PipelineError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut build = Command::new(cargo);
    build
        .args(["build", "--release"])
        .args(PACKAGES.iter().flat_map(|package| ["--package", package]))
        .current_dir(root);
    if status(&mut build)?.success() {
        Ok(())
    } else {
        Err(PipelineError::Build)
    }
}

/// The tools stand beside this program.
fn search_path(root: &Path) -> Result<OsString, PipelineError> {
    let beside = env::current_exe()
        .ok()
        .and_then(|program| program.parent().map(Path::to_owned));
    let tools = beside.unwrap_or_else(|| root.join("target/release"));
    let rest = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(
        std::iter::once(tools).chain(env::split_paths(&rest)),
    )?)
}

fn status(command: &mut Command) -> Result<ExitStatus, PipelineError> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .status()
        .map_err(|source| PipelineError::Start { program, source })
}
