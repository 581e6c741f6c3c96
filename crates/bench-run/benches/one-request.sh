#!/usr/bin/env bash
# Wall time of a whole run of one request, from the start of the process to its end: bench-run beside those of ab, hey and
# oha that are there (wrk runs for a second at least). `true` is what starting any process takes; `service` is the time
# that policy-server says it worked for bench-run, which also asks it for /metadata and, for its memory, for /metrics at the
# beginning and after each of the two phases. The processes are not pinned, as git works beside bench-run; its worker is.
# Needs curl and jq, and two processors.
# usage: one-request.sh [RUNS]    default: 30 of each, in turn
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
runs=${1:-30}
whole RUNS "$runs"
need curl
prepare
# shellcheck disable=SC2119
start_server

body='{"observations":[{"speed":25.123,"steering":0.1234,"sensors":[0.12345678,0.1234,0.1234]}],"deterministic":true}'
printf '%s' "$body" >"$work/body.json"
cat >"$work/one.json" <<'JSON'
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 1,
  "duration_seconds": 0.000001, "repetitions": 1, "cores": [0]}}
JSON

run_true() { true_path=$(type -P true) && "$true_path"; }
run_bench-run() { "$bench" --config "$work/one.json" --target "$url" --quiet </dev/null >"$work/document"; }
run_ab() { ab -q -n 1 -c 1 -p "$work/body.json" -T application/json "$url/predict"; }
run_hey() { hey -n 1 -c 1 -m POST -T application/json -D "$work/body.json" "$url/predict"; }
run_oha() { oha --no-tui -n 1 -c 1 -m POST -T application/json -D "$work/body.json" "$url/predict"; }
tools=(true bench-run)
for tool in ab hey oha; do
  ! command -v "$tool" >/dev/null || tools+=("$tool")
done

echo "run tool ms"
for ((run = 1; run <= runs; run++)); do
  for tool in "${tools[@]}"; do
    curl -s "$url/metrics" >"$work/before"
    start=$EPOCHREALTIME
    "run_$tool" >/dev/null 2>&1 || fail "$tool failed"
    end=$EPOCHREALTIME
    awk -v row="$run $tool" -v us=$((${end/./} - ${start/./})) 'BEGIN {printf "%s %.3f\n", row, us / 1000}' | tee -a "$work/rows"
    [ "$tool" = bench-run ] || continue
    curl -s "$url/metrics" >"$work/after"
    # Of the pages of metrics, one was for this recipe.
    awk -v row="$run service" -F '[{} ]' '
      $1 == "carla_rl_request_duration_seconds_sum" { seconds[$2] += (FNR == NR ? -$NF : $NF) }
      $1 == "carla_rl_request_duration_seconds_count" { count[$2] += (FNR == NR ? -$NF : $NF) }
      END {
        for (page in count) if (count[page] > 0) ms += seconds[page] * 1000 * (count[page] - (page ~ /metrics/)) / count[page]
        printf "%s %.3f\n", row, ms
      }' "$work/before" "$work/after" | tee -a "$work/rows"
  done
done
requests=$(jq '.error_rate.requests' "$work/document")
[ "$requests" = 1 ] || echo "note: the last run of bench-run made $requests requests" >&2
for tool in "${tools[@]}" service; do
  echo "summary: $tool: $(awk -v tool="$tool" '$2 == tool {print $3}' "$work/rows" | spread) ms"
done
echo "summary: bench-run less the service's own time, run by run: $(awk '{ ms[$1, $2] = $3; if ($1 > runs) runs = $1 }
  END { for (i = 1; i <= runs; i++) print ms[i, "bench-run"] - ms[i, "service"] }' "$work/rows" | spread) ms"
