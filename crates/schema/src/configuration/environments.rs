use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::{Configuration, Problem};
use super::serve::{Serve, target_problem};

/// `environments.yaml`: where a service stands, by name.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentsFile {
    /// Each environment by its name.
    pub environments: IndexMap<String, Environment>,
}

/// One place where the service stands.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The service's address.
    pub target: String,
    /// A command that bench-run starts and loads in place of what stands at `target`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<Serve>,
}

impl Configuration for EnvironmentsFile {
    const KIND: &'static str = "an environments file";

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.environments.is_empty() {
            problems.push(Problem::new(
                "environments",
                "no environment",
                "at least one",
            ));
        }
        for (name, environment) in &self.environments {
            let parent = format!("environments.{name}");
            problems.extend(
                target_problem("target", &environment.target).map(|problem| problem.below(&parent)),
            );
            let serve = environment.serve.iter().flat_map(Serve::problems);
            problems.extend(serve.map(|problem| problem.below("serve").below(&parent)));
        }
        problems
    }
}
