#!/usr/bin/env bash
# Finds out which `pusher` the action is to run, puts the folder for it on the path of the steps that
# follow, and hands on
#
#   tool      the folder for it
#   ready     true where an earlier step of this job put it there, or the command needs none
#   release   the version to take from the releases; empty where it is to be built
#   key       what it is kept under in the cache
#
#   REPOSITORY=OWNER/NAME REF=… VERSION=… COMMAND=… which-pusher.sh
#
# The action's own release is what belongs to it: of a tag, or of a commit that a tag names. Any other
# commit (a fork's changes, a pull request of this project) has no release, and is built from what is here.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tool=$RUNNER_TEMP/pusher-tool
own=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$root/Cargo.toml")

# Prints the commit of release $1. A tag may be an object of its own, which names the commit.
released_commit() {
  GIT_TERMINAL_PROMPT=0 git ls-remote "${GITHUB_SERVER_URL:-https://github.com}/$REPOSITORY" \
    "refs/tags/v$1" "refs/tags/v$1^{}" 2>/dev/null | tail -n 1 | cut -f 1
}

release=''
if [[ -n "$VERSION" ]]; then
  release=${VERSION#v}
  [[ "$release" =~ ^[0-9A-Za-z.+-]+$ ]] || die "version: \`$VERSION\` is no version, such as $own"
elif [[ "$REF" =~ ^v[0-9] ]]; then
  release=$own
elif [[ "$REF" =~ ^[0-9a-f]{40}$ && $(released_commit "$own") == "$REF" ]]; then
  release=$own
fi

if [[ -n "$release" ]]; then
  made_of=$release
else
  # All that the program is made of: what comes out of the cache was built from the same files or not at all.
  made_of=$(cd "$root" && shopt -s nullglob &&
    find Cargo.toml Cargo.lock build.r[s] .carg[o] rust-toolchain* profiles schemas src fuzz/Cargo.toml -type f |
    LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -c 1-64)
fi
ready=false
case $COMMAND in
  comment-command | take-files | find-plan | lock-notes | plan-comment | merge-comment | drift-issue | lock-pull-request | add-pull-request) ready=true ;;
  *) [[ ! -x "$tool/pusher" ]] || ready=true ;;
esac
hand_on tool "$tool"
hand_on ready "$ready"
hand_on release "$release"
hand_on key "pusher-${RUNNER_OS:-}-${RUNNER_ARCH:-}-$made_of"
[[ "$ready" == true ]] || printf '%s\n' "$tool" >>"$GITHUB_PATH"
