#!/usr/bin/env bash
# Takes the files of a pull request as they would be after the merge, to be read by `pusher` and never run.
#
#   PULL_REQUEST=… HEAD_SHA=… GITHUB_REPOSITORY=… take-files.sh FOLDER
#
# writes them below FOLDER/files, and FOLDER/pull-request and FOLDER/head for who plans them. No hook, no filter and no setting
# of whoever wrote them counts; a link comes as a file that has its target's name in it.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
[[ "$PULL_REQUEST" =~ ^[1-9][0-9]{0,9}$ ]] || die 'the pull request number is not a number'
[[ "$HEAD_SHA" =~ ^[0-9a-f]{40}$ ]] || die 'the commit is not a commit'
mkdir -p "$folder/files"

# GitHub makes the merge when somebody asks for it.
for ((tries = 0; ; tries++)); do
  pull=$(gh api "repos/$GITHUB_REPOSITORY/pulls/$PULL_REQUEST")
  mergeable=$(jq -r .mergeable <<<"$pull")
  [[ "$mergeable" == null && "$tries" -lt 10 ]] || break
  sleep "${PUSHER_WAIT:-2}"
done
[[ "$mergeable" == true ]] || die "#$PULL_REQUEST can't be merged as it is, so there is nothing to plan"

export GIT_DIR=$folder/git GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 -w 0)"
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=http.extraHeader GIT_CONFIG_VALUE_0
git init -q --bare --template= "$GIT_DIR"
git -c transfer.fsckObjects=true fetch -q --no-tags --depth=1 "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" "refs/pull/$PULL_REQUEST/merge"
# What somebody pushed since the command was given is not what it was given for.
merged=$(git cat-file -p FETCH_HEAD | sed -n 's/^parent //p; /^$/q' | sed -n 2p)
[[ "$merged" == "$HEAD_SHA" ]] || die "#$PULL_REQUEST has moved on since the command was given: give it again"
GIT_WORK_TREE=$folder/files git -c core.bare=false -c core.symlinks=false -c core.hooksPath=/dev/null checkout -q -f FETCH_HEAD -- .
rm -rf "$GIT_DIR"
printf '%s\n' "$PULL_REQUEST" >"$folder/pull-request"
printf '%s\n' "$HEAD_SHA" >"$folder/head"
