//! The tool itself, on documents in memory.

use std::io;

use serde_json::Value;
use tempfile::NamedTempFile;
use toolkit::{Exit, Streams};

/// What perf-compare said.
pub struct Said {
    exit: Exit,
    comparison: Value,
}

impl Said {
    /// Whether the run did not pass.
    pub fn failed(&self) -> bool {
        assert!(self.exit != Exit::Error, "{}", self.comparison);
        self.exit == Exit::Failed
    }

    /// The verdict over all metrics.
    pub fn overall(&self) -> &str {
        self.comparison["verdict"].as_str().unwrap()
    }

    /// The verdict on a metric of the first scenario that has it.
    pub fn of(&self, metric: &str) -> &str {
        let metrics = self.comparison["metrics"].as_array().unwrap();
        let found = metrics.iter().find(|one| one["metric"] == metric).unwrap();
        found["verdict"].as_str().unwrap()
    }
}

/// Compares a run with one or several before it.
pub fn compare(before: &[Value], now: &Value, more: &[&str]) -> Said {
    let baseline = NamedTempFile::new().unwrap();
    let lines: String = before.iter().map(|run| format!("{run}\n")).collect();
    std::fs::write(baseline.path(), lines).unwrap();
    let mut arguments = vec![
        "--baseline".to_owned(),
        baseline.path().to_string_lossy().into_owned(),
    ];
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    let mut stdout = Vec::new();
    let exit = perf_compare::run(
        &arguments,
        &mut Streams {
            stdin: &mut now.to_string().as_bytes(),
            stdout: &mut stdout,
            stderr: &mut io::sink(),
            stdin_is_terminal: false,
            stderr_is_terminal: false,
            colour: false,
            screen: None,
            quiet: true,
        },
    );
    let document: Value = serde_json::from_slice(&stdout).unwrap();
    Said {
        exit,
        comparison: document["comparison"].clone(),
    }
}
