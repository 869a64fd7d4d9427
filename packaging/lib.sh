# shellcheck shell=bash
# What the packaging scripts share. Sourced, never run.

# Of everything that is packed: the same input gives the same bytes.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0} LC_ALL=C TZ=UTC
umask 022

# Packs folder $1, or the entries of it that follow, as a tar to stdout.
pack() {
  tar --create --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --directory "$1" "${@:2}"
}

# Prints the SHA-256 sum of file $1.
sum() {
  sha256sum "$1" | cut -d ' ' -f 1
}

# Prints the version in Cargo.toml.
version() {
  sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' Cargo.toml
}
