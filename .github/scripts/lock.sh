#!/usr/bin/env bash
# Takes into `mirror.lock` what the sources hold now.
#
#   lock.sh REPORT      writes what moved to REPORT, and `changes` as the step's output: 0 where the lock
#                       stays as it is
#
# Where nothing is locked there is nothing to move. Fails when the lock could not be renewed at all;
# an image that could not be read keeps its digest, and the others move.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
lock=$(lock_file)
if [[ ! -f "$lock" ]]; then
  notice "there is no $lock: run 'pusher lock' and commit what it writes (docs/lock.md)"
  exit 0
fi
require_set_up

before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp "$lock" "$before"

status=0
run_pusher lock --update >"$report" || status=$?
mask "$report"
fence <"$report" | summarise

hand_on report "$report"
hand_on status "$status"
if cmp -s "$before" "$lock"; then
  ((status == 0)) || die "the lock could not be renewed (status $status): see the log"
  hand_on changes 0
else
  ((status == 0)) || printf '::warning::some images could not be read and keep their digests: see the summary\n'
  hand_on changes "$(diff "$before" "$lock" | grep -c '^[<>]' || true)"
fi
