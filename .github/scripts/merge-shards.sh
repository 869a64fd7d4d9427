#!/usr/bin/env bash
# Makes one report of what several jobs applied, for the step summary and one message.
#
#   merge-shards.sh FOLDER      FOLDER/shards/plan.json is what they shared, and FOLDER/reports/*/report.json what each has done;
#                               writes FOLDER/apply.md, FOLDER/records/records.jsonl, and the step's outputs
#
# Fails where a shard that had something to do has left no report, or tells of something else than success.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
report=$folder/apply.md
records=$folder/records
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
counts=$scratch/report.json
shopt -s nullglob
reports=("$folder"/reports/*/report.json)
status=0
run_pusher report merge "$folder/shards/plan.json" "${reports[@]}" --format github --report "$report" --report "$counts" || status=$?

# What an earlier attempt has copied was kept by that.
mkdir -p "$records"
for kept in "$folder"/reports/*/records.jsonl; do
  [[ "$(<"${kept%/*}/attempt")" != "${GITHUB_RUN_ATTEMPT:-1}" ]] || cat "$kept" >>"$records/records.jsonl"
done
end_with_report "$report" "$status" "$counts" '; "Re-run failed jobs" does the shards that failed, alone'
