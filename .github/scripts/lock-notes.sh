#!/usr/bin/env bash
# Brings what the open pull request of the lock has noted, before the lock is made anew: a digest is as old as its first
# note, whether or not anybody has merged that by now. What a closed one has noted was pulled back, and counts no more.
#
#   GITHUB_REPOSITORY=… lock-notes.sh FOLDER      writes the notes of each lock to FOLDER/LOCK
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
rm -rf "$folder"
repository=repos/$GITHUB_REPOSITORY
open=$(gh api "$repository/pulls?state=open&head=${GITHUB_REPOSITORY%%/*}:$LOCK_BRANCH" | jq length)
if ((open == 0)); then
  notice 'the lock has no open pull request, so nothing has been noted but in the lock itself'
  exit 0
fi
why=$(mktemp)
trap 'rm -f "$why"' EXIT
while read -r lock; do
  path=$(jq -rn --arg path "$lock" '$path | split("/") | map(@uri) | join("/")')
  if ! text=$(gh api -H 'Accept: application/vnd.github.raw+json' "$repository/contents/$path?ref=$LOCK_BRANCH" 2>"$why"); then
    # A lock that the branch has not got has no notes there. What GitHub could not say must not pass for that.
    grep -qF '(HTTP 404)' "$why" || die "what the pull request of the lock has noted could not be read: $(head -n 1 "$why")"
    continue
  fi
  notes=$(awk '/^\[/ { on = ($0 == "[seen]") } on && /^"/' <<<"$text")
  [[ -n "$notes" ]] || continue
  mkdir -p "$(dirname "$folder/$lock")"
  printf '%s\n' "$notes" >"$folder/$lock"
done < <(lock_files)
