use serde::Deserialize;
use serde::de::IgnoredAny;

/// Whether a response carries as many actions as observations were sent.
pub fn carries_actions(body: &[u8], batch_size: u64) -> bool {
    #[derive(Deserialize)]
    struct Prediction {
        // Elements without a size: they are counted and checked to be JSON, and nothing is allocated.
        actions: Vec<IgnoredAny>,
    }
    serde_json::from_slice::<Prediction>(body)
        .is_ok_and(|prediction| prediction.actions.len() as u64 == batch_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_counted_and_nothing_else() {
        assert!(carries_actions(
            br#"{"actions":[{"a":[1,2]},{"b":3}],"version":"1"}"#,
            2
        ));
        assert!(!carries_actions(br#"{"actions":[{"a":[1,2]}]}"#, 2));
        assert!(!carries_actions(br#"{"actions":2}"#, 2));
        assert!(!carries_actions(br#"{"actions":[1,2]"#, 2));
        assert!(!carries_actions(b"", 0));
    }
}
