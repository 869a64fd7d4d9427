#!/usr/bin/env bash
# Plans what a pull request would change, for the step summary and for the comment.
#
#   plan.sh FOLDER      writes FOLDER/plan.md, FOLDER/pull-request and, with credentials, FOLDER/plan.json,
#                       and the step's outputs
#
# With the target's credentials: the plan. Without them the files checked, and held against the lock,
# without asking any registry: that is all for a fork's pull request, which is given no secrets, and an
# error for one that should have had them.
#
# The folder is uploaded whole. The saved plan in it is what the merge applies, if it came from this
# repository: `find-plan.sh` looks for it.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

folder=$1
mkdir -p "$folder"
# Whose files they are, where a command has brought them: `take-files.sh`.
of_command=''
if [[ -d "$RUNNER_TEMP/pusher/taken/files" ]]; then
  of_command=$RUNNER_TEMP/pusher/taken
  PULL_REQUEST=$(<"$of_command/pull-request")
  cd "$of_command/files"
fi
plan=$folder/plan.md
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
talk=$scratch/talk counts=$scratch/plan.json
status=0

# Prints the end of what a command said that has no answer.
last_words() {
  tail -n 60 "$talk" | fence
}

# Runs a command and prints its answer; where there is none, its last words. What it says on stderr
# is in the log in any case. $1 is the form of the answer: `markdown`, or `text` for a code block.
told() {
  local form=$1 code=0 answer
  shift
  answer=$("$@" 2>"$talk") || code=$?
  cat "$talk" >&2
  if [[ -z "$answer" ]]; then
    last_words
  elif [[ "$form" == text ]]; then
    fence <<<"$answer"
  else
    printf '%s\n' "$answer"
  fi
  return "$code"
}

# What is wrong or blocked stands on the lines of the files, in the run and in the pull request.
plan_with_credentials() {
  local code=0
  run_pusher plan --format github --report "$plan" --report "$counts" --detailed-exitcode \
    --out "$folder/plan.json" 2>"$talk" || code=$?
  cat "$talk" >&2
  [[ -s "$plan" ]] || last_words >"$plan"
  return "$code"
}

# Says what the merge does with this plan.
at_merge() {
  local stale
  if [[ ! -f "$folder/plan.json" ]]; then
    stale=$(said 'nothing of this run is kept for it, so a plan is made anew, and applied.' \
      '这次运行没有留下可以应用的计划，届时重新做计划并应用。')
  elif [[ "$ON_STALE" == stop ]]; then
    stale=$(said 'exactly what stands here is applied. Where something else would be due by then, nothing is: what differs is shown here, and somebody has to say that it goes on.' \
      '只应用这里写的。届时要做的如果不同，就什么都不应用：差别会写在这里，等人确认后再继续。')
  else
    stale=$(said 'what stands here is applied. Where something else is due by then, that is applied, and what differs is shown here.' \
      '应用这里写的。届时要做的如果不同，就按届时的应用，并把差别写在这里。')
  fi
  printf '\n**%s** %s\n' "$(said 'When it is merged:' '合并时：')" "$stale"
}

# $1 says why no registry is asked.
plan_without() {
  local code=0
  # Where the target's name is a secret too, one of the kind with the strictest rules stands in for
  # it: enough for what asks no registry.
  local stand_in=(
    "ALIYUN_REGISTRY=${ALIYUN_REGISTRY:-registry.cn-hangzhou.aliyuncs.com}"
    "ALIYUN_NAME_SPACE=${ALIYUN_NAME_SPACE:-namespace}"
  )
  local file=()
  [[ -z "${PUSHER_FILE:-}" ]] || file=(--file "$PUSHER_FILE")
  env "${stand_in[@]}" pusher check "${file[@]}" --quiet --format github >&2 || true
  printf '**No registry was asked**: %s. What the target and the sources hold was not read, so this does not say\n' "$1"
  printf 'what a merge would change: only whether the files are right, and what the lock wants.\n'
  printf '\n**Check**\n\n'
  told text env "${stand_in[@]}" pusher check "${file[@]}" || code=$?
  # Only the check counts: with a stand-in a name may be refused that the target takes.
  printf '\n**Plan, without asking a registry**\n\n'
  told markdown env "${stand_in[@]}" pusher plan "${file[@]}" --offline --format markdown || true
  return "$code"
}

# Nobody asked for this one, and a pull request is told what is missing.
case ${GITHUB_EVENT_NAME:-} in push | schedule) require_set_up ;; esac

missing=$(missing_settings) asked=yes
if [[ -z "$missing" ]]; then
  plan_with_credentials || status=$?
elif secrets_are_withheld; then
  missing='' asked=no
  plan_without "GitHub gives a fork's pull request no secrets" >"$plan" || status=$?
else
  plan_without "missing: $missing" >"$plan" || status=$?
fi

mask "$plan"
drop_if_secret "$folder/plan.json"
# Who reads a plan learns what becomes of it. Only where a workflow here does the merge as well.
if [[ -n "${PULL_REQUEST:-}" && -n "${ON_STALE:-}" ]]; then
  check_on_stale
  at_merge >>"$plan"
fi
summarise <"$plan"
printf '%s\n' "${PULL_REQUEST:-}" >"$folder/pull-request"
[[ -z "$of_command" ]] || cp "$of_command/head" "$folder/head"
hand_on report "$plan"
hand_on status "$status"
[[ ! -s "$counts" ]] || hand_on changes "$(count '.create + .update + .delete + (.rename // 0)' "$counts")"

[[ -z "$missing" ]] || die "no registry was asked; missing: $missing (docs/github-actions.md)"
case $asked,$status in
  no,0) notice 'the files are right; no registry was asked, so what a merge would change is not known' ;;
  yes,0) notice 'nothing to do: the target already holds what the files say' ;;
  yes,2) notice 'changes are pending: merging this applies them' ;;
  *,130) die 'stopped before the plan was made' ;;
  *) die 'the plan has something wrong or blocked: see the summary' ;;
esac
