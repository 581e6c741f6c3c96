#!/usr/bin/env bash
# What perf-compare says of live runs whose truth is known: policy-server is measured in turn with itself (bench-run --duel),
# and with --add the one that is judged is slower by that share of its service time. A line a run with the verdict on the
# run and on the p95 of its latency, and how often each came in the end. A run whose generator was starved by whatever else
# the machine does is compared all the same, without its throughput (--allow-saturated), and counted.
# Needs jq and two processors. The documents are kept in FOLDER, if one is named.
# usage: live-duel.sh [RUNS [REPETITIONS [ADD [LATENCY [FOLDER]]]]]
#   default: 50 runs of 5 repetitions of a service against itself, without any ordered latency, 7 minutes in all
#   20 runs of 10 repetitions, 15 % slower at a service time of 5 ms, 19 minutes: live-duel.sh 20 10 15% fixed:5ms
callers_folder=$PWD
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../bench-run/benches/common.sh"
runs=${1:-50} repetitions=${2:-5} add=${3:-0%} latency=${4:-} folder=$work
whole RUNS "$runs"
whole REPETITIONS "$repetitions"
if [ $# -gt 4 ]; then
  folder=$(cd "$callers_folder" && mkdir -p "$5" && cd "$5" && pwd)
fi
prepare
cargo build --quiet --release -p perf-compare
compare=${bench%/*}/perf-compare
"$compare" --version

service=(policy-server --artifacts fixtures/artifacts --port 0)
# 2,000 latencies a repetition carry p99, 400 carry p95: at 5 ms each that is two seconds.
samples=2000
if [ -n "$latency" ]; then
  service+=(--latency "$latency")
  samples=400
fi
judged=("${service[@]}")
[ "$add" = 0% ] || judged+=(--add "$add")
jq -n --argjson repetitions "$repetitions" --argjson samples "$samples" \
  '{benchmark: {warmup_iterations: 50, measurement_iterations: ($samples * $repetitions), batch_sizes: [1],
     concurrent_requests: 8, duration_seconds: (0.5 * $repetitions), repetitions: $repetitions, cores: [0],
     serve: {command: $ARGS.positional, cpus: [1]}}}' --args -- "${judged[@]}" >"$work/duel.json"
for ((run = 1; run <= runs; run++)); do
  current=$folder/current-$run.json baseline=$folder/baseline-$run.json compared=$folder/compared-$run.json
  "$bench" --config "$work/duel.json" --duel "${service[*]}" --duel-output "$baseline" --quiet </dev/null >"$current"
  "$compare" --paired --allow-saturated --baseline "$baseline" --current "$current" --exit-zero --quiet >"$compared"
  jq -r '[.comparison.verdict, (.comparison.warnings | if index("saturated") then "starved" else "quiet" end),
    (.comparison.metrics[] | select(.metric == "latency.p95_ms")
      | .verdict, .change_percent, .change_ci95.low, .change_ci95.high)] | @tsv' "$compared" |
    awk -v run="$run" 'BEGIN {OFS = "\t"} {print "run " run, $0}' | tee -a "$work/verdicts"
done
summary() {
  cut -f "$1" "$work/verdicts" | sort | uniq -c |
    awk -v what="$2" '{counts = counts sep $1 " " $2; sep = ", "} END {print "summary: " what ": " counts}'
}
summary 2 "the verdict on the run"
summary 4 "the verdict on the p95"
summary 3 "the generator"
