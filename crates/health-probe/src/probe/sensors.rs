//! Observations that have as many sensor values as a model takes.

use serde_json::Value;

/// Where a service of policies describes its model.
pub(crate) const METADATA: &str = "/metadata";
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
