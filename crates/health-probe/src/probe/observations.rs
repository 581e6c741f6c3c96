//! Observations as a request sends them to a model, and how many sensor values that takes.

use serde_json::Value;

/// Where a service of policies describes its model.
pub(crate) const METADATA: &str = "/metadata";

/// The same request with `count` observations: its own, repeated or cut.
pub(crate) fn repeated(request: &Value, count: u64) -> Value {
    let mut request = request.clone();
    if let Some(own) = own_observations(&mut request) {
        repeat(own, count);
    }
    request
}

/// The same request, in which each observation has `count` sensor values: its own, repeated or cut.
pub(crate) fn fitted(request: &Value, count: u64) -> Value {
    let mut request = request.clone();
    for observation in own_observations(&mut request).into_iter().flatten() {
        if let Some(sensors) = observation.get_mut("sensors").and_then(Value::as_array_mut) {
            repeat(sensors, count);
        }
    }
    request
}

/// How many sensor values each observation of a request has; nothing of a body that is no request with observations.
pub(crate) fn sensor_counts(body: &[u8]) -> Vec<u64> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let observations = request.get("observations").and_then(Value::as_array);
    let sensors = observations.into_iter().flatten();
    let sensors = sensors.filter_map(|observation| observation.get("sensors")?.as_array());
    sensors.map(|sensors| sensors.len() as u64).collect()
}

fn own_observations(request: &mut Value) -> Option<&mut Vec<Value>> {
    request.get_mut("observations")?.as_array_mut()
}

fn repeat(items: &mut Vec<Value>, count: u64) {
    let own = std::mem::take(items);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    *items = own.iter().cycle().take(count).cloned().collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn every_observation_has_as_many_values_as_wanted_and_its_own_first(
            lengths in proptest::collection::vec(1_usize..8, 1..4),
            count in 1_u64..20,
        ) {
            let observations: Vec<Value> = lengths
                .iter()
                .map(|length| json!({"speed": 1, "sensors": (0..*length).collect::<Vec<usize>>()}))
                .collect();
            let fitted = fitted(&json!({"observations": observations, "deterministic": true}), count);
            for (observation, length) in fitted["observations"].as_array().unwrap().iter().zip(lengths) {
                let sensors = observation["sensors"].as_array().unwrap();
                prop_assert_eq!(sensors.len() as u64, count);
                for (index, value) in sensors.iter().enumerate() {
                    prop_assert_eq!(value, &json!(index % length));
                }
            }
            let counts = sensor_counts(fitted.to_string().as_bytes());
            prop_assert!(!counts.is_empty() && counts.iter().all(|found| *found == count));
        }

        #[test]
        fn there_are_as_many_observations_as_wanted_and_the_own_ones_first(own in 1_u64..5, count in 1_u64..40) {
            let observations: Vec<Value> = (0..own).map(|index| json!({"speed": index})).collect();
            let request = json!({"observations": observations, "deterministic": true});
            let repeated = repeated(&request, count);
            let all = repeated["observations"].as_array().unwrap();
            prop_assert_eq!(all.len() as u64, count);
            for (index, observation) in (0..).zip(all) {
                prop_assert_eq!(&observation["speed"], &json!(index % own));
            }
            prop_assert_eq!(&repeated["deterministic"], true);
        }
    }

    #[test]
    fn a_body_without_sensor_values_has_no_number_of_them() {
        for body in [
            "",
            "no JSON",
            "{}",
            r#"{"observations": 3}"#,
            r#"{"observations": [{"speed": 1}]}"#,
        ] {
            assert_eq!(sensor_counts(body.as_bytes()), [] as [u64; 0], "{body}");
        }
        let two = r#"{"observations": [{"sensors": [1, 2, 3]}, {"sensors": []}]}"#;
        assert_eq!(sensor_counts(two.as_bytes()), [3, 0]);
    }
}
