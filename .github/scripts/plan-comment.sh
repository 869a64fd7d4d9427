#!/usr/bin/env bash
# Puts a finished plan into the pull request's one comment.
#
#   GITHUB_REPOSITORY=… RUN_ID=… RUN_URL=… HEAD_SHA=… HEAD_REPOSITORY=… plan-comment.sh
#
# Runs with a token that may write, after a run that a stranger's pull request may have made. So
# what that run left behind is only data: a number, which must be a pull request whose head is the
# very commit and repository that GitHub says the run was made for, and a text.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly MARKER='<!-- pusher-plan -->'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A run that was cut short, or whose workflow a stranger rewrote, may have left nothing.
IFS=$'\t' read -r name size < <(gh api "repos/$GITHUB_REPOSITORY/actions/runs/$RUN_ID/artifacts?per_page=100" |
  jq -r '[.artifacts[] | select((.name | test("^pusher-plan-[0-9]+$")) and (.expired | not))][0] // {}
    | [.name // "-", .size_in_bytes // 0] | @tsv')
if ((size == 0)); then
  notice 'the run left no plan: no comment'
  exit 0
fi
((size <= 5000000)) || die "the plan's artifact is too large"
gh run download "$RUN_ID" --repo "$GITHUB_REPOSITORY" --name "$name" --dir "$folder/in"
for file in pull-request plan.md; do
  [[ -f "$folder/in/$file" && ! -L "$folder/in/$file" ]] || die "the plan's artifact has no \`$file\`"
done

number=$(head -c 32 "$folder/in/pull-request" | tr -d '\0')
[[ "$number" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the pull request number is not a number'

pull=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$number")
head=$(jq -r '.head.sha' <<<"$pull")
owner=$(jq -r '.head.repo.full_name // ""' <<<"$pull")
if [[ "$owner" != "$HEAD_REPOSITORY" ]]; then
  die 'the pull request is not of the repository that the plan was made for'
fi
if [[ "$head" != "$HEAD_SHA" || $(jq -r .state <<<"$pull") != open ]]; then
  notice 'the pull request has moved on or is closed: no comment'
  exit 0
fi

body=$folder/body.md
{
  printf '%s\n' "$MARKER"
  printf '### pusher plan for %s\n\n' "${HEAD_SHA:0:12}"
  if [[ "$HEAD_REPOSITORY" == "$GITHUB_REPOSITORY" ]]; then
    fit "$folder/in/plan.md" "$RUN_URL"
  else
    # A fork may have changed what writes the plan: it is quoted, not rendered.
    printf 'From a fork: made by its own code and without secrets. Judge by the files. Nothing of it is applied: a merge is planned anew.\n\n'
    head -c "$BODY_LIMIT" "$folder/in/plan.md" | fence
  fi
  printf '\n[The run](%s)\n' "$RUN_URL"
} >"$body"

keep_comment "$number" "$MARKER" "$body"
