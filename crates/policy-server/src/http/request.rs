//! The body of `POST /predict`, read straight into the network's inputs.

use std::ops::RangeInclusive;

use serde::Deserialize;

use super::reply::Detail;
use crate::limits::{OBSERVATIONS, SENSOR, SPEED_KMH, STEERING};
use crate::policy::{INPUT_NAMES, INPUTS, SENSORS};

/// Errors listed at most.
const LISTED: usize = 20;

/// A request that holds what it may.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    /// Of the network, one row an observation.
    pub(super) inputs: Vec<[f32; INPUTS]>,
    /// Without exploration noise.
    pub(super) deterministic: bool,
}

impl Batch {
    /// Observations.
    pub(super) fn size(&self) -> u32 {
        // Far below the limit of u32: see limits::OBSERVATIONS.
        u32::try_from(self.inputs.len()).unwrap_or(u32::MAX)
    }
}

/// What is missing is left to the checks, which find all of it at once.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct PredictRequest {
    #[serde(default)]
    observations: Vec<Observation>,
    #[serde(default)]
    deterministic: bool,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Observation {
    speed: Option<f64>,
    steering: Option<f64>,
    #[serde(default)]
    sensors: Vec<f64>,
}

/// The batch, or everything that is wrong with it.
pub(super) fn parse(body: &[u8]) -> Result<Batch, Vec<Detail>> {
    let request: PredictRequest =
        serde_json::from_slice(body).map_err(|error| vec![malformed(body, &error)])?;
    let count = request.observations.len();
    if !OBSERVATIONS.contains(&count) {
        let (low, high) = (OBSERVATIONS.start(), OBSERVATIONS.end());
        let message = format!("from {low} to {high} observations expected");
        return Err(vec![wrong_count("observations".to_owned(), message, count)]);
    }
    let mut wrong = Vec::new();
    let inputs = request
        .observations
        .iter()
        .enumerate()
        .map(|(index, observation)| inputs(index, observation, &mut wrong))
        .collect();
    if wrong.is_empty() {
        return Ok(Batch {
            inputs,
            deterministic: request.deterministic,
        });
    }
    let unlisted = wrong.len().saturating_sub(LISTED);
    if unlisted > 0 {
        wrong.truncate(LISTED);
        let message = format!("{unlisted} more errors are not listed");
        wrong.push(Detail::of_request(message));
    }
    Err(wrong)
}

/// The inputs of one observation; each that is wrong is told, and read as 0.
fn inputs(index: usize, observation: &Observation, wrong: &mut Vec<Detail>) -> [f32; INPUTS] {
    let mut inputs = [0.0; INPUTS];
    let mut set = |input: usize, value: Option<f64>, range: RangeInclusive<f64>| match value {
        Some(value) if range.contains(&value) => inputs[input] = value as f32,
        value => wrong.push(Detail {
            path: format!("observations[{index}].{}", INPUT_NAMES[input]),
            message: format!(
                "a number from {} to {} expected",
                range.start(),
                range.end()
            ),
            found: Some(value.into()),
        }),
    };
    set(0, observation.speed, SPEED_KMH);
    set(1, observation.steering, STEERING);
    let sensors = &observation.sensors;
    if sensors.len() == SENSORS {
        for (sensor, &value) in sensors.iter().enumerate() {
            set(2 + sensor, Some(value), SENSOR);
        }
    } else {
        let path = format!("observations[{index}].sensors");
        let message = format!("this model takes exactly {SENSORS} sensor values");
        wrong.push(wrong_count(path, message, sensors.len()));
    }
    inputs
}

fn wrong_count(path: String, message: String, count: usize) -> Detail {
    let found = Some(format!("{count} values").into());
    Detail {
        path,
        message,
        found,
    }
}

/// Why the body is no JSON, or not of a request's shape. The body is read once more, this time
/// keeping track of the path: only errors pay for that.
fn malformed(body: &[u8], error: &serde_json::Error) -> Detail {
    let deserializer = &mut serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, PredictRequest>(deserializer) {
        Err(traced) if error.is_data() => {
            let path = traced.path();
            Detail {
                path: if path.iter().len() == 0 {
                    String::new()
                } else {
                    path.to_string()
                },
                message: error.to_string(),
                found: None,
            }
        }
        _ => Detail::of_request(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn observation(speed: f64, sensors: &[f64]) -> Value {
        json!({ "speed": speed, "steering": -0.5, "sensors": sensors })
    }

    fn parse_json(request: &Value) -> Result<Batch, Vec<Detail>> {
        parse(request.to_string().as_bytes())
    }

    fn paths(request: &Value) -> Vec<String> {
        parse_json(request)
            .unwrap_err()
            .into_iter()
            .map(|detail| detail.path)
            .collect()
    }

    #[test]
    fn observations_become_rows_of_inputs() {
        let request = json!({ "observations": [
            observation(25.5, &[1.0, 2.0, 3.0]),
            observation(0.0, &[-1000.0, 0.0, 1000.0]),
        ], "deterministic": true, "from": "a newer client" });
        let batch = parse_json(&request).unwrap();
        assert!(batch.deterministic);
        assert_eq!(
            batch.inputs,
            [
                [25.5, -0.5, 1.0, 2.0, 3.0],
                [0.0, -0.5, -1000.0, 0.0, 1000.0]
            ]
        );
    }

    #[test]
    fn an_answer_is_not_deterministic_unless_it_is_asked_for() {
        let request = json!({ "observations": [observation(1.0, &[0.0; 3])] });
        assert!(!parse_json(&request).unwrap().deterministic);
    }

    #[test]
    fn everything_out_of_range_is_named_with_its_path() {
        let request = json!({ "observations": [
            observation(200.5, &[0.0; 3]),
            observation(1.0, &[0.0, 0.0, -1000.5]),
            { "speed": -1, "steering": 1.5 },
        ] });
        assert_eq!(
            paths(&request),
            [
                "observations[0].speed",
                "observations[1].sensors[2]",
                "observations[2].speed",
                "observations[2].steering",
                "observations[2].sensors",
            ]
        );
        let details = parse_json(&request).unwrap_err();
        assert_eq!(details[0].message, "a number from 0 to 200 expected");
        assert_eq!(details[0].found, Some(json!(200.5)));
    }

    #[test]
    fn another_number_of_sensors_is_refused_with_the_models_own() {
        for count in [0, 2, 4, 10_000, 10_001] {
            let sensors = vec![0.5; count];
            let details =
                parse_json(&json!({ "observations": [observation(1.0, &sensors)] })).unwrap_err();
            assert_eq!(details.len(), 1);
            assert_eq!(details[0].path, "observations[0].sensors");
            assert!(
                details[0].message.contains("exactly 3"),
                "{}",
                details[0].message
            );
            assert_eq!(details[0].found, Some(json!(format!("{count} values"))));
        }
    }

    #[test]
    fn the_number_of_observations_is_limited() {
        let with = |count| json!({ "observations": vec![observation(1.0, &[0.0; 3]); count] });
        assert_eq!(paths(&with(0)), ["observations"]);
        assert_eq!(paths(&with(1_001)), ["observations"]);
        assert_eq!(parse_json(&with(1_000)).unwrap().size(), 1_000);
        assert_eq!(paths(&json!({})), ["observations"]);
    }

    #[test]
    fn a_wrong_type_is_named_with_its_path_and_what_stood_there() {
        let request = json!({ "observations": [
            observation(1.0, &[0.0; 3]),
            { "speed": "fast", "steering": 0, "sensors": [0, 0, 0] },
        ] });
        let details = parse_json(&request).unwrap_err();
        assert_eq!(details[0].path, "observations[1].speed");
        let message = &details[0].message;
        assert!(
            message.contains("invalid type: string \"fast\""),
            "{message}"
        );

        for (wrong, path) in [
            (json!({ "observations": [[]] }), "observations[0]"),
            (json!({ "observations": 3 }), "observations"),
            (
                json!({ "observations": [{ "speed": 1, "steering": 0, "sensors": [0, null, 0] }] }),
                "observations[0].sensors[1]",
            ),
            (
                json!({ "observations": [], "deterministic": 1 }),
                "deterministic",
            ),
        ] {
            assert_eq!(paths(&wrong), [path]);
        }
    }

    #[test]
    fn malformed_json_is_named_with_line_and_column() {
        for body in [
            "",
            "{",
            "nonsense",
            "{\"observations\":[]} trailing",
            "{\"observations\":[\n{,",
        ] {
            let details = parse(body.as_bytes()).unwrap_err();
            assert_eq!(details[0].path, "", "{body}");
            assert!(
                details[0].message.contains(" at line "),
                "{body}: {}",
                details[0].message
            );
        }
        assert!(parse(b"\xff\xfe").is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn a_number_too_large_for_a_float_is_refused() {
        let body = r#"{"observations":[{"speed":1e999,"steering":0,"sensors":[0,0,0]}]}"#;
        assert!(parse(body.as_bytes()).is_err());
    }

    #[test]
    fn a_flood_of_errors_is_cut_short() {
        let request = json!({ "observations": vec![observation(-1.0, &[0.0; 3]); 1_000] });
        let details = parse_json(&request).unwrap_err();
        assert_eq!(details.len(), 21);
        assert_eq!(details[20].message, "980 more errors are not listed");
    }
}
