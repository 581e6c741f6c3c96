//! What tests of tools and of whole pipes share: the tools as programs, and a folder to run them in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A test that cannot go on says so by panicking.

pub mod hostile;
pub mod justfile;
pub mod patience;
pub mod server;

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .and_then(Path::parent)
        .expect("crates/pipeline-tests")
}

/// The folder of the tools, built from what stands in the checkout now.
pub fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--bins"])
            .current_dir(root())
            .status();
        assert!(
            built.expect("cargo").success(),
            "the tools could not be built"
        );
        // target/debug/deps/this-test
        let test = env::current_exe().expect("the path of this test");
        test.parent()
            .and_then(Path::parent)
            .expect("the folder of the tools")
            .to_owned()
    })
}

/// One measurement at a time: two would slow each other on a small machine.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Ran {
    /// Of a process that has ended.
    pub fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// stdout as the document that it must be.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The same, if the exit code is the one that was expected.
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ran {
            code,
            stdout,
            stderr,
        } = self;
        write!(formatter, "exit {code:?}\n{stdout}\n{stderr}")
    }
}

/// Runs a command to its end with `stdin`.
pub fn fed(command: &mut Command, stdin: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    let mut pipe = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        // A tool that has found a usage error reads nothing.
        scope.spawn(move || pipe.write_all(stdin.as_bytes()).ok());
        Ran::of(child.wait_with_output().expect("a program"))
    })
}

/// A folder of its own, with the tools on PATH.
pub struct Workplace {
    folder: TempDir,
}

impl Default for Workplace {
    fn default() -> Workplace {
        Workplace {
            folder: TempDir::new().expect("a folder"),
        }
    }
}

impl Workplace {
    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        std::fs::write(self.path(name), content).expect("a file");
        self.path(name)
    }

    /// A program with its arguments, in the folder, without stdin: a tool by its name, or any program by its path,
    /// as `env!("CARGO_BIN_EXE_…")` gives it to the tests of a tool.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let program = Path::new(program);
        let mut command = if program.is_absolute() {
            Command::new(program)
        } else {
            Command::new(tools().join(program))
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        Ran::of(
            self.command(program, arguments)
                .output()
                .expect("a program"),
        )
    }

    /// Runs a program to its end with `stdin`.
    pub fn feed(&self, program: &str, arguments: &[&str], stdin: &str) -> Ran {
        fed(&mut self.command(program, arguments), stdin)
    }

    /// Runs a line in plain `sh`, with `$CONFIG` the folder of the shipped configuration.
    pub fn shell(&self, line: &str) -> Ran {
        let path = env::var_os("PATH").unwrap_or_default();
        let path: OsString =
            env::join_paths(std::iter::once(tools().to_owned()).chain(env::split_paths(&path)))
                .expect("a path");
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env("CONFIG", root().join("config"))
            .stdin(Stdio::null())
            .output();
        Ran::of(output.expect("sh"))
    }

    /// The command that serves the policy of the fixtures with further options.
    pub fn serve(&self, options: &[&str]) -> Value {
        let artifacts = root().join("fixtures/artifacts");
        let mut command = vec![
            "policy-server",
            "--artifacts",
            artifacts.to_str().expect("UTF-8"),
            "--port",
            "0",
        ];
        command.extend(options);
        json!({"command": command})
    }

    /// Writes a benchmark of one repetition that does next to nothing but what `scenarios` say.
    pub fn benchmark(&self, serve: Value, scenarios: Value) -> PathBuf {
        let benchmark = json!({
            "benchmark": {
                "warmup_iterations": 0,
                "measurement_iterations": 20,
                "batch_sizes": [2],
                "concurrent_requests": 1,
                "duration_seconds": 0.05,
                "repetitions": 1,
                "timeout_ms": 1000,
                "serve": serve,
            },
            "test_scenarios": scenarios,
        });
        self.write("benchmark.json", &benchmark.to_string())
    }
}
