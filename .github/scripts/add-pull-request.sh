#!/usr/bin/env bash
# Makes the pull request of what an issue asks for, keeps it as the issue is edited, and tells the issue.
#
#   CHANGED=true|false BASE=BRANCH BASE_SHA=… GITHUB_EVENT_PATH=… GITHUB_REPOSITORY=… RUN_URL=… ISSUE_TOKEN=… add-pull-request.sh FOLDER
#
# FOLDER/add.md has what came of it and FOLDER/plan/plan.md the plan, if there is one. Of the issue only its number has a
# say: in the branch's name and the title. ISSUE_TOKEN is the run's own token, which tells the issue: the one that opens
# the pull request may be a person's, and need not be let write on issues.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

readonly MARKER='<!-- pusher-add -->'
folder=$1
repository=repos/$GITHUB_REPOSITORY
issue=$(jq -r .issue.number "$GITHUB_EVENT_PATH")
[[ "$issue" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the issue number is not a number'
branch=pusher/add-$issue title="images: what #$issue asks for"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
number=$(gh api "$repository/pulls?state=open&head=${GITHUB_REPOSITORY%%/*}:$branch&base=$BASE" | jq -r '.[0].number // empty')

# Tells the issue: text $1 comes first.
tell() {
  {
    printf '%s\n' "$MARKER"
    printf '%s\n\n' "$1"
    cat "$folder/add.md"
    printf '\n[The run](%s)\n' "$RUN_URL"
  } >"$scratch/comment.md"
  GH_TOKEN=$ISSUE_TOKEN keep_comment "$issue" "$MARKER" "$scratch/comment.md"
}

if [[ "$CHANGED" != true ]]; then
  if [[ -n "$number" ]]; then
    gh api --method PATCH "$repository/pulls/$number" --silent -f state=closed
    notice "closed pull request #$number: the issue asks for nothing more"
  fi
  tell "$(said 'No pull request comes of this. Edit the form, and it is read again.' '没有开 PR。改了表单，就会重新读。')"
  exit 0
fi

# Prints an entry of the tree for each file that changed.
entries() {
  local path blob
  while IFS= read -r -d '' path; do
    blob=$(jq -n --rawfile text "$path" '{content: $text, encoding: "utf-8"}' | made blobs)
    jq -n --arg blob "$blob" --arg path "$path" '{path: $path, mode: "100644", type: "blob", sha: $blob}'
  done < <(git diff --name-only --no-renames -z)
}
commit_to "$branch" "$title" entries

{
  printf 'Closes #%s.\n\n' "$issue"
  cat "$folder/add.md"
  printf '\n'
  if [[ -s "$folder/plan/plan.md" ]]; then
    cut_at "$((BODY_LIMIT / 2))" "$folder/plan/plan.md" || true
    printf '\n'
  fi
  # shellcheck disable=SC2016 # backticks meant as such
  said 'The merge makes a plan of its own and applies it; answer `/pusher plan` here to have one kept that it applies instead.' \
    '合并时会重新做计划并应用；在这里评论 `/pusher plan`，会留下一份计划，合并时就应用它。'
  printf '\n\n[The run](%s)\n' "$RUN_URL"
} >"$scratch/body.md"
if [[ -n "$number" ]]; then
  gh api --method PATCH "$repository/pulls/$number" --silent -F "body=@$scratch/body.md"
else
  number=$(gh api --method POST "$repository/pulls" -f "title=$title" -f "head=$branch" -f "base=$BASE" \
    -F "body=@$scratch/body.md" | jq -r .number) ||
    die 'no pull request could be opened: turn on "Allow GitHub Actions to create and approve pull requests" in Settings, Actions, General'
fi
notice "pull request #$number has what #$issue asks for"
tell "$(said "Pull request #$number has this, with its plan; once it is reviewed and merged, it is mirrored." \
  "PR #$number 里有它和计划；审过并合并之后就会同步。")"
