#!/usr/bin/env bash
# Looks whether the target still holds what the files say.
#
#   drift.sh REPORT     writes the markdown to REPORT, and `status` as the step's output: 0 where
#                       everything is in place, 2 where something is known to have drifted
#
# Fails when something could not be read. What is known of the others is handed on all the same; where
# nothing is, there is no `status`, and an open issue is neither closed nor changed.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
require_set_up

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
counts=$folder/drift.json

code=0
# On the lines of the files as well.
run_pusher drift --format github --report "$report" --report "$counts" || code=$?
[[ -s "$report" ]] || printf 'No report: the log says why.\n' >"$report"
mask "$report"
summarise <"$report"

hand_on report "$report"
# What is neither in place nor unread has drifted.
drifted=''
[[ ! -s "$counts" ]] || drifted=$(count '[del(.in_place, .unreadable)[]] | add' "$counts")
[[ -z "$drifted" ]] || hand_on changes "$drifted"

case $code in
  0 | 2) hand_on status "$code" ;;
  *)
    [[ -n "$drifted" ]] || die "drift could not be told (status $code): see the log"
    ((drifted == 0)) || hand_on status 2
    die 'not everything could be read, so that more may have drifted than is told: see the summary'
    ;;
esac
