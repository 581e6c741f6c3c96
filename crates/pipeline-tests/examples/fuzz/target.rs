//! The readers, called as their tools call them.

use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use pipeline_tests::root;
use serde_json::Value;
use tempfile::NamedTempFile;
use toolkit::{Exit, Streams};

const DOCUMENT: &str = "document";

/// A reader of what others write.
pub(crate) struct Target {
    name: String,
    /// What is read stands in a file, as it does where people use the tools.
    file: RefCell<NamedTempFile>,
}

/// What a tool made of an input.
pub(crate) struct Answer {
    exit: Option<Exit>,
    stdout: Vec<u8>,
    stderr: String,
}

/// Every target.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<String> = fixtures()
        .iter()
        .filter_map(|fixture| format_of(fixture))
        .chain([DOCUMENT.to_owned()])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Target {
    pub(crate) fn named(name: &str) -> Option<Target> {
        let name = names().into_iter().find(|known| known == name)?;
        let file = RefCell::new(NamedTempFile::new().ok()?);
        Some(Target { name, file })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What real tools wrote for this reader.
    pub(crate) fn seeds(&self) -> Vec<Vec<u8>> {
        let files = if self.name == DOCUMENT {
            files_below(&root().join("crates/report-gen/tests/documents"))
        } else {
            fixtures()
                .into_iter()
                .filter(|fixture| format_of(fixture).as_ref() == Some(&self.name))
                .collect()
        };
        let kept = files_below(&root().join("fixtures/fuzz").join(&self.name));
        files
            .iter()
            .chain(&kept)
            .filter_map(|path| fs::read(path).ok())
            .collect()
    }

    pub(crate) fn answer(&self, input: &[u8]) -> Answer {
        if self.name == DOCUMENT {
            let gates = root().join("config/quality-gates.yaml");
            return called(
                gate_check::run,
                &["--gates", &gates.to_string_lossy()],
                input,
            );
        }
        let mut file = self.file.borrow_mut();
        let path = file.path().to_string_lossy().into_owned();
        let written = file.as_file().set_len(0).and_then(|()| {
            use std::io::{Seek, SeekFrom};
            file.seek(SeekFrom::Start(0))?;
            file.write_all(input)
        });
        match written {
            Ok(()) => called(scan_import::run, &["--format", &self.name, &path], b""),
            Err(error) => Answer {
                exit: None,
                stdout: Vec::new(),
                stderr: error.to_string(),
            },
        }
    }
}

impl Answer {
    /// What no tool may do; `None` if all is well.
    pub(crate) fn wrong(&self) -> Option<String> {
        match self.exit {
            None => Some(format!("a panic: {}", self.stderr)),
            Some(Exit::Error) if !self.stdout.is_empty() => {
                Some("a document beside an error".to_owned())
            }
            Some(Exit::Error) if self.stderr.is_empty() => {
                Some("an error without a word".to_owned())
            }
            Some(Exit::Error) => None,
            Some(Exit::Passed | Exit::Failed) => {
                let document = serde_json::from_slice::<Value>(&self.stdout);
                document.err().map(|error| format!("no document: {error}"))
            }
            Some(Exit::Interrupted | Exit::Terminated) => Some("an interrupt of nobody".to_owned()),
        }
    }

    /// Its words, without what differs from input to input.
    pub(crate) fn said(&self) -> String {
        let words: String = self
            .stderr
            .chars()
            .filter(|character| !character.is_ascii_digit())
            .collect();
        // What stands in quotes came from the input.
        let kept: Vec<&str> = words.split(['"', '`', '\'']).step_by(2).collect();
        format!("{:?} {}", self.exit, kept.join(""))
    }
}

fn called(
    tool: fn(&[String], &mut Streams<'_>) -> Exit,
    arguments: &[&str],
    stdin: &[u8],
) -> Answer {
    let arguments: Vec<String> = arguments.iter().map(|&one| one.to_owned()).collect();
    let (mut stdout, mut stderr, mut stdin_bytes) = (Vec::new(), Vec::new(), stdin);
    let mut streams = Streams {
        stdin: &mut stdin_bytes,
        stdout: &mut stdout,
        stderr: &mut stderr,
        stdin_is_terminal: stdin.is_empty(),
        stderr_is_terminal: false,
        colour: false,
        screen: None,
        quiet: false,
    };
    let ran = panic::catch_unwind(AssertUnwindSafe(|| tool(&arguments, &mut streams)));
    Answer {
        exit: ran.ok(),
        stdout,
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// The format that scan-import takes a file for.
fn format_of(file: &Path) -> Option<String> {
    let answer = called(scan_import::run, &[&file.to_string_lossy()], b"");
    let document: Value = serde_json::from_slice(&answer.stdout).ok()?;
    ["vulnerabilities", "code_quality"]
        .iter()
        .find_map(|section| document[section]["sources"][0]["format"].as_str())
        .map(str::to_owned)
}

fn fixtures() -> Vec<PathBuf> {
    let below = root().join("fixtures/scanners");
    let mut files: Vec<PathBuf> = fs::read_dir(below)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name() != "project")
        .flat_map(|entry| files_below(&entry.path()))
        .collect();
    files.sort();
    files
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}
