use schemars::{Schema, schema_for};

use crate::Trend;
use crate::configuration::{
    BenchmarkFile, EnvironmentsFile, GatesFile, ProbesFile, SmokeTestsFile, ThresholdsFile,
};
use crate::evidence::Evidence;

/// The JSON Schema of each kind of file, with the name under which it is published in `bin-docs/schemas/`.
pub fn published_schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("evidence.schema.json", schema_for!(Evidence)),
        ("benchmark.schema.json", schema_for!(BenchmarkFile)),
        ("environments.schema.json", schema_for!(EnvironmentsFile)),
        (
            "performance-thresholds.schema.json",
            schema_for!(ThresholdsFile),
        ),
        ("probes.schema.json", schema_for!(ProbesFile)),
        ("quality-gates.schema.json", schema_for!(GatesFile)),
        ("smoke-tests.schema.json", schema_for!(SmokeTestsFile)),
        ("trend.schema.json", schema_for!(Trend)),
    ]
}
