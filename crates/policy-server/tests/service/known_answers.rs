//! The actions are those that numpy computes from the same weights.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::Server;

fn recorded() -> Vec<(Value, [f64; 3])> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/policy-known-answers.json");
    let recording: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let cases = recording["cases"].as_array().unwrap();
    cases
        .iter()
        .map(|case| (case["observation"].clone(), numbers(&case["action"])))
        .collect()
}

fn numbers(action: &Value) -> [f64; 3] {
    ["throttle", "brake", "steer"].map(|name| action[name].as_f64().unwrap())
}

fn ask(server: &Server, deterministic: bool) -> Vec<[f64; 3]> {
    let observations: Vec<Value> = recorded()
        .into_iter()
        .map(|(observation, _)| observation)
        .collect();
    let request = json!({ "observations": observations, "deterministic": deterministic });
    let answer = server.predict(request.to_string().as_bytes()).json();
    answer["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect()
}

#[test]
fn actions_equal_numpys_to_a_millionth() {
    let actions = ask(&Server::with_model(&[]), true);
    let recorded = recorded();
    assert!(recorded.len() >= 50);
    assert_eq!(actions.len(), recorded.len());
    for (action, (observation, expected)) in actions.iter().zip(&recorded) {
        for (value, expected) in action.iter().zip(expected) {
            assert!(
                (value - expected).abs() <= 1e-6,
                "{observation}: {action:?}, not {expected}"
            );
        }
    }
}

#[test]
fn without_deterministic_there_is_noise_within_the_ranges_that_a_seed_repeats() {
    let sure = ask(&Server::with_model(&[]), true);
    let noisy = ask(&Server::with_model(&["--seed", "5"]), false);
    assert_ne!(noisy, sure);
    assert_eq!(noisy, ask(&Server::with_model(&["--seed", "5"]), false));
    assert_ne!(noisy, ask(&Server::with_model(&["--seed", "6"]), false));
    for [throttle, brake, steer] in &noisy {
        assert!((0.0..=1.0).contains(throttle));
        assert!((0.0..=1.0).contains(brake));
        assert!((-1.0..=1.0).contains(steer));
    }
    for (noisy, sure) in noisy.iter().zip(&sure) {
        // Ten standard deviations of the widest noise.
        assert!(
            noisy
                .iter()
                .zip(sure)
                .all(|(noisy, sure)| (noisy - sure).abs() < 1.0)
        );
    }
}
