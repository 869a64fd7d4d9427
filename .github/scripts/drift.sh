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
pusher drift --format github --report "$report" --report "$counts" || code=$?
[[ -s "$report" ]] || printf 'No report: the log says why.\n' >"$report"
mask "$report"
summarise <"$report"

hand_on() {
  printf 'status=%s\n' "$1" >>"$GITHUB_OUTPUT"
}
case $code in
  0 | 2) hand_on "$code" ;;
  *)
    [[ -s "$counts" ]] || die "drift could not be told (status $code): see the log"
    # What is neither in place nor unread has drifted.
    ! jq -e '[.summary | del(.in_place, .unreadable)[]] | add > 0' "$counts" >/dev/null || hand_on 2
    die 'not everything could be read, so that more may have drifted than is told: see the summary'
    ;;
esac
