#!/usr/bin/env bash
# What the action does: one command, on the files of this folder.
#
#   run.sh COMMAND      plan, apply, drift, lock, page; merge-shards, which tells of what several jobs applied; comment-command, take-files, find-plan, lock-notes and records, which find out what these
#                       are to do; plan-comment, merge-comment, drift-issue, lock-pull-request, add-pull-request, which tell of what the others found; or any
#                       other command of `pusher`
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh
source "$scripts/lib.sh"

folder=$RUNNER_TEMP/pusher
mkdir -p "$folder"
command=$1
if [[ "$command" == apply ]] && is_first_push; then
  notice 'this push brought the workflow, so nobody has seen a plan: see the summary for it, then run the workflow by hand, with the command apply'
  command=plan
fi
case $command in
  plan) exec bash "$scripts/plan.sh" "$folder/plan" ;;
  apply | drift) exec bash "$scripts/$command.sh" "$folder/$command.md" ;;
  merge-shards) exec bash "$scripts/merge-shards.sh" "$folder" ;;
  lock-notes) exec bash "$scripts/lock-notes.sh" "$folder/notes" ;;
  lock) exec bash "$scripts/lock.sh" "$folder/lock.txt" "$folder/notes" ;;
  records) exec bash "$scripts/records.sh" "$folder/earlier" ;;
  page) exec bash "$scripts/page.sh" "$folder/site" "$folder/earlier" ;;
  find-plan) exec bash "$scripts/find-plan.sh" "$folder/reviewed" ;;
  comment-command) exec bash "$scripts/comment-command.sh" ;;
  take-files) exec bash "$scripts/take-files.sh" "$folder/taken" ;;
  plan-comment) exec bash "$scripts/plan-comment.sh" ;;
  merge-comment) exec bash "$scripts/merge-comment.sh" "$folder" ;;
  drift-issue) exec bash "$scripts/drift-issue.sh" "$folder/drift.md" ;;
  add-image) exec bash "$scripts/add-image.sh" "$folder/add.md" ;;
  add-pull-request) exec bash "$scripts/add-pull-request.sh" "$folder" ;;
  lock-pull-request) exec bash "$scripts/lock-pull-request.sh" "$folder/lock.txt" ;;
esac

status=0
run_pusher "$command" || status=$?
hand_on status "$status"
exit "$status"
