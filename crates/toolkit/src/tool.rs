use std::env;
use std::error::Error;
use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

use argh::FromArgs;
use rustix::termios::tcgetwinsize;
use schemars::Schema;

use crate::{Exit, Screen, Streams, arguments};

/// What the shell around a tool must know of it.
#[derive(Clone, Copy)]
pub struct Tool {
    /// As typed.
    pub name: &'static str,
    /// As printed by `--version` and written into documents.
    pub version: &'static str,
    /// The JSON Schema of what it writes to stdout, for `--schema`.
    pub schema: fn() -> Schema,
}

/// The switches that every tool has. They are taken out before argh sees the rest.
#[derive(Clone, Copy, Debug, Default)]
struct Common {
    quiet: bool,
    version: bool,
    schema: bool,
    exit_zero: bool,
}

const COMMON_HELP: &str = "
Common options:
  --quiet           say nothing on stderr but errors
  --exit-zero       exit 0 where a verdict says no (an error stays 2)
  --schema          print the JSON Schema of what is written, and exit
  --version         print the version, and exit

Exit codes: 0 passed, 1 a verdict says no, 2 the tool could not do its work.
";

impl Common {
    fn take(arguments: &[String]) -> (Common, Vec<String>) {
        let mut common = Common::default();
        let mut rest = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument.as_str() {
                "--quiet" => common.quiet = true,
                "--version" => common.version = true,
                "--schema" => common.schema = true,
                "--exit-zero" => common.exit_zero = true,
                _ => rest.push(argument.clone()),
            }
        }
        (common, rest)
    }
}

impl Tool {
    /// Runs `work` with the options that the arguments name. Help, version and schema are answered here,
    /// errors are printed here, and become exit code 2 here.
    pub fn run<Options: FromArgs, Failure: Error>(
        &self,
        arguments: &[String],
        streams: &mut Streams<'_>,
        work: impl FnOnce(Options, &mut Streams<'_>) -> Result<Exit, Failure>,
    ) -> Exit {
        let (common, rest) = Common::take(arguments);
        if common.version {
            return arguments::answer(&format!("{} {}\n", self.name, self.version), streams);
        }
        if common.schema {
            let schema = format!("{:#}\n", (self.schema)().as_value());
            return arguments::answer(&schema, streams);
        }
        let options = match arguments::parse::<Options>(self.name, &rest) {
            Ok(options) => options,
            Err(mut early) => {
                if early.exit == Exit::Passed {
                    early.text += COMMON_HELP;
                }
                return early.tell(streams);
            }
        };
        streams.quiet = common.quiet;
        match work(options, streams) {
            Ok(Exit::Failed) if common.exit_zero => Exit::Passed,
            Ok(exit) => exit,
            Err(failure) => self.fail(&failure, streams),
        }
    }

    fn fail(&self, failure: &dyn Error, streams: &mut Streams<'_>) -> Exit {
        let text: String = failure
            .to_string()
            .lines()
            .map(|line| format!("{}: error: {line}\n", self.name))
            .collect();
        streams.error(&text);
        Exit::Error
    }
}

/// The whole of a tool's `main`: real arguments, real streams.
pub fn main(run: impl FnOnce(&[String], &mut Streams<'_>) -> Exit) -> ExitCode {
    let arguments: Vec<String> = env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    // stderr is not locked: a worker's panic and the progress bar must get through.
    let (stdin, stderr) = (io::stdin(), io::stderr());
    let colour = env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
    let mut streams = Streams {
        stdin_is_terminal: stdin.is_terminal(),
        stderr_is_terminal: stderr.is_terminal(),
        colour: colour && stderr.is_terminal(),
        screen: screen(colour),
        quiet: false,
        stdin: &mut stdin.lock(),
        stdout: &mut BufWriter::new(io::stdout().lock()),
        stderr: &mut io::stderr(),
    };
    let exit = run(&arguments, &mut streams);
    // What could not be flushed was reported where it was written.
    let _ = streams.stdout.flush();
    ExitCode::from(exit.code())
}

/// The terminal that stdout is; one that does not tell its width is as wide as the first ones were.
fn screen(colour: bool) -> Option<Screen> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| Screen {
        columns: tcgetwinsize(&stdout)
            .ok()
            .map(|size| size.ws_col)
            .filter(|columns| *columns > 0)
            .unwrap_or(80),
        colour,
    })
}
