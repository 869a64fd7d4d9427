#!/usr/bin/env bash
# Reads the issue form "Add an image" and declares what it asks for, as `pusher add` does.
#
#   GITHUB_EVENT_PATH=… add-image.sh REPORT
#
# writes what came of it to REPORT, and hands on `changed`: true, where the files are others now. The form is a
# stranger's text: its lines become arguments behind `--`, which `pusher` takes for images or refuses, and
# go nowhere else. It has no secret and no token.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

report=$1
# More is no request of one person.
readonly MOST=50

# Prints what the form has under heading $1, trimmed, line by line; nothing where that was left empty.
under() {
  jq -r --arg heading "### $1" '.issue.body // "" | gsub("\r"; "") | split("\n")
    | reduce .[] as $line ({in: false, done: false, lines: []};
        if .done then .
        elif $line == $heading then .in = true
        elif .in and ($line | startswith("### ")) then .done = true
        elif .in then .lines += [$line | gsub("^\\s+|\\s+$"; "")]
        else . end)
    | .lines[] | select(. != "" and . != "_No response_")' "$GITHUB_EVENT_PATH"
}

mapfile -t images < <(under 'Images 镜像')
platforms=$(under 'Platforms 平台' | paste -sd, | tr -d ' ')
name=$(under 'Name 名字' | head -n 1)
options=()
[[ -z "$platforms" ]] || options+=("--platform=$platforms")
[[ -z "$name" ]] || options+=("--target=$name")

# Nothing is asked of a registry: where its name is a secret, one of the kind with the strictest rules stands in.
export ALIYUN_REGISTRY=${ALIYUN_REGISTRY:-registry.cn-hangzhou.aliyuncs.com} ALIYUN_NAME_SPACE=${ALIYUN_NAME_SPACE:-namespace}

status=0 talk=$(mktemp)
trap 'rm -f "$talk"' EXIT
if ((${#images[@]} == 0)); then
  said 'There is no image in the form.' '表单里没有镜像。' >"$talk"
  status=1
elif ((${#images[@]} > MOST)); then
  said "There are more than $MOST images in the form: ask for them in several." "表单里超过 $MOST 个镜像：请分几次提。" >"$talk"
  status=1
else
  run_pusher add "${options[@]}" -- "${images[@]}" >"$talk" 2>&1 || status=$?
fi
changed=false
((status != 0)) || git diff --quiet || changed=true
{
  if ((status != 0)); then
    printf '**%s**\n\n' "$(said 'Not added:' '没有添加：')"
  elif [[ "$changed" == true ]]; then
    printf '**%s**\n\n' "$(said 'What changes in the files:' '文件里的变化：')"
  else
    printf '**%s**\n\n' "$(said 'Nothing to add:' '没有要添加的：')"
  fi
  head -c "$((BODY_LIMIT / 4))" "$talk" | fence
} >"$report"
summarise <"$report"
hand_on report "$report"
hand_on changed "$changed"
((status == 0)) || notice 'the form has something that can not be added: the issue is told'
