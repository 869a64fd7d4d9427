#!/usr/bin/env bash
# Looks whether the target still holds what the files say.
#
#   drift.sh REPORT     writes the markdown to REPORT, and `status` (0 or 2) as the step's output
#
# Fails when it could not tell: an open issue is then neither closed nor changed.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
require_set_up

status=0
# On the lines of the files as well.
pusher drift --format github --report "$report" || status=$?
[[ -s "$report" ]] || printf 'No report: the log says why.\n' >"$report"
mask "$report"
summarise <"$report"

case $status in
  0 | 2) printf 'status=%s\n' "$status" >>"$GITHUB_OUTPUT" ;;
  *) die "drift could not be told (status $status): see the log" ;;
esac
