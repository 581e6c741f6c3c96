//! The body of `POST /predict`, read straight into the network's inputs.

mod explain;
mod shape;

use shape::{Capped, Object, Observation, PredictRequest};

use super::reply::Detail;
use crate::limits::{OBSERVATIONS, SENSOR, SENSOR_COUNT, SPEED_KMH, STEERING};
use crate::policy::{INPUTS, SENSORS};
use explain::Faults;

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

/// The batch, or everything that is wrong with it.
pub(super) fn parse(body: &[u8]) -> Result<Batch, Vec<Detail>> {
    match serde_json::from_slice::<Object<PredictRequest>>(body) {
        Ok(Object(request)) => check(&request),
        Err(error) => Err(vec![explain::malformed(body, error)]),
    }
}

fn check(request: &PredictRequest) -> Result<Batch, Vec<Detail>> {
    let mut faults = Faults::default();
    let Some(Capped { kept, count }) = &request.observations else {
        return Err(vec![explain::missing(
            "observations",
            "a list of observations",
        )]);
    };
    if !OBSERVATIONS.contains(count) {
        let (low, high) = (OBSERVATIONS.start(), OBSERVATIONS.end());
        let message = format!("from {low} to {high} observations expected");
        return Err(vec![explain::wrong_count("observations", message, *count)]);
    }
    let inputs = kept
        .iter()
        .enumerate()
        .map(|(index, Object(observation))| check_observation(index, observation, &mut faults))
        .collect();
    match faults.into_details() {
        details if details.is_empty() => Ok(Batch {
            inputs,
            deterministic: request.deterministic,
        }),
        details => Err(details),
    }
}

fn check_observation(
    index: usize,
    observation: &Observation,
    faults: &mut Faults,
) -> [f32; INPUTS] {
    for (key, value, range) in [
        ("speed", observation.speed, SPEED_KMH),
        ("steering", observation.steering, STEERING),
    ] {
        let in_range = value.is_some_and(|value| range.contains(&value));
        if !in_range {
            faults.add(|| {
                explain::not_in_range(format!("observations[{index}].{key}"), range, value)
            });
        }
    }
    match &observation.sensors {
        None => faults.add(|| {
            let path = format!("observations[{index}].sensors");
            explain::missing(path, format!("a list of {SENSORS} numbers"))
        }),
        Some(sensors) if sensors.count != SENSORS => faults.add(|| {
            let path = format!("observations[{index}].sensors");
            explain::wrong_count(path, sensor_count_message(sensors.count), sensors.count)
        }),
        Some(sensors) => {
            for (sensor, &value) in sensors.first.iter().enumerate() {
                if !SENSOR.contains(&value) {
                    faults.add(|| {
                        let path = format!("observations[{index}].sensors[{sensor}]");
                        explain::not_in_range(path, SENSOR, Some(value))
                    });
                }
            }
        }
    }
    let [first, second, third] = observation
        .sensors
        .as_ref()
        .map_or([0.0; SENSORS], |s| s.first);
    let speed = observation.speed.unwrap_or_default();
    let steering = observation.steering.unwrap_or_default();
    [speed, steering, first, second, third].map(|value| value as f32)
}

fn sensor_count_message(count: usize) -> String {
    let (low, high) = (SENSOR_COUNT.start(), SENSOR_COUNT.end());
    if SENSOR_COUNT.contains(&count) {
        format!("this model takes exactly {SENSORS} sensor values")
    } else {
        format!("from {low} to {high} sensor values expected, and exactly {SENSORS} by this model")
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
        assert_eq!(details[0].found, Some(json!("fast")));
        assert!(
            details[0].message.contains("invalid type: string"),
            "{}",
            details[0].message
        );

        assert_eq!(
            paths(&json!({ "observations": [[1, 2, [3, 4, 5]]] })),
            ["observations[0]"]
        );
        assert_eq!(paths(&json!([[], true])), [""]);
        assert_eq!(paths(&json!({ "observations": 3 })), ["observations"]);
        let sensor =
            json!({ "observations": [{ "speed": 1, "steering": 0, "sensors": [0, null, 0] }] });
        assert_eq!(paths(&sensor), ["observations[0].sensors[1]"]);
        assert_eq!(
            paths(&json!({ "observations": [], "deterministic": 1 })),
            ["deterministic"]
        );
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
