#!/usr/bin/env bash
# Keeps the one pull request that moves the lock: opened and updated where the lock moved, closed
# where the default branch already has it.
#
#   MOVED=true|false BASE=BRANCH BASE_SHA=… GITHUB_REPOSITORY=… RUN_URL=… lock-pull-request.sh REPORT
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly BRANCH=$LOCK_BRANCH TITLE='lock: take what the sources hold now'
report=$1
repository=repos/$GITHUB_REPOSITORY
[[ "$MOVED" == true || "$MOVED" == false ]] || die 'moved must be true or false'

number=$(gh api "$repository/pulls?state=open&head=${GITHUB_REPOSITORY%%/*}:$BRANCH&base=$BASE" |
  jq -r '.[0].number // empty')

if [[ "$MOVED" == false ]]; then
  if [[ -n "$number" ]]; then
    gh api --method PATCH "$repository/pulls/$number" --silent -f state=closed
    notice "closed pull request #$number: the lock has what the sources hold"
    # Nobody is to take what it noted for a note of today, or open it again as it was. What somebody else committed stays.
    head=$(head_of "$BRANCH")
    if [[ -n "$head" && "$(gh api "$repository/git/commits/$head" | jq -r .message)" == "$TITLE" ]]; then
      gh api --method DELETE "$repository/git/refs/heads/$BRANCH" --silent
    fi
  fi
  exit 0
fi

# Prints an entry of the tree for each lock, and for each that has gone to another name.
entries() {
  local lock blob
  while read -r lock; do
    jq -n --arg path "$lock" '{path: $path, mode: "100644", type: "blob", sha: null}'
  done < <(locks_gone)
  while read -r lock; do
    blob=$(jq -n --rawfile text "$lock" '{content: $text, encoding: "utf-8"}' | made blobs)
    jq -n --arg blob "$blob" --arg path "$lock" '{path: $path, mode: "100644", type: "blob", sha: $blob}'
  done < <(lock_files)
}

commit_to "$BRANCH" "$TITLE" entries

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf 'What the sources hold now, from [the run](%s). ' "$RUN_URL"
  printf 'Merging this mirrors it; until then *apply* keeps to the old digests.\n\n'
  head -c "$BODY_LIMIT" "$report" | fence
} >"$body"

if [[ -n "$number" ]]; then
  gh api --method PATCH "$repository/pulls/$number" --silent -F "body=@$body"
  notice "updated pull request #$number"
else
  gh api --method POST "$repository/pulls" --silent \
    -f "title=$TITLE" -f "head=$BRANCH" -f "base=$BASE" -F "body=@$body" ||
    die 'no pull request could be opened: turn on "Allow GitHub Actions to create and approve pull requests" in Settings, Actions, General'
  notice 'opened a pull request'
fi
