#!/usr/bin/env bash
# Takes into `mirror.lock` what the sources hold now.
#
#   lock.sh REPORT      writes what moved to REPORT, and `moved` (true or false) as the step's output
#
# Where nothing is locked there is nothing to move. Fails when the lock could not be renewed at all;
# an image that could not be read keeps its digest, and the others move.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
if [[ ! -f mirror.lock ]]; then
  notice "there is no mirror.lock: run 'pusher lock' and commit what it writes (docs/lock.md)"
  exit 0
fi
require_set_up

before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp mirror.lock "$before"

status=0
pusher lock --update >"$report" || status=$?
mask "$report"
fence <"$report" | summarise

if cmp -s "$before" mirror.lock; then
  ((status == 0)) || die "the lock could not be renewed (status $status): see the log"
  printf 'moved=false\n' >>"$GITHUB_OUTPUT"
else
  ((status == 0)) || printf '::warning::some images could not be read and keep their digests: see the summary\n'
  printf 'moved=true\n' >>"$GITHUB_OUTPUT"
fi
