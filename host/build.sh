#!/usr/bin/env bash
# Builds with one line that shows crate n of m. Cargo's own output is shown where a build fails.
#
#   host/build.sh connector   the connector and the tool that packs it, at the same time, into target/connectors
#   host/build.sh program     the command `switchboard`
#
# CARGO and FEATURES come from the Makefile.
set -euo pipefail
cd "$(dirname "$0")/.."
logs=target/build-logs
mkdir -p "$logs" target/connectors
# Seconds between two lines where nobody sees a line change.
every=15
# The logs are read for cargo's progress bar.
export CARGO_TERM_PROGRESS_WHEN=always CARGO_TERM_PROGRESS_WIDTH=120 CARGO_TERM_COLOR=never
# What a build has to say to the person goes past its log.
exec 3>&2
export MESSAGES_FD=3

# How far a build is: the last "n/m: crate, crate" of its log, or that it failed.
progress() {
  local last
  last=$(tr '\r' '\n' <"$logs/$1.log" | sed -n 's/ *$//; s/.*Building \[.*\] //p; s/^ *Finished .*/done/p; s/^error.*/failed/p' | tail -1)
  case "$last" in
  */*) echo "crate ${last/\// of }" ;;
  *) echo "${last:-starting}" ;;
  esac
}

line() {
  local name text=""
  for name in "$@"; do
    text+="${text:+ | }$name: $(progress "$name")"
  done
  printf '%02d:%02d  %s' $((SECONDS / 60)) $((SECONDS % 60)) "$text"
}

# Shows how far builds are until all of them have ended.
follow() {
  local width shown=-$every
  width=$(tput cols 2>/dev/null || echo 100)
  while [ -n "$(jobs -pr)" ]; do
    if [ -t 2 ]; then
      printf '\r\033[K%.*s' "$((width - 1))" "$(line "$@")" >&2
    elif [ $((SECONDS - shown)) -ge $every ]; then
      shown=$SECONDS
      printf '%s\n' "$(line "$@")" >&2
    fi
    sleep 0.5
  done
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# Waits for one build; shows all that it printed if it failed.
finish() {
  wait "$2" && return
  tr '\r' '\n' <"$logs/$1.log" | grep -v '^ *Building \[' >&2 || true
  echo "error: the build of the $1 failed" >&2
  exit 1
}

case "$1" in
connector)
  echo "building the connector and the host (the first time: about eight minutes on two cores)" >&2
  connector/build.sh >"$logs/core" 2>"$logs/connector.log" &
  connector=$!
  # shellcheck disable=SC2086 # several words
  ${CARGO:-cargo} build --locked $FEATURES --exclude switchboard-cli --exclude switchboard-app \
    --bin pack-connector 2>"$logs/host.log" &
  host=$!
  follow connector host
  finish connector "$connector"
  finish host "$host"
  echo "packing the connector" >&2
  target/debug/pack-connector "$(cat "$logs/core")" target/connectors/zoom.wasm
  ;;
program)
  # shellcheck disable=SC2086 # several words
  ${CARGO:-cargo} build --locked $FEATURES --bin switchboard 2>"$logs/program.log" &
  program=$!
  follow program
  finish program "$program"
  ;;
*)
  echo "usage: host/build.sh connector|program" >&2
  exit 2
  ;;
esac
