//! What holds for every workflow: what it may do, and what it runs.

use pipeline_tests::justfile::{on_one_line, recipes};
use serde_json::{Value, json};

use crate::expression::holds;
use crate::graph::{EVENTS, Step, Workflow, World};
use crate::{text, workflows};

/// Every step of every workflow, with the file and the job that it stands in.
fn each_step(mut hold: impl FnMut(&str, &Workflow, &Step)) {
    for (file, workflow) in workflows() {
        for (name, job) in &workflow.jobs {
            for step in &job.steps {
                hold(&format!("{file}, {name}: {step:?}"), &workflow, step);
            }
        }
    }
}

fn is_use_of(step: &Step, action: &str) -> bool {
    let used = step.uses.as_deref();
    used.is_some_and(|used| used.split('@').next() == Some(action))
}

#[test]
fn every_action_is_pinned_to_a_commit_and_says_which_version_that_is() {
    let mut pinned = 0;
    for (file, _) in workflows() {
        for line in text(&file).lines() {
            let Some((_, used)) = line.split_once("uses: ") else {
                continue;
            };
            // A workflow of this repository, at the commit that runs.
            if used.starts_with("$/.github/workflows/") {
                continue;
            }
            let (commit, version) = used
                .split_once('@')
                .and_then(|(_, rest)| rest.split_once(" # v"))
                .unwrap_or_else(|| panic!("{file}: {line}"));
            let is_hex = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
            assert!(commit.len() == 40 && commit.chars().all(is_hex), "{line}");
            assert_eq!(version.split('.').count(), 3, "{line}");
            pinned += 1;
        }
    }
    assert!(pinned > 10);
}

#[test]
fn nothing_may_write_but_the_comment_and_the_code_scanning() {
    let mut writes = Vec::new();
    for (file, workflow) in workflows() {
        assert_eq!(workflow.permissions, json!({}), "{file}");
        for (name, job) in &workflow.jobs {
            let permissions = job.permissions.as_ref();
            let permissions = permissions.unwrap_or_else(|| panic!("{file}: {name}"));
            for (scope, level) in permissions {
                if level != "read" {
                    writes.push(format!("{name}: {scope}"));
                }
            }
        }
    }
    assert_eq!(
        writes,
        ["code-scanning: security-events", "comment: pull-requests"]
    );
}

#[test]
fn what_may_write_runs_no_tool_but_for_the_comment() {
    let workflows = workflows();
    let (_, workflow) = workflows
        .iter()
        .find(|(file, _)| file == "ci-cd.yml")
        .unwrap();
    let steps = &workflow.jobs["code-scanning"].steps;
    assert!(steps.iter().all(|step| step.run.is_none()));
}

#[test]
fn each_kind_of_host_has_baselines_of_its_own() {
    let mut caches = 0;
    for (file, workflow) in workflows() {
        for job in workflow.jobs.values() {
            let mut host_is_known = false;
            for step in &job.steps {
                host_is_known |= step.id.as_deref() == Some("host");
                if step.with.get("path").is_none_or(|path| path != "baselines") {
                    continue;
                }
                for key in ["key", "restore-keys"] {
                    let Some(key) = step.with.get(key).and_then(Value::as_str) else {
                        assert!(is_use_of(step, "actions/cache/save"), "{file}: {step:?}");
                        continue;
                    };
                    assert!(key.contains("${{ steps.host.outputs.host }}"), "{key}");
                }
                assert!(host_is_known, "{file}: {step:?}");
                caches += 1;
            }
        }
    }
    assert_eq!(caches, 4);
}

#[test]
fn no_workflow_runs_what_a_stranger_wrote_with_rights_of_its_own() {
    for (file, workflow) in workflows() {
        for trigger in ["pull_request_target", "workflow_run", "issue_comment"] {
            assert!(!workflow.on.contains_key(trigger), "{file}: {trigger}");
        }
    }
    each_step(|place, _, step| {
        assert!(
            !step.run.as_deref().unwrap_or("").contains("${{"),
            "{place}"
        );
        if is_use_of(step, "actions/checkout") {
            assert_eq!(step.with["persist-credentials"], false, "{place}");
        }
    });
}

#[test]
fn every_job_ends_by_itself_and_runs_its_lines_in_bash() {
    for (file, workflow) in workflows() {
        let runs_lines = workflow.jobs.values().any(|job| !job.steps.is_empty());
        let shell: &Value = &workflow.defaults["run"]["shell"];
        assert!(!runs_lines || shell == "bash", "{file}");
        for (name, job) in &workflow.jobs {
            let calls = job.uses.is_some();
            assert_ne!(calls, job.timeout_minutes.is_some(), "{file}: {name}");
        }
    }
}

#[test]
fn results_are_uploaded_also_when_a_step_failed() {
    let mut uploads = 0;
    each_step(|place, _, step| {
        let names = [
            "actions/upload-artifact",
            "github/codeql-action/upload-sarif",
        ];
        if names.iter().any(|name| is_use_of(step, name)) {
            let condition = step.condition.as_deref().unwrap_or("");
            assert!(condition.starts_with("always()"), "{place}");
            uploads += 1;
        }
    });
    assert!(uploads >= 5);
}

#[test]
fn no_pull_request_writes_a_baseline() {
    let mut steps = 0;
    each_step(|place, workflow, step| {
        let keeps = step
            .run
            .as_deref()
            .is_some_and(|line| line.contains("--update"));
        if !keeps && !is_use_of(step, "actions/cache/save") {
            return;
        }
        steps += 1;
        for event in EVENTS {
            let world = World {
                event,
                variables: &[],
                fates: &[],
            };
            let stores = holds(step.condition.as_deref(), &world).unwrap();
            let is_started = workflow.on.contains_key(event.name);
            assert!(
                !(stores && is_started) || event.name == "push",
                "{event:?}: {place}"
            );
        }
    });
    assert_eq!(steps, 4);
}

#[test]
fn every_shell_line_is_a_recipe_of_the_justfile() {
    let recipes = recipes();
    let mut lines = 0;
    each_step(|place, _, step| {
        if let Some(line) = &step.run {
            let line = on_one_line(line);
            assert!(
                recipes.iter().any(|recipe| recipe.line == line),
                "{place}: no recipe is {line}"
            );
            lines += 1;
        }
    });
    assert!(lines > 20);
}
