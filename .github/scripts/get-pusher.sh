#!/usr/bin/env bash
# Puts `pusher` into a folder: a release, whose sum and attestation must be right, or else a build.
#
#   RELEASE=VERSION|'' REPOSITORY=OWNER/NAME EXACT=true|false get-pusher.sh FOLDER
#
# EXACT says that no other than this release will do. It sees no secret but GitHub's own token: the
# workflows give theirs to the step that needs them.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$1"
if [[ -n "$RELEASE" ]]; then
  status=0
  PUSHER_REPOSITORY=$REPOSITORY PUSHER_VERSION=$RELEASE bash "$root/install.sh" "$1" || status=$?
  ((status == 0)) && exit
  # 4: there is no such release. Anything else (a wrong sum, no attestation) is not worked around.
  [[ "$status" == 4 && "$EXACT" != true ]] || die "pusher $RELEASE could not be had from $REPOSITORY (status $status)"
  notice "there is no release $RELEASE of $REPOSITORY: building it"
fi
command -v cargo >/dev/null || die 'there is no release to take, and no Rust to build one: https://rustup.rs'
cargo build --release --locked --bin pusher --manifest-path "$root/Cargo.toml" --target-dir "$RUNNER_TEMP/pusher-build"
built=$RUNNER_TEMP/pusher-build/release/pusher
[[ ! -f "$built.exe" ]] || built=$built.exe
cp "$built" "$1/"
