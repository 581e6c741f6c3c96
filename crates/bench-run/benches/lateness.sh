#!/usr/bin/env bash
# By how much sends are later than due, as the document says: open loop, 1,000 rps, with the generator's processor
# otherwise idle, and shared with a busy process, which the document is to warn of.
# Needs jq and two processors.
# usage: lateness.sh [SECONDS [ROUNDS]]    default: 20, 3 rounds of each, in turn
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=${1:-20} rounds=${2:-3}
whole SECONDS "$seconds"
whole ROUNDS "$rounds"
prepare
# shellcheck disable=SC2119
start_server
cat >"$work/even.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 10,
  "duration_seconds": $seconds, "arrival_rate_rps": 1000, "repetitions": 1, "cores": [0]}}
JSON
echo "round processor lag_p50_us lag_p99_us cpu_percent cpu_wait_percent saturated warnings"
for ((round = 1; round <= rounds; round++)); do
  for processor in idle shared; do
    busy=
    if [ $processor = shared ]; then
      taskset -c 0 yes >/dev/null &
      busy=$!
      started+=("$busy")
    fi
    load "$work/even.json" "$work/document"
    [ -z "$busy" ] || stop "$busy"
    jq -r --arg row "$round $processor" '(.run.generator) as $g | [$row, ($g.schedule_lag_p50_ms * 1e6 | round / 1e3),
      ($g.schedule_lag_p99_ms * 1e6 | round / 1e3), ($g.cpu_percent // "-"), ($g.cpu_wait_percent // "-"), ($g.saturated // false),
      ([.warnings[]?.code] | if . == [] then "-" else join(",") end)] | join(" ")' "$work/document" | tee -a "$work/rows"
  done
done
for processor in idle shared; do
  for column in 3 4; do
    echo "summary: $processor, p$((column == 3 ? 50 : 99)) $(awk -v processor=$processor -v column=$column '$2 == processor {print $column}' "$work/rows" | spread) us"
  done
  echo "summary: $processor, warned of in $(awk -v processor=$processor '$2 == processor && $7 == "true"' "$work/rows" | wc -l) of $rounds"
done
