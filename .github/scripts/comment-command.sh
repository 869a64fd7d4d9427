#!/usr/bin/env bash
# Reads a comment on a pull request as a command: `/pusher plan` or `/pusher apply`, and nothing else.
#
#   GITHUB_EVENT_PATH=… GITHUB_REPOSITORY=… BASE=BRANCH comment-command.sh
#
# hands on, where the command is to be carried out,
#
#   command          plan, or apply
#   pull-request     the number
#   head             the commit that its branch has now; of `plan` no later one than when the comment was written, as
#                    far as GitHub tells when that was pushed
#
# The comment is only compared with words, and no part of it goes further. Whoever may not write here gets no
# answer. What a fork declares is never planned with secrets: its files say to which host they go.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

repository=repos/$GITHUB_REPOSITORY
event() { jq -r "$1" "$GITHUB_EVENT_PATH"; }

command=''
case $(event '.comment.body // "" | gsub("^\\s+|\\s+$"; "")') in
  '/pusher plan') command=plan ;;
  '/pusher apply') command=apply ;;
  '/pusher' | '/pusher '*) ;;
  *) exit 0 ;;
esac
number=$(event '.issue.number')
comment=$(event '.comment.id')
who=$(event '.comment.user.login')
[[ "$number" =~ ^[1-9][0-9]{0,9}$ && "$comment" =~ ^[1-9][0-9]{0,18}$ ]] || die 'the event has no number'
[[ "$(event '.issue.pull_request != null')" == true ]] || exit 0
# A machine's name has brackets: no machine commands this one.
if [[ ! "$who" =~ ^[A-Za-z0-9][A-Za-z0-9-]{0,38}$ ]]; then
  notice 'only people give commands here'
  exit 0
fi
may=$(gh api "$repository/collaborators/$who/permission" | jq -r .permission) || may=none
if [[ "$may" != admin && "$may" != write ]]; then
  notice "$who may not write to this repository, so nothing is done"
  exit 0
fi

# Answers with text $1, and ends.
answer() {
  gh api --method POST "$repository/issues/$number/comments" --silent -f "body=$1"
  notice "answered on #$number"
  exit 0
}

# shellcheck disable=SC2016 # backticks meant as such
words=$(said 'The commands are `/pusher plan` and `/pusher apply`, each alone in a comment.' \
  '命令只有 `/pusher plan` 和 `/pusher apply`，评论里只写命令本身。')
pull=$(gh api "$repository/pulls/$number")
state=$(jq -r 'if .merged_at != null then "merged" else .state end' <<<"$pull")
from=$(jq -r '.head.repo.full_name // ""' <<<"$pull")
case $command,$state in
  plan,open)
    [[ "$from" == "$GITHUB_REPOSITORY" ]] || answer "$(said \
      "A fork's files are not planned with secrets: they say to which host a password goes. Its own run has looked at the files; to have registries asked, push its branch to this repository." \
      'fork 里的文件不会用 secret 做计划：密码发到哪个地址，是由文件决定的。它自己的运行已经检查过文件；要问仓库，请把它的分支推到本项目。')"
    ;;
  apply,merged)
    [[ "$(jq -r .base.ref <<<"$pull")" == "$BASE" ]] || answer "$(said \
      "This was not merged to the default branch, of which alone something is applied." \
      '它没有合并到默认分支，而只有默认分支会被应用。')"
    ;;
  apply,open) answer "$(said 'A merge applies this; before that nothing is.' '合并时才应用，之前什么都不应用。')" ;;
  apply,*) answer "$(said 'This was closed without a merge, so there is nothing of it to apply.' '它没有合并就关闭了，没有可以应用的。')" ;;
  plan,*) answer "$(said 'This is closed, so there is nothing to plan.' '它已经关闭，没有要计划的。')" ;;
  *) answer "$words" ;;
esac

# Who commands has seen what was there then. The time in a commit is its author's word, that of the push GitHub's.
if [[ "$command" == plan ]]; then
  ref=$(jq -r '"refs/heads/\(.head.ref)" | @uri' <<<"$pull")
  pushed=$(gh api "$repository/activity?ref=$ref&per_page=100" |
    jq -r --arg head "$(jq -r .head.sha <<<"$pull")" '[.[] | select(.after == $head) | .timestamp] | max // empty') || pushed=''
  written=$(event '.comment.created_at // empty')
  if [[ -z "$pushed" || -z "$written" ]]; then
    notice "GitHub does not tell when the last commit of #$number was pushed: it is planned as it is now"
  elif [[ "$pushed" > "$written" ]]; then
    answer "$(said 'A commit was pushed after this was written: look at it, and give the command again.' \
      '这条评论之后又推送了提交：请先看过，再发一次命令。')"
  fi
fi

gh api --method POST "$repository/issues/comments/$comment/reactions" --silent -f content=eyes ||
  notice 'the comment could not be marked as seen'
hand_on command "$command"
hand_on pull-request "$number"
hand_on head "$(jq -r .head.sha <<<"$pull")"
