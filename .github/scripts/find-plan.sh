#!/usr/bin/env bash
# Finds the plan that was read on the pull request that this push has merged.
#
#   BASE=BRANCH GITHUB_REPOSITORY=… GITHUB_SHA=… GITHUB_WORKFLOW_REF=… find-plan.sh FOLDER
#
# writes into FOLDER
#
#   pull-request     its number; without it the push has merged none, or one of which no plan is kept
#   reviewed.json    the plan that was read, or else
#   lost             why it can't be had
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

# A squash and a rebase make other commits than those of the branch: GitHub knows of which pull request this is.
pull=$(gh api "$repository/commits/$GITHUB_SHA/pulls" | jq -c --arg sha "$GITHUB_SHA" --arg base "$BASE" \
  '[.[] | select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $base)][0] // empty')
if [[ -z "$pull" ]]; then
  notice 'no pull request was merged by this push: what the files say is planned and applied'
  exit 0
fi
number=$(jq -r .number <<<"$pull")
head=$(jq -r .head.sha <<<"$pull")
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

# Tells whether GitHub says of the run in file $1 that it is this workflow's, of this repository.
is_ours() {
  jq -e --arg own "$GITHUB_REPOSITORY" --arg workflow "$workflow" '.event == "pull_request"
    and .repository.full_name == $own and .head_repository.full_name == $own
    and (.path | split("@")[0]) == $workflow' "$1" >/dev/null
}

# Into a file first: what GitHub could not say must not pass for "there is none".
plans >"$scratch/plans"
lost='' found=''
while IFS=$'\t' read -r id expired size <&3; do
  gh api "$repository/actions/runs/$id" >"$scratch/run.json"
  if ! is_ours "$scratch/run.json"; then
    printf '::warning::run %s has kept something under the name of a plan of #%s, and is not of this workflow\n' "$id" "$number"
    continue
  fi
  # A red one says that something was wrong; it was read all the same.
  if ! jq -e --arg head "$head" '.head_sha == $head
    and (.conclusion == "success" or .conclusion == "failure")' "$scratch/run.json" >/dev/null; then
    lost=${lost:-'its last commit has no plan that was finished'}
    continue
  fi
  if [[ "$expired" == true ]]; then
    lost='its plan is so old that GitHub has deleted it'
  elif ((size > 5000000)); then
    die "the plan's artifact is too large"
  else
    gh run download "$id" --repo "$GITHUB_REPOSITORY" --name "pusher-plan-$number" --dir "$scratch/in"
    found=$scratch/in/plan.json
  fi
  break
done 3<"$scratch/plans"

if [[ -z "$found" && -z "$lost" ]] || [[ -n "$found" && ! -e "$found" ]]; then
  notice "no plan of #$number was kept: what the files say is planned and applied"
  exit 0
fi
printf '%s\n' "$number" >"$folder/pull-request"
if [[ -n "$found" ]]; then
  [[ -f "$found" && ! -L "$found" ]] || die "the plan's artifact has no file \`plan.json\`"
  cp "$found" "$folder/reviewed.json"
  notice "the plan that was read on #$number is that of run $id"
else
  printf '%s\n' "$lost" >"$folder/lost"
  notice "there is no plan of #$number to apply: $lost"
fi
