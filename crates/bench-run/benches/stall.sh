#!/usr/bin/env bash
# What is reported of a service that stops for the last 500 ms of every 5 s: open loop, 200 rps, 10 connections, one
# repetition of whole periods. A tenth of the requests becomes due in a stop, evenly spread over it, and each waits for
# its end: so p95 is 250 ms, p99 450 ms and the longest 500 ms, each less up to 5 ms, as
# they become due every 5 ms; p50 is not touched.
# Needs jq and two processors.
# usage: stall.sh [SECONDS [ROUNDS]]    default: 60 (a multiple of 5), 3 rounds
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=${1:-60} rounds=${2:-3}
whole SECONDS "$seconds"
whole ROUNDS "$rounds"
((seconds % 5 == 0)) || fail "SECONDS: found $seconds, expected a multiple of 5: whole periods"
prepare
start_server --stall 500ms/5s
cat >"$work/stall.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 10,
  "duration_seconds": $seconds, "arrival_rate_rps": 200, "repetitions": 1, "cores": [0]}}
JSON
echo "round requests failed p50_ms p95_ms p99_ms max_ms p95_off_percent p99_off_percent max_off_percent"
for ((round = 1; round <= rounds; round++)); do
  load "$work/stall.json" "$work/document"
  jq -r '[.error_rate.requests, .error_rate.failed, (.latency | .p50_ms, .p95_ms, .p99_ms, .max_ms)] | @tsv' "$work/document" |
    awk -v round="$round" '{ printf "%d %d %d %.3f %.3f %.3f %.3f %+.2f %+.2f %+.2f\n", round, $1, $2, $3, $4, $5, $6,
      ($4 / 250 - 1) * 100, ($5 / 450 - 1) * 100, ($6 / 500 - 1) * 100 }' | tee -a "$work/rows"
done
echo "summary: p95 off 250 ms by $(awk '{print $8}' "$work/rows" | spread %+.2f) percent"
echo "summary: p99 off 450 ms by $(awk '{print $9}' "$work/rows" | spread %+.2f) percent"
echo "summary: longest off 500 ms by $(awk '{print $10}' "$work/rows" | spread %+.2f) percent"
