#!/usr/bin/env bash
# How long perf-compare takes, and how much memory: a history of 10,000 runs of 8 scenarios, quiet and with a change every
# hundred runs, and two runs of 100 scenarios with 20 repetitions. The documents are written by an example.
# Needs jq, hyperfine and GNU time.
# usage: speed.sh [RUNS]
#   default: 10 runs of each
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../bench-run/benches/common.sh"
runs=${1:-10}
whole RUNS "$runs"
need hyperfine
[ -x /usr/bin/time ] || fail "needs GNU time as /usr/bin/time"
prepare
cargo build --quiet --release -p perf-compare --example large-documents
cargo build --quiet --release -p perf-compare
compare=${bench%/*}/perf-compare
"${bench%/*}/examples/large-documents" "$work"
measure() {
  local name=$1
  shift
  hyperfine --shell=none --warmup 1 --runs "$runs" --export-json "$work/times" "$compare --quiet --exit-zero $*" >/dev/null 2>&1
  /usr/bin/time -f %M -o "$work/memory" "$compare" --quiet --exit-zero "$@" >/dev/null
  jq -r --arg name "$name" --argjson kib "$(cat "$work/memory")" '.results[0] | def ms: . * 1e4 | round / 10;
    "summary: \($name): median \(.median | ms) ms (\(.min | ms) to \(.max | ms)), \($kib / 1024 | round) MiB"' "$work/times"
}
measure "one run against a history of 10,000" --baseline "$work/history.ndjson" --current "$work/tonight.json"
measure "the same history with a hundred changes" --baseline "$work/changing" --current "$work/tonight.json"
measure "100 scenarios of 20 repetitions" --baseline "$work/before.json" --current "$work/now.json"
measure "where a history with a hundred changes changed (--trend)" --baseline "$work/changing" --trend
