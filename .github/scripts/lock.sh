#!/usr/bin/env bash
# Takes into `mirror.lock` what the sources hold now; where there are several targets, into each one's lock.
#
#   lock.sh REPORT NOTES      writes what moved to REPORT, and `changes` as the step's output: 0 where the locks
#                       stay as they are; NOTES is where lock-notes.sh
#                       left what the open pull request has noted, if it did
#
# Where nothing is locked there is nothing to move. Fails when the lock could not be renewed at all;
# an image that could not be read keeps its digest, and the others move.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1 notes=$2
if [[ -z "$(lock_files)" ]]; then
  notice "there is no $(lock_file): run 'pusher lock' and commit what it writes (docs/lock.md)"
  exit 0
fi
require_set_up

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
# Prints what is in all locks, line by line with the lock's name.
locked() {
  local lock
  while read -r lock; do
    sed "s|^|$lock: |" "$lock"
  done < <(lock_files)
}
locked >"$scratch/before"
# Adds to each lock what is noted of it: `pusher` takes both, of two notes of one digest the earlier.
while read -r lock; do
  [[ -f "$notes/$lock" ]] || continue
  { printf '\n[seen]\n' && cat "$notes/$lock"; } >>"$lock"
done < <(lock_files)
locked >"$scratch/noted"

status=0
run_pusher lock --update >"$report" || status=$?
mask "$report"
fence <"$report" | summarise

hand_on report "$report"
hand_on status "$status"
locked >"$scratch/after"
if ((status != 0)) && cmp -s "$scratch/noted" "$scratch/after"; then
  die "the lock could not be renewed (status $status): see the log"
elif cmp -s "$scratch/before" "$scratch/after"; then
  hand_on changes 0
else
  ((status == 0)) || printf '::warning::some images could not be read and keep their digests: see the summary\n'
  hand_on changes "$(diff "$scratch/before" "$scratch/after" | grep -c '^[<>]' || true)"
fi
