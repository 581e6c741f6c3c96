//! Which jobs of ci-cd.yml run for what happens, and what a failure holds up.

use std::collections::BTreeMap;
use std::fs;

use pipeline_tests::root;

use crate::graph::Outcome::{Cancelled, Failure, Skipped, Success};
use crate::graph::{
    DEPENDABOT, DEVELOP, EVENTS, Event, FORK, MAIN, Outcome, PULL_REQUEST, RELEASE, Workflow, World,
};
use crate::{expression, text};

const NOT_SET_UP: &[(&str, &str)] = &[("DEPLOY", ""), ("NOTIFY", "")];
const SET_UP: &[(&str, &str)] = &[("DEPLOY", "true"), ("NOTIFY", "true")];

const DEPLOYMENTS: [(&str, Event, &[&str]); 2] = [
    (
        "deploy-staging",
        DEVELOP,
        &["build-and-test", "security-scan"],
    ),
    (
        "deploy-production",
        MAIN,
        &["build-and-test", "performance-validation", "security-scan"],
    ),
];

fn pipeline() -> Workflow {
    Workflow::read(&text("ci-cd.yml"))
}

fn run<'a>(
    workflow: &'a Workflow,
    event: Event,
    variables: &[(&str, &str)],
    fates: &[(&str, Outcome)],
) -> BTreeMap<&'a str, Outcome> {
    let world = World {
        event,
        variables,
        fates,
    };
    workflow
        .run(&world)
        .unwrap_or_else(|error| panic!("{event:?}: {error}"))
}

#[test]
fn the_page_tells_which_jobs_run() {
    let page = fs::read_to_string(root().join("bin-docs/workflows.md")).unwrap();
    let workflow = pipeline();
    for job in workflow.jobs.keys() {
        let cells: Vec<&str> = EVENTS
            .iter()
            .map(|event| {
                let runs = |variables| run(&workflow, *event, variables, &[])[job.as_str()];
                match (runs(NOT_SET_UP), runs(SET_UP)) {
                    (Success, Success) => "yes",
                    (Skipped, Success) => "if set up",
                    (Skipped, Skipped) => "no",
                    other => panic!("{job}: {other:?}"),
                }
            })
            .collect();
        let row = format!("| `{job}` | {} |", cells.join(" | "));
        assert!(
            page.contains(&row),
            "bin-docs/workflows.md has no row {row}"
        );
    }
}

#[test]
fn develop_is_deployed_to_staging_main_to_production_and_nothing_else_anywhere() {
    let workflow = pipeline();
    for event in EVENTS {
        let outcomes = run(&workflow, event, SET_UP, &[]);
        for (deployment, branch, _) in DEPLOYMENTS {
            let expected = if event.facts() == branch.facts() {
                Success
            } else {
                Skipped
            };
            assert_eq!(outcomes[deployment], expected, "{deployment}: {event:?}");
        }
    }
}

#[test]
fn nothing_is_deployed_after_a_job_that_failed_or_was_cancelled() {
    let workflow = pipeline();
    for (deployment, branch, required) in DEPLOYMENTS {
        for job in required {
            for fate in [Failure, Cancelled] {
                let outcomes = run(&workflow, branch, SET_UP, &[(*job, fate)]);
                assert_eq!(outcomes[*job], fate);
                assert_eq!(
                    outcomes[deployment], Skipped,
                    "{deployment} after a {fate:?} of {job}"
                );
            }
        }
    }
    // Whatever fails, wherever: it never starts a deployment that would not have been.
    for event in EVENTS {
        let before = run(&workflow, event, SET_UP, &[]);
        for job in workflow.jobs.keys() {
            let outcomes = run(&workflow, event, SET_UP, &[(job.as_str(), Failure)]);
            for (deployment, ..) in DEPLOYMENTS {
                assert!(outcomes[deployment] != Success || before[deployment] == Success);
            }
        }
    }
}

#[test]
fn people_are_told_of_a_push_whatever_failed() {
    let workflow = pipeline();
    for (deployment, branch, required) in DEPLOYMENTS {
        for job in [required, &[deployment]].concat() {
            for fate in [Failure, Cancelled] {
                let outcomes = run(&workflow, branch, SET_UP, &[(job, fate)]);
                assert_eq!(outcomes["notify"], Success, "a {fate:?} of {job}");
            }
        }
    }
}

#[test]
fn a_pull_request_is_commented_on_also_when_nothing_was_measured() {
    let workflow = pipeline();
    let comment = |event, fates: &[_]| run(&workflow, event, NOT_SET_UP, fates)["comment"];
    let failed = [("performance-validation", Failure)];
    assert_eq!(comment(PULL_REQUEST, &failed), Success);
    assert_eq!(
        comment(PULL_REQUEST, &[("build-and-test", Failure)]),
        Success
    );
    assert_eq!(
        comment(PULL_REQUEST, &[("performance-validation", Cancelled)]),
        Skipped
    );
    assert_eq!(comment(FORK, &failed), Skipped);
    assert_eq!(comment(DEPENDABOT, &failed), Skipped);
    assert_eq!(comment(MAIN, &failed), Skipped);
}

#[test]
fn a_release_is_tested_measured_and_scanned() {
    let workflow = pipeline();
    let outcomes = run(&workflow, RELEASE, SET_UP, &[]);
    let ran = outcomes
        .iter()
        .filter(|(_, outcome)| **outcome == Success)
        .map(|(job, _)| *job);
    assert_eq!(
        ran.collect::<Vec<&str>>(),
        [
            "build-and-test",
            "code-scanning",
            "performance-validation",
            "security-scan"
        ]
    );
}

#[test]
fn what_was_found_is_handed_in_also_when_it_fails_the_build() {
    let workflow = pipeline();
    let outcome = |fates: &[_]| run(&workflow, MAIN, NOT_SET_UP, fates)["code-scanning"];
    assert_eq!(outcome(&[("security-scan", Failure)]), Success);
    assert_eq!(outcome(&[("build-and-test", Failure)]), Skipped);
}

#[test]
fn people_are_told_which_environment_it_was_also_where_nothing_was_deployed() {
    let told = |workflow: &Workflow, event, fates: &[_]| {
        let world = World {
            event,
            variables: SET_UP,
            fates,
        };
        assert_eq!(workflow.run(&world).unwrap()["notify"], Success);
        let steps = &workflow.jobs["notify"].steps;
        let environment = steps.iter().find_map(|step| step.env.get("ENVIRONMENT"));
        expression::text(environment.unwrap(), &world).unwrap()
    };
    let as_it_is = pipeline();
    for fates in [vec![], vec![("build-and-test", Failure)]] {
        assert_eq!(told(&as_it_is, MAIN, &fates), "production");
        assert_eq!(told(&as_it_is, DEVELOP, &fates), "staging");
    }

    // The page's way to deploy releases in place of pushes to main.
    let releases = text("ci-cd.yml")
        .replace(
            "if: github.ref == 'refs/heads/main' && vars.DEPLOY",
            "if: github.event_name == 'release' && vars.DEPLOY",
        )
        .replace(
            "if: always() && github.event_name == 'push' && vars.DEPLOY",
            "if: always() && (github.event_name == 'release' || github.ref == 'refs/heads/develop') && vars.DEPLOY",
        );
    let releases = Workflow::read(&releases);
    let outcomes = run(&releases, RELEASE, SET_UP, &[]);
    assert_eq!(outcomes["deploy-production"], Success);
    assert_eq!(told(&releases, RELEASE, &[]), "production");
    assert_eq!(told(&releases, DEVELOP, &[]), "staging");
    assert_eq!(run(&releases, MAIN, SET_UP, &[])["notify"], Skipped);
}

#[test]
fn only_runs_of_one_pull_request_wait_for_or_end_each_other() {
    let workflow = pipeline();
    let group = workflow.concurrency["group"].as_str().unwrap();
    let of_event = group.strip_prefix("${{ github.workflow }}-").unwrap();
    for event in EVENTS {
        let world = World {
            event,
            variables: &[],
            fates: &[],
        };
        let expected = match event.name {
            "pull_request" => "refs/pull/7/merge",
            _ => "99",
        };
        assert_eq!(expression::text(of_event, &world).unwrap(), expected);
    }
    assert_eq!(workflow.concurrency["cancel-in-progress"], true);
}

#[test]
fn the_nightly_benchmark_is_started_by_no_pull_request() {
    let nightly = Workflow::read(&text("performance-validation.yml"));
    for event in EVENTS {
        assert_eq!(run(&nightly, event, NOT_SET_UP, &[]), BTreeMap::new());
    }
    let mut triggers = nightly.on.keys();
    assert!(triggers.all(|trigger| ["schedule", "workflow_dispatch"].contains(&trigger.as_str())));
}

/// The graph that this project replaces: who needs whom, and when.
const BEFORE: &str = "
on:
  push: {branches: [main, develop]}
  pull_request: {branches: [main, develop]}
  release: {types: [published]}
jobs:
  build-and-test: {}
  performance-validation:
    needs: build-and-test
    if: github.event_name == 'pull_request' || github.ref == 'refs/heads/main'
  security-scan: {needs: build-and-test}
  build-docker: {needs: [build-and-test, performance-validation], if: github.event_name == 'push'}
  deploy-staging: {needs: [build-docker, security-scan], if: github.ref == 'refs/heads/develop'}
  deploy-production: {needs: [deploy-staging], if: github.ref == 'refs/heads/main'}
";

#[test]
fn the_graph_that_was_replaced_never_deployed() {
    let before = Workflow::read(BEFORE);
    for event in EVENTS {
        let outcomes = run(&before, event, &[], &[]);
        assert_eq!(outcomes["build-and-test"], Success);
        assert_eq!(outcomes["deploy-staging"], Skipped, "{event:?}");
        assert_eq!(outcomes["deploy-production"], Skipped, "{event:?}");
    }
    // On develop, because performance-validation is skipped there; on main, because deploy-staging is.
    assert_eq!(run(&before, DEVELOP, &[], &[])["build-docker"], Skipped);
    assert_eq!(run(&before, MAIN, &[], &[])["build-docker"], Success);
}
