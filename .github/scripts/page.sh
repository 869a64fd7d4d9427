#!/usr/bin/env bash
# Writes a page of the mirror, to be published.
#
#   page.sh FOLDER RECORDS     writes FOLDER/index.html; RECORDS has what earlier runs kept, if there is such a folder
#
# What could not be read is on the page, as such: it is published all the same, and a warning says so.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1 records=$2
require_set_up

names=$(mktemp)
trap 'rm -f "$names"' EXIT
# A page with masks in it would be of no use, and without them would tell the secret to everybody.
run_pusher list --format json >"$names" || die 'the files have mistakes: see the log'
! names_a_secret "$names" ||
  die 'nothing is published: the host or namespace, which every pull command names, is a secret; make both variables (docs/github-actions.md)'
rm -rf "$folder"
mkdir -p "$folder"
history=()
[[ ! -d "$records" ]] || history=(--history "$records")
code=0
run_pusher page "$folder" "${history[@]}" || code=$?
hand_on status "$code"
[[ -s "$folder/index.html" ]] || die "no page was made (status $code): see the log"
((code == 0)) || printf '::warning::not everything could be read, and the page says so: see the log\n'
