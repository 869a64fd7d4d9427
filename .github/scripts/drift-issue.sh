#!/usr/bin/env bash
# Keeps the one issue that says what has drifted: opened and updated on status 2, closed on 0.
#
#   STATUS=0|2 GITHUB_REPOSITORY=… RUN_URL=… drift-issue.sh REPORT
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly LABEL=pusher-drift MARKER='<!-- pusher-drift -->'
report=$1
issues=repos/$GITHUB_REPOSITORY/issues
[[ "$STATUS" == 0 || "$STATUS" == 2 ]] || die 'drift status must be 0 or 2'

# A fork has no issues until its owner turns them on.
if [[ $(gh api "repos/$GITHUB_REPOSITORY" | jq -r .has_issues) != true ]]; then
  [[ "$STATUS" == 0 ]] && exit 0
  die 'something has drifted, and issues are off here: turn them on in Settings, General, Features'
fi

# Only an issue that this workflow opened itself: anyone may write the marker.
number=$(gh api --paginate "$issues?state=open&labels=$LABEL&per_page=100" |
  jq -r --arg marker "$MARKER" '.[]
    | select(.pull_request == null)
    | select(.user.login == "github-actions[bot]")
    | select(.body // "" | startswith($marker))
    | .number' | sort -n | sed -n 1p)

if [[ "$STATUS" == 0 ]]; then
  if [[ -n "$number" ]]; then
    gh api --method POST "$issues/$number/comments" --silent \
      -f body="Everything is in place again: [the run]($RUN_URL)."
    gh api --method PATCH "$issues/$number" --silent -f state=closed -f state_reason=completed
    notice "closed issue #$number"
  fi
  exit 0
fi

body=$(mktemp)
trap 'rm -f "$body"' EXIT
{
  printf '%s\n' "$MARKER"
  printf 'The sources, this repository and the target no longer agree ([the run](%s)). ' "$RUN_URL"
  printf 'What differs, what could not be read and what to do about it is below. '
  # shellcheck disable=SC2016 # backticks meant as such
  printf 'The workflow *apply* does what `pusher apply` does, *lock* takes what moved upstream. '
  printf 'This issue closes when nothing differs.\n\n'
  fit "$report" "$RUN_URL"
} >"$body"

if [[ -n "$number" ]]; then
  gh api --method PATCH "$issues/$number" --silent -F "body=@$body"
  notice "updated issue #$number"
else
  gh api "repos/$GITHUB_REPOSITORY/labels/$LABEL" --silent 2>/dev/null ||
    gh api --method POST "repos/$GITHUB_REPOSITORY/labels" --silent \
      -f "name=$LABEL" -f color=d93f0b -f 'description=The target registry differs from the files'
  gh api --method POST "$issues" --silent \
    -f 'title=The target registry has drifted' -f "labels[]=$LABEL" -F "body=@$body"
  notice 'opened an issue'
fi
