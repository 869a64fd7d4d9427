#!/usr/bin/env bash
# Tells a merged pull request of what was to be done that nobody had read there, or else what was done: `apply.sh` has
# written it down.
#
#   GITHUB_REPOSITORY=… RUN_URL=… [PULL_REQUEST=…] merge-comment.sh FOLDER
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly MARKER='<!-- pusher-merge -->'
number=${PULL_REQUEST:-}
[[ -n "$number" ]] || number=$(<"$1/reviewed/pull-request")
[[ "$number" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the pull request number is not a number'
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf '%s\n' "$MARKER"
  if [[ -f "$1/merge.md" ]]; then
    fit "$1/merge.md" "$RUN_URL"
  elif [[ -f "$1/apply.md" ]]; then
    fit "$1/apply.md" "$RUN_URL"
  else
    said 'Nothing was done: the run says why.' '什么都没有做：原因见运行记录。'
    printf '\n'
  fi
  printf '\n[The run](%s)\n' "$RUN_URL"
} >"$body"
keep_comment "$number" "$MARKER" "$body"
