#!/usr/bin/env bash
# Reads what report-gen writes as openmetrics with promtool, which must have nothing to say of it.
# The argument is the binary; promtool is in Debian's package prometheus.
set -euo pipefail

report_gen=${1:?"usage: promtool.sh BINARY"}
report_gen=$(realpath "$report_gen")
cd "$(dirname "${BASH_SOURCE[0]}")/documents"
page=$(mktemp)
trap 'rm -f "$page"' EXIT

check() {
  local document=$1
  "$report_gen" --quiet --exit-zero --format openmetrics --results - > "$page" < "$document"
  local words
  words=$(promtool check metrics < "$page" 2>&1) || words="$words (exit code $?)"
  # promtool passes over a series that comes again; Prometheus does not.
  words+=$(grep --text --invert-match '^#' "$page" | sed 's/ [^ ]*$//' | sort | uniq --repeated || true)
  if [ -n "$words" ]; then
    printf '%s: %s\n' "$document" "$words" >&2
    exit 1
  fi
  printf '%s: promtool finds nothing in %s lines\n' "$document" "$(wc --lines < "$page")"
}

check passed.json
check failed.json
check twice.json
check full.json
check <(printf '{}')
