//! The workflows of .github: which jobs run when, what they may do, and that their shell lines work.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod expression;
mod graph;
mod jobs;
mod recipes;
mod rules;
mod semantics;
mod told;

use std::fs;

use graph::Workflow;
use pipeline_tests::root;

/// A workflow's text.
fn text(file: &str) -> String {
    fs::read_to_string(root().join(".github/workflows").join(file)).unwrap()
}

/// Every workflow with the name of its file.
fn workflows() -> Vec<(String, Workflow)> {
    let files = fs::read_dir(root().join(".github/workflows")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut workflows: Vec<(String, Workflow)> = names
        .map(|name| {
            let workflow = Workflow::read(&text(&name));
            (name, workflow)
        })
        .collect();
    workflows.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(workflows.len() >= 4);
    workflows
}
