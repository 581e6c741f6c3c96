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
    cargo build --release --workspace --locked

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

# What the workflows of .github run, step by step; bin-docs/workflows.md says when.

# the compiler of CI
toolchain:
    rustup toolchain install stable --profile minimal --component rustfmt --component clippy && rustup default stable

# the oldest compiler that the manifest allows
oldest-rust:
    rustup toolchain install 1.89 --profile minimal && cargo +1.89 check --workspace --locked

# the tools as one archive, for the jobs that follow
pack-tools:
    find target/release -maxdepth 1 -type f -perm -u+x -printf '%f\n' \
        | tar --create --gzip --file tools.tar.gz --directory target/release --files-from -

# the tools of an earlier job
unpack-tools:
    mkdir -p target/release && tar --extract --gzip --file tools.tar.gz --directory target/release

# which kind of host this is, by what bench-run's fingerprint tells hosts apart: as an output of the step
host:
    echo "host=$({ grep -m1 'model name' /proc/cpuinfo; nproc; awk '/^MemTotal/ { printf "%.0f\n", $2 / 1048576 }' /proc/meminfo; \
        ls /.dockerenv /run/.containerenv; grep -m1 -ow hypervisor /proc/cpuinfo; cat /sys/class/dmi/id/sys_vendor; } 2> /dev/null \
        | sha256sum | cut -c1-16)" >> "${GITHUB_OUTPUT:-/dev/stderr}"

# measures BENCHMARK in ENVIRONMENT, validates, compares, gates and reports
performance:
    target/release/bench-run --config "${BENCHMARK:-config/ci-benchmark.yaml}" --environment "${ENVIRONMENT:-local}" \
        | target/release/perf-validate --thresholds config/performance-thresholds.yaml \
        | target/release/perf-compare --baseline baselines --threshold 10 --allow-missing baseline --allow-saturated \
        | target/release/gate-check --gates config/quality-gates.yaml --only performance \
        | target/release/report-gen --output report.html > evidence.json

# takes what `performance` measured over into the baselines, if it has passed
keep-baseline:
    target/release/perf-compare --baseline baselines --update --allow-saturated --current evidence.json > /dev/null

# what `performance` measured, as a comment, the summary of the step, a test report and annotations
show-performance:
    target/release/report-gen --results evidence.json --exit-zero \
        --output comment.md --format markdown --output summary.md --format summary \
        --output junit.xml --format junit --output annotations.txt --format github > /dev/null \
        && cat summary.md >> "${GITHUB_STEP_SUMMARY:-/dev/stderr}" && cat annotations.txt

# puts comment.md on PULL_REQUEST
comment:
    target/release/deploy-notify --environment "${ENVIRONMENT:-local}" --github-comment --body comment.md \
        --pull-request "$PULL_REQUEST" --exit-zero < evidence.json > /dev/null

# says on PULL_REQUEST that COMMIT was not measured
comment-unmeasured:
    printf '## Performance: not measured\n\n%s could not be built, tested or measured. Why: %s\n' "$COMMIT" "$RUN" > unmeasured.md \
        && target/release/deploy-notify --environment "${ENVIRONMENT:-local}" --status failure --github-comment \
        --body unmeasured.md --pull-request "$PULL_REQUEST" < /dev/null

# the scanner that `audit` runs
audit-tool:
    cargo install cargo-audit --version 0.22.2 --locked

# known vulnerabilities of the dependencies
audit:
    cargo audit --json > audit.json || test -s audit.json

# gates what `audit` and Trivy found
gate-scans:
    target/release/scan-import --commit "$(git rev-parse HEAD)" audit.json trivy.json < /dev/null \
        | target/release/gate-check --gates config/quality-gates.yaml --only security --allow-missing code_quality \
        --commit "$(git rev-parse HEAD)" > security.json

# deploys to ENVIRONMENT with the repository's own program
deploy:
    test -x config/deploy/deploy \
        || { echo 'config/deploy/deploy is no program: bin-docs/workflows.md says what it must do' >&2; exit 1; } \
        && config/deploy/deploy "${ENVIRONMENT:?}"

# asks the service in ENVIRONMENT whether it is up and does what it must
probe-deployment:
    target/release/health-probe --environment "${ENVIRONMENT:-local}" --environments "${ENVIRONMENTS:-config/environments.yaml}" --wait-for-up 60s < /dev/null \
        | target/release/smoke-test --environment "${ENVIRONMENT:-local}" --environments "${ENVIRONMENTS:-config/environments.yaml}" \
        | target/release/gate-check --gates config/quality-gates.yaml --only deployment \
        | target/release/report-gen --output deployment.html > deployment.json

# what `probe-deployment` found, as the summary of the step
show-deployment:
    target/release/report-gen --results deployment.json --exit-zero --output deployment.md --format summary > /dev/null \
        && cat deployment.md >> "${GITHUB_STEP_SUMMARY:-/dev/stderr}"

# tells Slack how the deployment to ENVIRONMENT ended
notify:
    touch deployment.json \
        && target/release/deploy-notify --environment "$ENVIRONMENT" --status "$STATUS" --slack --exit-zero < deployment.json > /dev/null
