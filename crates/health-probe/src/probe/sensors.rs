//! How many sensor values a model takes, and observations that have as many.

use serde_json::Value;

/// Where a service of policies describes its model.
pub(crate) const METADATA: &str = "/metadata";
/// Speed and steering are inputs of the model as well.
const INPUTS_BESIDE_SENSORS: u64 = 2;

/// The number in the body of `/metadata`; `None` if it says none that a model could have.
pub(crate) fn said(metadata: &[u8]) -> Option<u64> {
    let metadata: Value = serde_json::from_slice(metadata).ok()?;
    let shape = metadata.get("inputShape")?;
    let inputs = shape
        .as_u64()
        .or_else(|| shape.as_array()?.last()?.as_u64())?;
    inputs
        .checked_sub(INPUTS_BESIDE_SENSORS)
        .filter(|sensors| (1..=schema::configuration::Benchmark::MOST_SENSORS).contains(sensors))
}

/// The same request, in which each observation has `count` sensor values: its own, repeated or cut.
pub(crate) fn fitted(request: &Value, count: u64) -> Value {
    let mut request = request.clone();
    let observations = request
        .get_mut("observations")
        .and_then(Value::as_array_mut);
    for observation in observations.into_iter().flatten() {
        if let Some(sensors) = observation.get_mut("sensors").and_then(Value::as_array_mut) {
            let own = std::mem::take(sensors);
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            *sensors = own.iter().cycle().take(count).cloned().collect();
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn metadata_says_how_many_values_a_model_takes_or_nothing() {
        for (metadata, sensors) in [
            (json!({"inputShape": [5]}), Some(3)),
            (json!({"inputShape": [1, 7]}), Some(5)),
            (json!({"inputShape": 5}), Some(3)),
            (json!({"inputShape": [2]}), None),
            (json!({"inputShape": [1]}), None),
            (json!({"inputShape": []}), None),
            (json!({"inputShape": [99_999]}), None),
            (json!({"inputShape": "5"}), None),
            (json!({}), None),
        ] {
            let text = metadata.to_string();
            assert_eq!(said(text.as_bytes()), sensors, "{metadata}");
        }
        assert_eq!(said(b"<html>"), None);
    }

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
        }
    }
}
