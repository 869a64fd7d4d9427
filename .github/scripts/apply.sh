#!/usr/bin/env bash
# Applies what the files say, and puts the report into the step summary.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

require_set_up

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
report=$folder/report.md

# A cancelled run gets SIGINT, which GitHub sends to this shell alone. It is handed on, so that
# `pusher` stops cleanly and still says what was done. Job control gives the child a process group
# and the default signals, which a background job otherwise lacks.
set -m
# What failed stands on the lines of the files as well.
pusher apply --format github --report "$report" &
child=$!
trap 'kill -INT "$child" 2>/dev/null || true' INT TERM
status=0
# A signal ends `wait` early: wait again until the child is really gone.
while :; do
  status=0
  wait "$child" || status=$?
  kill -0 "$child" 2>/dev/null || break
done

if [[ -s "$report" ]]; then
  summarise <"$report"
else
  printf 'No report: the log says why.\n' | summarise
fi
((status == 0)) || die "not everything was applied (status $status): see the summary"
