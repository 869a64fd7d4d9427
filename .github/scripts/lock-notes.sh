#!/usr/bin/env bash
# Brings what the open pull request of the lock has noted, before the lock is made anew: a digest is as old as its first
# note, whether or not anybody has merged that by now.
#
#   GITHUB_REPOSITORY=… lock-notes.sh FOLDER      writes the notes of each lock to FOLDER/LOCK
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
rm -rf "$folder"
while read -r lock; do
  path=$(jq -rn --arg path "$lock" '$path | split("/") | map(@uri) | join("/")')
  # Where there is no such branch, nothing has been noted.
  text=$(gh api -H 'Accept: application/vnd.github.raw+json' \
    "repos/$GITHUB_REPOSITORY/contents/$path?ref=$LOCK_BRANCH" 2>/dev/null) || continue
  notes=$(awk '/^\[/ { on = ($0 == "[seen]") } on && /^"/' <<<"$text")
  [[ -n "$notes" ]] || continue
  mkdir -p "$(dirname "$folder/$lock")"
  printf '%s\n' "$notes" >"$folder/$lock"
done < <(lock_files)
