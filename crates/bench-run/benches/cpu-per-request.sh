#!/usr/bin/env bash
# CPU time per request (user and system, of the whole process) of bench-run, wrk and ab: closed loop, in turn against one
# server. wrk and ab send one body again and again and judge none; bench-run draws new digits for each request and reads
# each answer.
# Needs wrk, ab (ApacheBench) and jq, and two processors.
# usage: cpu-per-request.sh [ROUNDS [SECONDS [CONNECTIONS...]]]    default: 5 rounds of 5 s each at 1, 10 and 64
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
rounds=${1:-5} seconds=${2:-5}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 1 10 64
whole ROUNDS "$rounds"
whole SECONDS "$seconds"
whole CONNECTIONS "$@"
need wrk ab
prepare
# shellcheck disable=SC2119
start_server

body='{"observations":[{"speed":25.123,"steering":0.1234,"sensors":[0.12345678,0.1234,0.1234]}],"deterministic":true}'
printf '%s' "$body" >"$work/body.json"
cat >"$work/predict.lua" <<LUA
wrk.method = "POST"
wrk.path = "/predict"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '$body'
LUA

# Each prints how many requests it made.
run_bench-run() { jq '.scenarios[] | select(.name == "load") | .error_rate.requests' "$work/document"; }
run_wrk() { awk '/requests in/ {print $1}' "$work/said"; }
run_ab() { awk '/^Complete requests/ {print $3}' "$work/said"; }

TIMEFORMAT='%U %S'
for connections; do
  cat >"$work/load.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [2], "concurrent_requests": 1,
  "duration_seconds": 0.001, "repetitions": 1, "cores": [0]},
 "test_scenarios": [{"name": "load", "concurrent_requests": $connections, "duration_seconds": $seconds}]}
JSON
  # The limit of requests comes after the limit of time, which sets one of 50,000.
  ab=(ab -q -k -t "$seconds" -n 5000000 -c "$connections" -p "$work/body.json" -T application/json "$url/predict")
  wrk=(wrk -t1 "-c$connections" "-d${seconds}s" -s "$work/predict.lua" "$url")
  : >"$work/rows"
  echo "connections round tool cpu_s requests us_per_request rps"
  for ((round = 1; round <= rounds; round++)); do
    turns=(bench-run wrk ab)
    # What drifts falls on all alike.
    ((round % 2)) || turns=(ab wrk bench-run)
    for tool in "${turns[@]}"; do
      case $tool in
        bench-run) cpu=$({ time load "$work/load.json" "$work/document" >/dev/null 2>&1; } 2>&1) ;;
        wrk) cpu=$({ time taskset -c 0 "${wrk[@]}" >"$work/said" 2>/dev/null; } 2>&1) ;;
        ab) cpu=$({ time taskset -c 0 "${ab[@]}" >"$work/said" 2>/dev/null; } 2>&1) ;;
      esac || fail "$tool failed: $cpu"
      requests=$("run_$tool")
      awk -v row="$connections $round $tool" -v requests="$requests" -v seconds="$seconds" \
        '{ printf "%s %.3f %d %.3f %.0f\n", row, $1 + $2, requests, ($1 + $2) * 1e6 / requests, requests / seconds }' <<<"$cpu" | tee -a "$work/rows"
    done
  done
  for tool in bench-run wrk ab; do
    echo "summary: $connections connections, $tool: $(awk -v tool=$tool '$3 == tool {print $6}' "$work/rows" | spread) us/request"
  done
  ratio=$(awk '{ us[$2, $3] = $6; if ($2 > rounds) rounds = $2 }
    END { for (i = 1; i <= rounds; i++) print us[i, "bench-run"] / (us[i, "wrk"] < us[i, "ab"] ? us[i, "wrk"] : us[i, "ab"]) }' "$work/rows" | spread)
  echo "summary: $connections connections, bench-run / better of wrk and ab, round by round: $ratio"
done
