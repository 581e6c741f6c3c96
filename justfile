# Every recipe stands as a plain command in bin-docs/commands.md: a fresh machine has no just.

_list:
    @just --list --unsorted

# builds the tools and runs the whole pipe on quick-benchmark.yaml
pipeline:
    cargo pipeline

# the same, as long as a pull request would run it
ci-pipeline:
    cargo pipeline --config config/ci-benchmark.yaml

# measures only
bench: build
    target/release/bench-run --config config/quick-benchmark.yaml --output run.json

# judges what bench measured
validate: build
    target/release/perf-validate --thresholds config/performance-thresholds.yaml --results run.json > validated.json

# compares what bench measured with a baseline
compare: build
    target/release/perf-compare --baseline baselines/latest.json --current run.json > compared.json

# gates what bench measured
gate: build
    target/release/gate-check --gates config/quality-gates.yaml --only performance --results run.json > gated.json

# shows what bench measured
report: build
    target/release/report-gen --results run.json --output report.html > /dev/null

# builds everything
build:
    cargo build --release --workspace

# tests everything
test:
    cargo test --workspace

# what CI checks first
lint:
    cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings

# the documentation of the code
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# writes bin-docs/schemas/ anew from the types
schemas:
    cargo run -p schema --example write-schemas

# makes the policy of the fixtures anew
artifacts:
    cargo run --release -p policy-server -- create-artifacts --output fixtures/artifacts --version 1.0.0 --seed 1

# CPU time per request beside wrk and ab, in turn (needs wrk, ab and jq)
cpu-per-request:
    crates/bench-run/benches/cpu-per-request.sh

# mutated documents for ten minutes; bin-docs/fuzzing.md has the other readers
fuzz:
    cargo run --release -p pipeline-tests --example fuzz -- document 600

# all that CI does
ci:
    bash .ci/run
