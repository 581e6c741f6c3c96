#!/usr/bin/env bash
# How often the 95 % intervals of p50, p95 and p99 hold the quantiles of all runs together, as the client sees them:
# runs against policy-server with one worker and --start-spread 5 %, started anew for each repetition. Requests
# arrive as a Poisson process at 0.8 of what the server can do, which is measured first, so they wait in a queue and the
# waits are autocorrelated: it takes some 50 requests to be worth an independent one.
# Needs jq and two processors. The documents are kept in FOLDER, if one is named.
# usage: live-coverage.sh [RUNS [SECONDS [REPETITIONS [FOLDER]]]]
#   default: 50 runs of 15 s in 5 repetitions, 13 minutes in all
callers_folder=$PWD
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
runs=${1:-50} seconds=${2:-15} repetitions=${3:-5} folder=$work
whole RUNS "$runs"
whole SECONDS "$seconds"
whole REPETITIONS "$repetitions"
if [ $# -gt 3 ]; then
  folder=$(cd "$callers_folder" && mkdir -p "$4" && cd "$4" && pwd)
fi
prepare
cargo build --quiet --release -p bench-run --example live-coverage

service=(--workers 1 --latency 'lognormal:150us,0.5')
start_server "${service[@]}"
cat >"$work/most.json" <<'JSON'
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 4,
  "duration_seconds": 5, "repetitions": 1, "cores": [0]}}
JSON
load "$work/most.json" "$work/most"
stop "$server"
rate=$(jq '.throughput.rps * 0.8 | round' "$work/most")
echo "the server answers $(jq '.throughput.rps | round' "$work/most") rps at most; offered are $rate rps"

# Each repetition has a server of its own: bench-run starts it, beside itself first.
jq -n --argjson rate "$rate" --argjson seconds "$seconds" --argjson repetitions "$repetitions" \
  '{benchmark: {warmup_iterations: 20, measurement_iterations: 1, batch_sizes: [1], concurrent_requests: 256,
     duration_seconds: $seconds, arrival_rate_rps: $rate, arrivals: "poisson", repetitions: $repetitions, cores: [0],
     serve: {command: (["policy-server", "--artifacts", "fixtures/artifacts", "--port", "0", "--start-spread", "5%"]
       + $ARGS.positional), cpus: [1]}}}' --args -- "${service[@]}" >"$work/queue.json"
documents=()
for ((run = 1; run <= runs; run++)); do
  document=$folder/run-$run.json
  "$bench" --config "$work/queue.json" --output "$document" --quiet </dev/null
  documents+=("$document")
  echo "run $run of $runs" >&2
done
"${bench%/*}/examples/live-coverage" "${documents[@]}"
