#!/usr/bin/env bash
# Peak resident memory of bench-run and of wrk, closed loop, at 64 and at 5,000 connections.
# Needs wrk, GNU time and jq, two processors, and a hard limit of descriptors (ulimit -Hn) above the connections.
# usage: peak-memory.sh [SECONDS [ROUNDS [CONNECTIONS...]]]    default: 10, 3 rounds at 64 and 5000
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=${1:-10} rounds=${2:-3}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 64 5000
whole SECONDS "$seconds"
whole ROUNDS "$rounds"
whole CONNECTIONS "$@"
need wrk
gnu_time=$(type -P time) || fail "needs GNU time, which is not on PATH (the shell's own knows no memory)"
ulimit -Sn "$(ulimit -Hn)"
for connections; do
  limit=$(ulimit -n)
  [ "$limit" = unlimited ] || ((limit >= connections + 200)) ||
    fail "$connections connections need a limit of $((connections + 200)) descriptors, found $limit (ulimit -Hn)"
done
prepare
# shellcheck disable=SC2119
start_server

cat >"$work/predict.lua" <<'LUA'
wrk.method = "POST"
wrk.path = "/predict"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"observations":[{"speed":25.123,"steering":0.1234,"sensors":[0.12345678,0.1234,0.1234]}],"deterministic":true}'
LUA
echo "connections round tool peak_mib requests failed"
for connections; do
  cat >"$work/load.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [2], "concurrent_requests": 1,
  "duration_seconds": 0.001, "repetitions": 1, "cores": [0]},
 "test_scenarios": [{"name": "load", "concurrent_requests": $connections, "duration_seconds": $seconds}]}
JSON
  for ((round = 1; round <= rounds; round++)); do
    for tool in bench-run wrk; do
      # Of the tool alone: a child's peak begins anew when it becomes the tool.
      peak=("$gnu_time" -o "$work/peak" -f %M taskset -c 0)
      if [ $tool = bench-run ]; then
        "${peak[@]}" "$bench" --config "$work/load.json" --target "$url" --output "$work/document" --quiet </dev/null
        requests=$(jq -r '.error_rate | "\(.requests) \(.failed)"' "$work/document")
      else
        "${peak[@]}" wrk -t1 "-c$connections" "-d${seconds}s" -s "$work/predict.lua" "$url" >"$work/said"
        requests=$(awk '/requests in/ {all = $1} /Socket errors/ {gsub(",", ""); failed += $4 + $6 + $8 + $10}
          /Non-2xx/ {failed += $NF} END {print all, failed + 0}' "$work/said")
      fi
      tail -n 1 "$work/peak" | awk -v row="$connections $round $tool" -v requests="$requests" '{printf "%s %.1f %s\n", row, $1 / 1024, requests}' | tee -a "$work/rows"
    done
  done
done
for connections; do
  for tool in bench-run wrk; do
    echo "summary: $connections connections, $tool: $(awk -v n="$connections" -v tool=$tool '$1 == n && $3 == tool {print $4}' "$work/rows" | spread %.1f) MiB"
  done
done
