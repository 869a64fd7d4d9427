#!/usr/bin/env bash
# Applies what the files say, and puts the report into the step summary.
#
#   apply.sh REPORT     writes the markdown to REPORT, and the step's outputs; what was copied goes to
#                       records/records.jsonl beside it, if anything was and no name in it is a secret
#
# Where `find-plan.sh` has found the plan that was read on a pull request, nothing else is applied than what
# that says, unless ON_STALE is `go-on`. The output `merge` says what became of it:
#
#   as-read     what was read was applied
#   in-place    what was read can't be had, and nothing is due
#   stopped     something else would have been done, so nothing was; merge.md beside REPORT says what
#   went-on     something else was done; merge.md says what
#
# With MAX_BYTES_PER_SHARD, a plan that has more to copy is left to several jobs, in shards/plan.json beside REPORT; the output
# `matrix` says which. Each is this script again, with SHARD, and leaves shard/report.json for `merge-shards.sh`.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
require_set_up

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
counts=$folder/report.json
reviewed=$RUNNER_TEMP/pusher/reviewed
stopped=${report%/*}/stopped
records=${report%/*}/records
shards=${report%/*}/shards
parting=() handed_out='' status=0
[[ -z "${MAX_BYTES_PER_SHARD:-}" ]] || parting=(--max-bytes-per-shard "$MAX_BYTES_PER_SHARD")

# Applies the saved plan that is named, or else what the files say. What failed stands on the lines of the files as well.
# A job that GitHub ends leaves no report: it is over before (`timeout-minutes: 350`), and the next one goes on.
apply() {
  local bound=(--deadline 5h30m)
  [[ "${PUSHER_ARGS:-}" != *--deadline* ]] || bound=()
  run_pusher apply "$@" "${bound[@]}" --format github --report "$report" --report "$counts" --records "$records/records.jsonl" || status=$?
}

# Leaves a plan to several jobs, if it is too much for one: the saved one that is named, with its Markdown, or else what the files say.
# Fails where it is for this job to do.
hand_out() {
  local jobs
  ((${#parting[@]})) || return 1
  mkdir -p "$shards"
  if (($#)); then
    cp "$1" "$shards/plan.json"
    cp "$2" "$report"
  else
    # What is blocked is told with the rest, by those jobs.
    run_pusher plan --out "$shards/plan.json" --report "$report" "${parting[@]}" >&2 || true
  fi
  [[ -s "$shards/plan.json" ]] || return 1
  pusher show "$shards/plan.json" --matrix >"$folder/matrix.json"
  jobs=$(jq '.matrix.include | length' "$folder/matrix.json")
  ((jobs > 1)) || return 1
  drop_if_secret "$shards/plan.json"
  if [[ ! -f "$shards/plan.json" ]]; then
    notice 'so this job applies all of it'
    return 1
  fi
  hand_on matrix "$(jq -c .matrix "$folder/matrix.json")"
  notice "$jobs jobs share this plan: the job merge tells what they did"
  handed_out=yes
}

# Applies a plan, be it by several jobs.
apply_or_hand_out() {
  hand_out "$@" || apply "${@:1:1}"
}

# Tells of the plan in $folder/next.json in what it differs from the one that was read; without that, all of it.
tell_difference() {
  local outcome=$1 what
  what=$(said "is not the one that was read here" "和这里看过的不一样")
  [[ ! -f "$reviewed/lost" ]] || what=$(said "can't be held against one that was read here: $(<"$reviewed/lost")" \
    "没有看过的计划可以对照：$(<"$reviewed/lost")")
  {
    case $outcome in
      stopped)
        printf '**%s**\n\n' "$(said "Merged, and nothing was applied: the plan $what." "已合并，但什么都没有应用：现在的计划$what。")"
        if [[ -f "$stopped/plan.json" ]]; then
          said "To go on with exactly this, answer \`/pusher apply\` (where the workflow hears comments), or run the workflow by hand with \`apply\`, which does what is due by then." \
            "要照这里写的继续，请评论 \`/pusher apply\`（工作流接收评论时）；也可以手动运行工作流，选择 \`apply\`，按届时的计划执行。"
        else
          said "To go on, answer \`/pusher apply\` (where the workflow hears comments), or run the workflow by hand with \`apply\`. Both do what is due by then: this plan is not kept, because the host or the namespace in it is a secret." \
            "要继续，请评论 \`/pusher apply\`（工作流接收评论时），或手动运行工作流，选择 \`apply\`。两者都按届时的计划执行：这份计划没有保留，因为其中的地址或命名空间是 secret。"
        fi
        ;;
      went-on)
        printf '**%s**' "$(said "Merged and applied, though the plan $what." "已合并并应用，尽管计划$what。")"
        ;;
    esac
    printf '\n\n'
    if [[ -f "$reviewed/reviewed.json" ]]; then
      pusher show "$folder/next.json" --against "$reviewed/reviewed.json" --format markdown
    else
      cat "$folder/next.md"
    fi
  } >"${report%/*}/merge.md"
  mask "${report%/*}/merge.md"
  summarise <"${report%/*}/merge.md"
  hand_on merge "$outcome"
}

# Counts what would be done that nobody has read.
unread() {
  if [[ ! -f "$reviewed/reviewed.json" ]]; then
    count '.create + .update + .delete' "$folder/counts.json"
    return
  fi
  pusher show "$folder/next.json" --against "$reviewed/reviewed.json" --format json >"$folder/against.json"
  jq '[(.targets // [.])[].against.summary | .new + .differs] | add' "$folder/against.json"
}

# Applies what was read on pull request $1.
apply_reviewed() {
  local number=$1 more
  run_pusher plan --out "$folder/next.json" --report "$folder/next.md" --report "$folder/counts.json" "${parting[@]}" || status=$?
  [[ -s "$folder/next.json" ]] || return 0
  status=0
  more=$(unread)
  if ((more == 0)); then
    if [[ -f "$reviewed/reviewed.json" ]]; then
      notice "what was read on #$number is applied"
      apply_or_hand_out "$folder/next.json" "$folder/next.md"
      hand_on merge as-read
    else
      notice "nothing is due that could have been read on #$number"
      apply "$folder/next.json"
      hand_on merge in-place
    fi
    return 0
  fi
  if [[ -f "$reviewed/reviewed.json" ]]; then
    # A source may have moved since: what was read is still there by its digest. Where the files, the target or
    # the rules are others, `pusher` does nothing, and there is no report.
    notice "$more changes are due that were not read on #$number: trying exactly what was"
    apply "$reviewed/reviewed.json"
    if [[ -s "$report" ]]; then
      hand_on merge as-read
      return 0
    fi
    status=0
  fi
  if [[ "$ON_STALE" == go-on ]]; then
    tell_difference went-on
    apply_or_hand_out "$folder/next.json" "$folder/next.md"
    return 0
  fi
  # What is told is what a command goes on with: `find-plan.sh` finds it under the name of the pull request.
  mkdir -p "$stopped"
  cp "$folder/next.json" "$stopped/plan.json"
  drop_if_secret "$stopped/plan.json"
  cp "$reviewed/pull-request" "$reviewed/head" "$stopped/"
  : >"$stopped/stopped"
  tell_difference stopped
  die "nothing was applied: the plan is not what was read on #$number; see the summary"
}

check_on_stale
mkdir -p "$records"
if [[ -n "${SHARD:-}" ]]; then
  mkdir -p "${report%/*}/shard"
  counts=${report%/*}/shard/report.json
  apply "$shards/plan.json" --shard "$SHARD"
elif [[ -f "$reviewed/reviewed.json" || -f "$reviewed/lost" ]]; then
  apply_reviewed "$(<"$reviewed/pull-request")"
else
  apply_or_hand_out
fi

if [[ -n "$handed_out" ]]; then
  rm -r "$records"
  summarise <"$report"
  exit 0
fi
if [[ ! -s "$records/records.jsonl" ]] || names_a_secret "$counts"; then
  rm -r "$records"
elif [[ -n "${SHARD:-}" ]]; then
  # Kept with those of the others: once, in the attempt that it was done in.
  printf '%s\n' "${GITHUB_RUN_ATTEMPT:-1}" >"${report%/*}/shard/attempt"
  mv "$records/records.jsonl" "${report%/*}/shard/"
fi
end_with_report "$report" "$status" "$counts"
