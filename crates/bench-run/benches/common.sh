# shellcheck shell=bash
# What all recipes in this folder share. Each sources it; it does nothing alone.
#
# The service is pinned to processor 1, whatever loads it to processor 0. Every row that a recipe prints is one run, and
# the lines that end it begin with "summary".
set -euo pipefail
# Numbers have a point everywhere.
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

work=$(mktemp -d)
started=()
trap 'stop_all; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# fail WORDS: ends the recipe.
fail() {
  echo "${0##*/}: $*" >&2
  exit 2
}

# need PROGRAM...: what this recipe cannot do without.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null || fail "needs $program, which is not on PATH"
  done
}

# whole NAME VALUE...: refuses what is not a whole number above 0.
whole() {
  local name=$1 value
  shift
  for value; do
    [[ $value =~ ^[1-9][0-9]*$ ]] || fail "$name: found \"$value\", expected a whole number above 0"
  done
}

# Builds what is measured, and says what measures what, where.
prepare() {
  need cargo jq taskset
  taskset -c 0,1 true 2>/dev/null || fail "needs processors 0 and 1"
  cargo build --quiet --release -p bench-run -p policy-server
  bench=$(cargo metadata --no-deps --format-version 1 | jq -r .target_directory)/release/bench-run
  echo "$("$bench" --version) of commit $(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown), $(rustc --version)"
  ! command -v wrk >/dev/null || wrk --version 2>&1 | awk '/^wrk/ {print $1, $2; exit}' || true
  ! command -v ab >/dev/null || ab -V | awk 'NR == 1 {print "ab", $5}'
  echo "Linux $(uname -r), $(nproc) processors: $(awk -F ': ' '/model name/ {print $2; exit}' /proc/cpuinfo)"
  echo "load before: $(cut -d ' ' -f 1-3 /proc/loadavg); $(date -u +%FT%RZ)"
}

# start_server OPTION...: policy-server with these options, if any, at $url.
# shellcheck disable=SC2120
start_server() {
  : >"$work/server"
  taskset -c 1 "${bench%/*}/policy-server" --artifacts fixtures/artifacts --port 0 "$@" >"$work/server" 2>"$work/server.errors" &
  server=$!
  started+=("$server")
  until url=$(grep -o 'http://.*' "$work/server"); do
    kill -0 "$server" 2>/dev/null || fail "policy-server does not start: $(cat "$work/server.errors")"
    sleep 0.02
  done
}

# stop PROCESS: ends a process that this recipe started, and waits for its end.
stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_all() {
  local process
  for process in "${started[@]}"; do
    stop "$process"
  done
}

# load CONFIGURATION DOCUMENT OPTION...: bench-run on processor 0, against $url.
load() {
  local configuration=$1 document=$2
  shift 2
  taskset -c 0 "$bench" --config "$configuration" --target "$url" --output "$document" --quiet "$@" </dev/null
}

# Of the numbers on stdin: median, least and most, with the format of one of them.
spread() {
  sort -g | awk -v one="${1:-%.3f}" '{ value[NR] = $1 }
    END { if (NR) printf "median " one ", " one " to " one " (%d rows)\n", (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2, value[1], value[NR], NR
          else print "no rows" }'
}
