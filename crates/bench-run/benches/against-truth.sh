#!/usr/bin/env bash
# Reported p50 and p99 less the server's own record of the same requests: open loop, 500 rps, 20 connections, service
# time lognormal with a median of 5 ms. The server's clock runs from when it has read a request's head until it hands
# its answer over: what lies between is what the kernel and the generator add, so the difference is never to be negative.
# Both quantiles are by nearest rank. Reported ones stand at the upper end of their bucket (three significant digits),
# which is at most `bucket_ms` above.
# Needs jq and two processors.
# usage: against-truth.sh [SECONDS [ROUNDS]]    default: 30, 5 rounds
# shellcheck source=crates/bench-run/benches/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=${1:-30} rounds=${2:-5}
whole SECONDS "$seconds"
whole ROUNDS "$rounds"
prepare
cat >"$work/truth.json" <<JSON
{"benchmark": {"warmup_iterations": 0, "measurement_iterations": 1, "batch_sizes": [1], "concurrent_requests": 20,
  "duration_seconds": $seconds, "arrival_rate_rps": 500, "repetitions": 1, "cores": [0]}}
JSON
echo "round requests p50_ms p99_ms true_p50_ms true_p99_ms p50_off_ms p99_off_ms p50_bucket_ms p99_bucket_ms"
for ((round = 1; round <= rounds; round++)); do
  # Without a warm-up, the record of a server of its own is of the measured requests and no others.
  rm -f "$work/truth.csv"
  start_server --latency lognormal:5ms,0.5 --truth "$work/truth.csv"
  load "$work/truth.json" "$work/document"
  # Its end completes the record.
  stop "$server"
  jq -r '[.latency.samples, .error_rate.failed, .latency.p50_ms, .latency.p99_ms] | @tsv' "$work/document" >"$work/reported"
  tail -n +2 "$work/truth.csv" | cut -d , -f 4 | sort -g |
    awk -v round="$round" -v reported="$(cat "$work/reported")" '
      function rank(p,   r) { r = int(NR * p); if (r < NR * p) r++; return us[r] / 1000 }
      function bucket(ms,   ns, width) { ns = ms * 1e6; for (width = 1; width * 2048 <= ns; width *= 2); return width / 1e6 }
      { us[NR] = $1 }
      END {
        split(reported, r, "\t")
        if (r[1] != NR || r[2] > 0) { print "found " NR " requests in the record, " r[1] " in the document, " r[2] " failed" >"/dev/stderr"; exit 1 }
        printf "%d %d %.3f %.3f %.3f %.3f %+.3f %+.3f %.3f %.3f\n", round, NR, r[3], r[4], rank(0.5), rank(0.99),
          r[3] - rank(0.5), r[4] - rank(0.99), bucket(r[3]), bucket(r[4])
      }' | tee -a "$work/rows" || fail "the record and the document are not of the same requests"
done
echo "summary: p50 reported less true: $(awk '{print $7}' "$work/rows" | spread %+.3f) ms"
echo "summary: p99 reported less true: $(awk '{print $8}' "$work/rows" | spread %+.3f) ms"
