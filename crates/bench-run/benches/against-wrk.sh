#!/usr/bin/env bash
# CPU time per request of bench-run and of wrk, closed loop, in interleaved pairs against the same server.
# Needs wrk and jq, and two processors: the server is pinned to the second, each generator to the first.
# usage: against-wrk.sh [CONNECTIONS [PAIRS [SECONDS]]]
set -euo pipefail
connections=${1:-64} pairs=${2:-5} seconds=${3:-5}
cd "$(dirname "$0")/../../.."
cargo build --quiet --release -p bench-run -p policy-server
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

taskset -c 1 target/release/policy-server --artifacts fixtures/artifacts --port 0 >"$work/server" &
server=$!
until grep -q http "$work/server"; do sleep 0.05; done
url=$(grep -o 'http://.*' "$work/server")

cat >"$work/predict.lua" <<'LUA'
wrk.method = "POST"
wrk.path = "/predict"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"observations":[{"speed":25.123,"steering":0.1234,"sensors":[0.12345678,0.1234,0.1234]}],"deterministic":true}'
LUA
cat >"$work/load.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [2], "concurrent_requests": 1,
 "duration_seconds": 0.001, "repetitions": 1, "cores": [0]},
 "test_scenarios": [{"name": "load", "concurrent_requests": $connections, "duration_seconds": $seconds}]}
JSON

TIMEFORMAT='%U %S'
# Prints: tool, user + system seconds, requests, microseconds a request, requests a second.
row() {
  awk -v tool="$1" -v requests="$3" -v seconds="$seconds" '{ cpu = $1 + $2
    printf "%-10s %7.3f s %9d requests %7.3f us/request %9.0f rps\n", tool, cpu, requests, cpu * 1e6 / requests, requests / seconds }' <<<"$2"
}
for _ in $(seq "$pairs"); do
  cpu=$({ time taskset -c 0 wrk -t1 -c"$connections" -d"${seconds}s" -s "$work/predict.lua" "$url" >"$work/wrk" 2>/dev/null; } 2>&1)
  row wrk "$cpu" "$(awk '/requests in/ {print $1}' "$work/wrk")"
  cpu=$({ time target/release/bench-run --config "$work/load.json" --target "$url" --quiet </dev/null >"$work/ours" 2>/dev/null; } 2>&1)
  row bench-run "$cpu" "$(jq '.error_rate.requests' "$work/ours")"
done | tee "$work/rows"
awk '{cpu[$1] = cpu[$1] " " $6} END {print cpu["wrk"]; print cpu["bench-run"]}' "$work/rows" | {
  read -r -a wrk; read -r -a ours
  for pair in "${!wrk[@]}"; do awk -v a="${ours[$pair]}" -v b="${wrk[$pair]}" 'BEGIN {print a / b}'; done
} | sort -g | awk '{ratio[NR] = $1} END {printf "bench-run / wrk, pair by pair: median %.3f, %.3f to %.3f\n", ratio[int((NR + 1) / 2)], ratio[1], ratio[NR]}'
