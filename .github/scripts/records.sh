#!/usr/bin/env bash
# Brings what earlier runs have kept of what they copied, for a page that tells of it.
#
#   BASE=BRANCH GITHUB_REPOSITORY=… records.sh FOLDER      writes what attempt N of run ID has kept to
#                                                        FOLDER/ID/N
#
# Whoever has a run here may give an artifact any name. What counts was made on the default branch of this repository and of
# no fork; what is in it is data, of which `pusher page` takes what it can read. Where there is none, the page has no
# history: so it is at first.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
rm -rf "$folder"
mkdir -p "$folder"
found=$(mktemp)
trap 'rm -f "$found"' EXIT
# Into a file first: what GitHub could not say must not pass for "there is none".
gh api --paginate "repos/$GITHUB_REPOSITORY/actions/artifacts?per_page=100" |
  jq -rs --arg base "$BASE" '[.[].artifacts[]
    | select((.name | test("^pusher-records-[0-9]+$")) and (.expired | not) and .size_in_bytes <= 5000000
        and .workflow_run.head_branch == $base and .workflow_run.head_repository_id == .workflow_run.repository_id)
    | {run: .workflow_run.id, name}] | unique | group_by(.run) | reverse | .[:200][][] | "\(.run) \(.name)"' >"$found"
brought=0 last=''
while read -r id name <&3; do
  # Each attempt of a run has kept its own.
  at=$folder/$id/${name##*-}
  mkdir -p "${at%/*}"
  if gh run download "$id" --repo "$GITHUB_REPOSITORY" --name "$name" --dir "$at"; then
    [[ "$id" == "$last" ]] || brought=$((brought + 1))
    last=$id
  else
    printf '::warning::what run %s has copied is not on the page: it could not be fetched\n' "$id"
    rm -rf "${at:?}"
  fi
done 3<"$found"
# A link in an artifact would lead out of it.
find "$folder" -type l -delete
notice "$brought runs have kept what they copied"
