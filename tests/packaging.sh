#!/usr/bin/env bash
# Packs a program as a release does, twice, and looks at what came out. Needs jq, skopeo and dpkg-deb.
#
#   tests/packaging.sh PUSHER
set -euo pipefail
pusher=$(realpath "$1")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1767225600

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}
# is WHAT FOUND WANTED
is() { [[ "$2" == "$3" ]] || fail "$1: $2, not $3"; }

version=$("$pusher" --version | cut -d ' ' -f 2)
target=$(uname -m)-unknown-linux-gnu
mkdir -p "$work/programs/program-$target" "$work/programs/program-x86_64-pc-windows-msvc"
cp "$pusher" "$work/programs/program-$target/pusher"
# As an artifact brings it.
chmod 644 "$work/programs/program-$target/pusher"
printf 'MZ' >"$work/programs/program-x86_64-pc-windows-msvc/pusher.exe"
OWNER=me packaging/all "$work/programs" "$work/first"
OWNER=me packaging/all "$work/programs" "$work/second"
is 'the same bytes' "$(cat "$work/first/SHA256SUMS")" "$(cat "$work/second/SHA256SUMS")"
cd "$work/first"
sha256sum --quiet --check SHA256SUMS
is 'what there is' "$(cut -c 67- SHA256SUMS | grep -c .)" 6

name=pusher-$version-$target
is 'the archive' "$(tar -tzf "$name.tar.gz" | grep -v '/$' | sort | tr '\n' ' ')" \
  "$name/CHANGELOG.md $name/LICENSE $name/README.md $name/README.zh-CN.md $name/completions/_pusher $name/completions/pusher.bash $name/completions/pusher.elv $name/completions/pusher.fish $name/completions/pusher.ps1 $name/pusher $name/pusher.1 "
tar -xzf "$name.tar.gz" -C "$work"
is 'the program' "$("$work/$name/pusher" --version)" "pusher $version"
tar -tzf "pusher-$version-x86_64-pc-windows-msvc.tar.gz" | grep -q '/pusher\.exe$' || fail 'the archive for Windows'

dpkg-deb --extract "pusher_${version}_$(dpkg --print-architecture).deb" "$work/root"
is 'the package' "$("$work/root/usr/bin/pusher" --version)" "pusher $version"
gzip -t "$work/root/usr/share/man/man1/pusher.1.gz"

mkdir "$work/image"
tar -xf "pusher-$version-image.tar" -C "$work/image"
is 'its user' "$(skopeo inspect --config "oci:$work/image:$version" | jq -r .config.User)" 65532:65532
manifest=$(skopeo inspect --raw "oci:$work/image:$version" | jq -r '.manifests[0].digest')
layer=$(jq -r '.layers[0].digest' "$work/image/blobs/sha256/${manifest#sha256:}")
is 'its files' "$(tar -tzf "$work/image/blobs/sha256/${layer#sha256:}" | grep -v '/$' | tr '\n' ' ')" \
  'etc/ssl/certs/ca-certificates.crt usr/bin/pusher '

is 'the SBOM names every crate with its sum' \
  "$(jq '[.components[] | select(.name == "tokio" and .hashes != null)] | length' "pusher-$version.cdx.json")" 1
mkdir -p "$work/releases"
cp -R . "$work/releases/v$version"
env -i PATH="$OLDPWD/tests/workflows:/usr/bin:/bin" HOME="$work" GH_STATE="$work" GH_TOKEN=t RELEASES="$work/releases" \
  PUSHER_DOWNLOAD=https://releases.example sh install.sh "$work/bin" 2>/dev/null
is 'what the installer puts there' "$("$work/bin/pusher" --version)" "pusher $version"
is 'and whose it asks for' "$(cat "$work/calls")" "verify --repo me/pusher --source-ref refs/tags/v$version"
echo 'packaging: ok'
