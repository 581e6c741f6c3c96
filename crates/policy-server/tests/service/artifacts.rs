//! Making artifacts, and refusing those that are not as they were made.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::server::{Server, fixture, refusal, run};

const FILES: [&str; 3] = ["model.safetensors", "preprocessor.json", "model_card.yaml"];

fn create(output: &Path, version: &str, seed: &str) {
    let order = [
        "create-artifacts",
        "--version",
        version,
        "--seed",
        seed,
        "--output",
    ];
    let made = run(&[&order[..], &[output.to_str().unwrap()]].concat());
    assert_eq!(
        made.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn made(version: &str) -> TempDir {
    let output = tempfile::tempdir().unwrap();
    create(output.path(), version, "1");
    output
}

fn load_refusal(artifacts: &Path) -> String {
    refusal(&["--port", "0", "--artifacts", artifacts.to_str().unwrap()])
}

#[test]
fn the_seed_gives_the_artifacts_of_the_repository_byte_for_byte() {
    let output = made("1.0.0");
    for file in FILES {
        let (made, kept) = (
            output.path().join("1.0.0").join(file),
            fixture().join("1.0.0").join(file),
        );
        assert!(
            fs::read(made).unwrap() == fs::read(kept).unwrap(),
            "{file} differs: if that is meant (a new tool version stands in the card), remove \
             fixtures/artifacts/1.0.0 and run `policy-server create-artifacts --output \
             fixtures/artifacts --version 1.0.0 --seed 1`"
        );
    }
}

#[test]
fn a_version_is_not_overwritten_with_other_content() {
    let output = made("1.0.0");
    create(output.path(), "1.0.0", "1");
    let folder = output.path().to_str().unwrap();
    let order = [
        "create-artifacts",
        "--output",
        folder,
        "--version",
        "1.0.0",
        "--seed",
        "2",
    ];
    let message = refusal(&order);
    assert!(
        message.contains("1.0.0: this version exists already"),
        "{message}"
    );
}

#[test]
fn of_several_versions_one_must_be_named() {
    let output = tempfile::tempdir().unwrap();
    for version in ["1.0.0", "1.1.0"] {
        create(output.path(), version, "1");
    }
    let message = load_refusal(output.path());
    assert!(message.contains("2 versions found"), "{message}");
    let one = output.path().join("1.1.0");
    let server = Server::start(&["--artifacts", one.to_str().unwrap()]);
    let health = server.request("GET", "/healthz", b"").json();
    assert_eq!(health["version"], "1.1.0");
}

#[test]
fn a_flipped_byte_is_refused_with_both_digests() {
    for file in ["model.safetensors", "preprocessor.json"] {
        let output = made("1.0.0");
        let path = output.path().join("1.0.0").join(file);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();

        let message = load_refusal(output.path());
        assert!(
            message.contains(&format!("{file}: SHA-256 differs")),
            "{message}"
        );
        let card = fs::read_to_string(output.path().join("1.0.0/model_card.yaml")).unwrap();
        let stated = card
            .lines()
            .find_map(|line| line.trim().strip_prefix(&format!("{file}: ")));
        assert!(
            message.contains(&format!("expected {}", stated.unwrap())),
            "{message}"
        );
        let found = message.split("found ").nth(1).unwrap();
        assert!(
            found.bytes().take(64).all(|byte| byte.is_ascii_hexdigit()),
            "{message}"
        );
    }
}

#[test]
fn artifacts_that_are_not_whole_are_refused() {
    for file in ["model.safetensors", "preprocessor.json"] {
        let output = made("1.0.0");
        fs::remove_file(output.path().join("1.0.0").join(file)).unwrap();
        let message = load_refusal(output.path());
        assert!(
            message.contains(&format!("{file}: cannot be read")),
            "{message}"
        );
    }
    let message = load_refusal(Path::new("/does/not/exist"));
    assert!(
        message.contains("/does/not/exist: cannot be read"),
        "{message}"
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(load_refusal(empty.path()).contains("neither model_card.yaml nor a folder"));
}

#[test]
fn a_card_that_is_wrong_is_refused_with_what_is_wrong() {
    for (from, to, reason) in [
        (
            "model_name:",
            "model-name:",
            "unknown field `model-name`, expected",
        ),
        ("seed: 1", "seed: [", "not a model card"),
        ("- 64\n", "- 32\n", "[5, 64, 64, 3]"),
        (
            "name: steer\n",
            "name: wheel\n",
            "throttle, brake, steer expected",
        ),
        (
            "exploration_std: 0.1",
            "exploration_std: -0.1",
            "outputs.steer.exploration_std",
        ),
    ] {
        let output = made("1.0.0");
        let path = output.path().join("1.0.0/model_card.yaml");
        let card = fs::read_to_string(&path).unwrap();
        assert!(card.contains(from));
        fs::write(&path, card.replace(from, to)).unwrap();
        let message = load_refusal(output.path());
        assert!(message.contains("model_card.yaml: "), "{message}");
        assert!(message.contains(reason), "{reason} is not in {message}");
    }
}
