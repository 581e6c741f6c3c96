//! Runs the binary in a folder of its own.

use std::fmt;
use std::process::Stdio;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// What a run left behind.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            code,
            stdout,
            stderr,
        } = self;
        write!(formatter, "exit {code}\n{stdout}\n{stderr}")
    }
}

pub fn run_in(folder: &TempDir, arguments: &[&str], stdin: &str) -> Outcome {
    let output = Command::new(cargo_bin!("gate-check"))
        .args(arguments)
        .current_dir(folder.path())
        .write_stdin(stdin)
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs with a stdout that is not the test's; the exit code and stderr.
pub fn run_into(
    stdout: impl Into<Stdio>,
    folder: &TempDir,
    arguments: &[&str],
) -> (Option<i32>, String) {
    let output = std::process::Command::new(cargo_bin!("gate-check"))
        .args(arguments)
        .current_dir(folder.path())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), stderr)
}

/// A pipe that nobody reads any more.
pub fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A device that is always full.
pub fn full_disk() -> Stdio {
    std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}
