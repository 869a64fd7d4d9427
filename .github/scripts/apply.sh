#!/usr/bin/env bash
# Applies what the files say, and puts the report into the step summary.
#
#   apply.sh REPORT     writes the markdown to REPORT, and the step's outputs
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
require_set_up

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
counts=$folder/report.json

status=0
# What failed stands on the lines of the files as well.
run_pusher apply --format github --report "$report" --report "$counts" || status=$?

[[ -s "$report" ]] || printf 'No report: the log says why.\n' >"$report"
summarise <"$report"
mask "$report"
hand_on status "$status"
hand_on report "$report"
[[ ! -s "$counts" ]] || hand_on changes "$(count '.created + .updated + .deleted' "$counts")"
((status == 0)) || die "not everything was applied (status $status): see the summary"
