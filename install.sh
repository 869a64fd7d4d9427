#!/bin/sh
# Installs a released pusher: takes the archive for this machine, checks its SHA-256 sum (and, where `gh` is
# there and logged in, where it was built), and puts the program into a folder.
#
#   sh install.sh [FOLDER]        FOLDER is ~/.local/bin, if none is given
#
#   PUSHER_VERSION=1.2.0          another version than this script's own
#   PUSHER_DOWNLOAD=https://…     another place than GitHub, with the same folders below: v1.2.0/SHA256SUMS, …
#   PUSHER_REPOSITORY=OWNER/NAME  another repository, such as your own fork
#
# Ends with 4 where there is no such release.
set -eu

version=${PUSHER_VERSION:-0.1.0}
repository=${PUSHER_REPOSITORY:-OWNER/pusher}
download=${PUSHER_DOWNLOAD:-https://github.com/$repository/releases/download}
folder=${1:-${HOME:?}/.local/bin}

die() {
  status=$1
  shift
  printf 'install.sh: %s\n' "$*" >&2
  exit "$status"
}

# Prints what is built for this machine.
target() {
  case $(uname -s) in
    Linux) system=unknown-linux-gnu ;;
    Darwin) system=apple-darwin ;;
    MINGW* | MSYS* | CYGWIN*) system=pc-windows-msvc ;;
    *) die 3 "nothing is released for $(uname -s): build it (README.md)" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) echo "x86_64-$system" ;;
    aarch64 | arm64) echo "aarch64-$system" ;;
    armv7l | armv8l) echo "armv7-${system}eabihf" ;;
    *) die 3 "nothing is released for $(uname -m): build it (README.md)" ;;
  esac
}

# Fetches address $1 into file $2; tells one that is not there from one that can't be had.
fetch() {
  if command -v curl >/dev/null; then
    code=$(curl --silent --show-error --location --retry 3 --output "$2" --write-out '%{http_code}' "$1") ||
      die 1 "can't fetch $1"
  else
    wget -q -O "$2" "$1" && return
    # What wget says where the server answered, but with an error.
    [ $? = 8 ] && code=404 || code=0
  fi
  case $code in
    2??) ;;
    404) die 4 "$1 is not there" ;;
    *) die 1 "can't fetch $1 (status $code)" ;;
  esac
}

sum() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

target=$(target)
name=pusher-$version-$target
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fetch "$download/v$version/SHA256SUMS" "$scratch/SHA256SUMS"
wanted=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$name\.tar\.gz\$/\1/p" "$scratch/SHA256SUMS")
[ -n "$wanted" ] || die 3 "release $version has nothing for $target"
fetch "$download/v$version/$name.tar.gz" "$scratch/archive"
found=$(sum "$scratch/archive")
[ "$found" = "$wanted" ] || die 1 "$name.tar.gz is not what the release says: SHA-256 $found, not $wanted"

# The sum comes from where the archive does; the attestation tells that the project's own workflow made it.
if command -v gh >/dev/null && gh auth status >/dev/null 2>&1; then
  gh attestation verify "$scratch/archive" --repo "$repository" --source-ref "refs/tags/v$version" >/dev/null ||
    die 1 "$name.tar.gz was not built by the workflow of $repository at v$version"
else
  printf 'install.sh: the sum is right; where it was built was not checked (gh is not there, or not logged in)\n' >&2
fi

tar -xzf "$scratch/archive" -C "$scratch"
program=pusher
[ ! -f "$scratch/$name/pusher.exe" ] || program=pusher.exe
mkdir -p "$folder"
# Beside it first: the one that is there may be running.
cp "$scratch/$name/$program" "$folder/.$program.new"
chmod 755 "$folder/.$program.new"
mv "$folder/.$program.new" "$folder/$program"
printf 'install.sh: pusher %s is %s/%s\n' "$version" "$folder" "$program" >&2
