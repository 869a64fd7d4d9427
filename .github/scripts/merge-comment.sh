#!/usr/bin/env bash
# Tells a merged pull request of what was to be done that nobody had read there: `apply.sh` has written it down.
#
#   GITHUB_REPOSITORY=… RUN_URL=… merge-comment.sh FOLDER
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly MARKER='<!-- pusher-merge -->'
number=$(<"$1/reviewed/pull-request")
[[ "$number" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the pull request number is not a number'
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf '%s\n' "$MARKER"
  fit "$1/merge.md" "$RUN_URL"
  printf '\n[The run](%s)\n' "$RUN_URL"
} >"$body"
keep_comment "$number" "$MARKER" "$body"
