//! What a service of policies says of its model.

use serde_json::Value;

/// Speed and steering are inputs of the model as well.
const INPUTS_BESIDE_SENSORS: u64 = 2;

/// How many sensor values an observation has, of the body of `GET /metadata`; `None` if it says none. No model takes 0, and
/// none more than [`Benchmark::MOST_SENSORS`](crate::configuration::Benchmark::MOST_SENSORS): what is said may still be so.
pub fn sensor_count(metadata: &[u8]) -> Option<u64> {
    let metadata: Value = serde_json::from_slice(metadata).ok()?;
    let shape = metadata.get("inputShape")?;
    let inputs = shape
        .as_u64()
        .or_else(|| shape.as_array()?.last()?.as_u64())?;
    Some(inputs.saturating_sub(INPUTS_BESIDE_SENSORS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metadata_says_how_many_values_there_are_or_nothing() {
        for (metadata, sensors) in [
            (json!({"inputShape": [5]}), Some(3)),
            (json!({"inputShape": [1, 7]}), Some(5)),
            (json!({"inputShape": 5}), Some(3)),
            (json!({"inputShape": [2]}), Some(0)),
            (json!({"inputShape": [1]}), Some(0)),
            (json!({"inputShape": []}), None),
            (json!({"inputShape": "5"}), None),
            (json!({}), None),
        ] {
            let text = metadata.to_string();
            assert_eq!(sensor_count(text.as_bytes()), sensors, "{metadata}");
        }
        assert_eq!(sensor_count(b"<html>"), None);
    }
}
