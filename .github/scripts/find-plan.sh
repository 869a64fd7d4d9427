#!/usr/bin/env bash
# Finds the plan that was read on the pull request that this push has merged, or that somebody names.
#
#   BASE=BRANCH GITHUB_REPOSITORY=… GITHUB_SHA=… GITHUB_WORKFLOW_REF=… [PULL_REQUEST=…] [PUSHER_LANG=…] find-plan.sh FOLDER
#
# writes into FOLDER
#
#   pull-request, head    its number, and the last commit of its branch; without them the push has merged none
#   reviewed.json         the plan that was read, or else
#   lost                  why it can't be had; without either, none was kept that could be
#
# An artifact's name proves nothing: whoever has a run here may give it any. What counts is what GitHub itself
# says of the run that made it: of this repository and no fork, by this very workflow, for the commit that was
# merged. What is in it is held against the files by `pusher` then, which takes digests alone from it.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
repository=repos/$GITHUB_REPOSITORY
workflow=${GITHUB_WORKFLOW_REF%@*}
workflow=${workflow#"$GITHUB_REPOSITORY/"}
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [[ -n "${PULL_REQUEST:-}" ]]; then
  [[ "$PULL_REQUEST" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the pull request number is not a number'
  pull=$(gh api "$repository/pulls/$PULL_REQUEST" | jq -c --arg base "$BASE" \
    'select(.merged_at != null and .base.ref == $base)')
  [[ -n "$pull" ]] || die "#$PULL_REQUEST was not merged to $BASE"
else
  # A squash and a rebase make other commits than those of the branch: GitHub knows of which pull request this is.
  pull=$(gh api "$repository/commits/$GITHUB_SHA/pulls" | jq -c --arg sha "$GITHUB_SHA" --arg base "$BASE" \
    '[.[] | select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $base)][0] // empty')
fi
if [[ -z "$pull" ]]; then
  notice 'no pull request was merged by this push: what the files say is planned and applied'
  exit 0
fi
number=$(jq -r .number <<<"$pull")
head=$(jq -r .head.sha <<<"$pull")
printf '%s\n' "$number" >"$folder/pull-request"
printf '%s\n' "$head" >"$folder/head"
hand_on pull-request "$number"
if [[ "$(jq -r '.head.repo.full_name // ""' <<<"$pull")" != "$GITHUB_REPOSITORY" ]]; then
  notice "#$number is of a fork, of which no plan is applied: what the files say is planned and applied"
  exit 0
fi

# Prints the plans of this pull request, the newest first: id of the run, whether it is gone, size.
plans() {
  gh api --paginate "$repository/actions/artifacts?name=pusher-plan-$number&per_page=100" |
    jq -rs --arg name "pusher-plan-$number" '[.[].artifacts[]
      | select(.name == $name and .workflow_run.head_repository_id == .workflow_run.repository_id)]
      | sort_by(-.id) | .[:50][] | [.workflow_run.id, .expired, .size_in_bytes] | @tsv'
}

# Prints what GitHub says of the run in file $1, where that is this workflow's and of this repository: `branch`
# for one of the pull request itself, `main` for one that a command or a push started on the default branch.
whose() {
  jq -r --arg own "$GITHUB_REPOSITORY" --arg workflow "$workflow" --arg base "$BASE" '
    if .repository.full_name != $own or .head_repository.full_name != $own or (.path // "" | split("@")[0]) != $workflow then empty
    elif .event == "pull_request" then "branch"
    elif (.event == "issue_comment" or .event == "push") and .head_branch == $base then "main"
    else empty end' "$1"
}

# Takes the artifact of run $1.
take() {
  rm -rf "$scratch/in"
  gh run download "$1" --repo "$GITHUB_REPOSITORY" --name "pusher-plan-$number" --dir "$scratch/in"
}

# Tells whether the artifact that was taken is for the commit that was merged, and was there to be read. What `apply` has
# stopped at counts once somebody says that it goes on, and not for the same push run again.
is_for_this() {
  [[ -f "$scratch/in/head" && ! -L "$scratch/in/head" && "$(head -c 64 "$scratch/in/head")" == "$head" ]] &&
    [[ ! -e "$scratch/in/stopped" || -n "${PULL_REQUEST:-}" ]]
}

# Into a file first: what GitHub could not say must not pass for "there is none".
plans >"$scratch/plans"
lost='' found='' none_kept=''
unfinished=$(said 'its last commit has no plan that was finished' '它的最后一个提交没有做完的计划')
unread=$(said 'its last commit has no plan that was read' '它的最后一个提交没有看过的计划')
foreign=$(said 'what was kept under its name is not of this workflow' '以它的名字留下的，不是这个工作流的')
while IFS=$'\t' read -r id expired size <&3; do
  gh api "$repository/actions/runs/$id" >"$scratch/run.json"
  whose=$(whose "$scratch/run.json")
  if [[ -z "$whose" ]]; then
    printf '::warning::run %s has kept something under the name of a plan of #%s, and is not of this workflow\n' "$id" "$number"
    lost=${lost:-$foreign}
    continue
  fi
  # A red one says that something was wrong; it was read all the same.
  if ! jq -e '.conclusion == "success" or .conclusion == "failure"' "$scratch/run.json" >/dev/null ||
    [[ "$whose" == branch && "$(jq -r .head_sha "$scratch/run.json")" != "$head" ]]; then
    lost=${lost:-$unfinished}
    continue
  fi
  if [[ "$expired" == true ]]; then
    lost=$(said 'its plan is so old that GitHub has deleted it' '它的计划太旧，GitHub 已经删掉了') none_kept=''
    break
  fi
  ((size <= 5000000)) || die "the plan's artifact is too large"
  take "$id"
  if [[ "$whose" == main ]] && ! is_for_this; then
    lost=${lost:-$unread}
    continue
  fi
  if [[ -e "$scratch/in/plan.json" || -L "$scratch/in/plan.json" ]]; then
    found=$scratch/in/plan.json
    break
  fi
  # Such a run may have lacked its secrets, while an earlier one of the same commit was read. What a command goes on
  # with is what it was told, of which no other is the plan.
  none_kept=yes
  [[ "$whose" != main || ! -e "$scratch/in/stopped" ]] || break
done 3<"$scratch/plans"

if [[ -n "$found" ]]; then
  [[ -f "$found" && ! -L "$found" ]] || die "the plan's artifact has no file \`plan.json\`"
  cp "$found" "$folder/reviewed.json"
  notice "the plan that was read on #$number is that of run $id"
elif [[ -z "$none_kept" && -n "$lost" ]]; then
  printf '%s\n' "$lost" >"$folder/lost"
  notice "there is no plan of #$number to apply: $lost"
else
  notice "no plan of #$number was kept: what the files say is planned and applied"
fi
