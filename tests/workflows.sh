#!/usr/bin/env bash
# Runs the workflows' scripts with `gh`, `pusher` and GitHub's environment stood in for, and looks at
# what they did. Needs bash, jq and the usual tools; no network, no token.
#
#   tests/workflows.sh [WORD]     only the stories whose title has WORD in it
# shellcheck disable=SC2034,SC2016 # stories set what `script` reads; jq's variables and backticks
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v jq >/dev/null; then
  echo 'tests/workflows.sh needs jq: apt-get install jq'
  exit 1
fi

scripts=$PWD/.github/scripts
stands=$PWD/tests/workflows
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 only=${1:-} running=''

# Starts a story on an empty repository; false when it was not asked for.
story() {
  [[ "$1" == *"$only"* ]] || return 1
  running=$1
  rm -rf "$work"
  mkdir -p "$work/gh/artifact" "$work/gh/git" "$work/pusher" "$work/tmp" "$work/home"
  cd "$work"
  echo '{"has_issues": true}' >gh/repository.json
  echo '{}' >gh/pulls.json
  for file in comments issues labels artifacts; do echo '[]' >"gh/$file.json"; done
  : >gh/calls
  : >pusher/calls
  : >summary
  : >output
  settings=()
}

# Runs a script as a step would be; sets $code, and leaves its log in `log`.
script() {
  code=0
  env --default-signal=INT -i PATH="$stands:$PATH" HOME="$work/home" TMPDIR="$work/tmp" LC_ALL="${LC_ALL:-C.UTF-8}" \
    GH_STATE="$work/gh" PUSHER_STATE="$work/pusher" GH_TOKEN=t GITHUB_REPOSITORY=me/mirror \
    GITHUB_STEP_SUMMARY="$work/summary" GITHUB_OUTPUT="$work/output" RUNNER_TEMP="$work/tmp" RUN_ID=7 \
    RUN_URL=https://github.example/run/7 "${settings[@]}" bash "$scripts/$1" "${@:2}" >log 2>&1 || code=$?
}

# Counts one check: what it says, then a command that must hold.
check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s: %s\n' "$running" "$what"
    sed 's/^/    | /' "$work/log" 2>/dev/null || true
  fi
}

is() { [[ "$1" == "$2" ]]; }
has() { grep -qF -- "$2" "$1"; }
lacks() { ! grep -qF -- "$2" "$1"; }
calls() { is "$(cat "$work/gh/calls")" "$1"; }
# An output of the step.
handed() { sed -n "s/^$1=//p" "$work/output"; }
# Where the script had the numbers written.
counts() { sed -nE 's/.* --report ([^ ]+\.json).*/\1/p' "$work/pusher/calls"; }
holds() { jq -e "${@:2}" "$1" >/dev/null; }

# --- plan -----------------------------------------------------------------------------------------

credentials=(ALIYUN_REGISTRY=r.example ALIYUN_NAME_SPACE=team ALIYUN_REGISTRY_USER=me
  ALIYUN_REGISTRY_PASSWORD='p w*d')

if story 'plan with credentials'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  echo '| create | nginx:1.27 |' >pusher/plan.out
  echo 2 >pusher/plan.status
  script plan.sh "$work/plan"
  check 'changes pending are no failure' is "$code" 0
  check 'one plan, with the target' is "$(cat pusher/calls)" \
    "plan --format github --report $work/plan/plan.md --report $(counts) --detailed-exitcode --out $work/plan/plan.json | r.example/team me:p w*d"
  check 'the plan is kept' is "$(cat plan/plan.md)" '| create | nginx:1.27 |'
  check 'the summary has it' has summary '| create | nginx:1.27 |'
  check 'the number is kept' is "$(cat plan/pull-request)" 12
  check 'says that changes are pending' has log '::notice::changes are pending'
fi

if story 'plan is saved'; then
  settings=("${credentials[@]}" PULL_REQUEST=12 PUSHER_MASK=$'me\np w*d')
  mkdir plan
  echo '{"target": {"registry": "r.example", "namespace": "team"}}' >plan/plan.json
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'stays where nothing in it is a secret' is "$(jq -r .target.namespace plan/plan.json)" team
fi

# As somebody pastes them.
forms=(r.example team https://r.example/ ' R.Example ' 'HTTPS://R.EXAMPLE//' $'team\t' 'r.example ')
for secret in "${forms[@]}"; do
  if story "plan is not saved where $secret is a secret"; then
    settings=("${credentials[@]}" PULL_REQUEST=12 PUSHER_MASK=$'me\n'"$secret")
    mkdir plan
    echo '{"target": {"registry": "r.example", "namespace": "team"}}' >plan/plan.json
    script plan.sh "$work/plan"
    check 'passes' is "$code" 0
    check 'is gone' is "$(find plan -name plan.json)" ''
    check 'says what to do' has log '::notice::no plan.json is kept'
  fi
done

if story 'plan of nothing'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  echo 'Nothing to do.' >pusher/plan.out
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'says so' has log '::notice::nothing to do'
fi

if story 'plan with something blocked'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  echo '| blocked | nope:1 |' >pusher/plan.out
  echo '::error file=images.txt,line=1,title=blocked nope:1::gone' >pusher/plan.annotations
  echo 'warning: slow registry' >pusher/plan.err
  echo 1 >pusher/plan.status
  script plan.sh "$work/plan"
  check 'fails' is "$code" 1
  check 'the plan is kept all the same' has plan/plan.md '| blocked | nope:1 |'
  check 'the number too' is "$(cat plan/pull-request)" 12
  check 'the talk is in the log' has log 'warning: slow registry'
  check 'the annotation is in the log' has log '::error file=images.txt,line=1,title=blocked nope:1::gone'
  check 'the annotation is not in the plan' lacks plan/plan.md '::error'
  check 'the talk is not in the plan' lacks plan/plan.md 'warning: slow registry'
fi

if story 'plan with a mistake in the files'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  printf 'error: `linux/armv7` is no platform\n```\n' >pusher/plan.err
  echo 1 >pusher/plan.status
  script plan.sh "$work/plan"
  check 'fails' is "$code" 1
  check 'the message is the answer' has plan/plan.md 'error: `linux/armv7` is no platform'
  check 'in a fence that it cannot close' is "$(head -n 1 plan/plan.md)" '````text'
fi

if story 'plan masks what is a secret'; then
  settings=("${credentials[@]}" PULL_REQUEST=1
    PUSHER_MASK=$'team\nteam-eu.example\n\np w*d\n')
  echo 'team-eu.example/team/app p w*d p wwd' >pusher/plan.out
  script plan.sh "$work/plan"
  check 'longest first, literally, and nothing else' is "$(cat plan/plan.md)" '***/***/app *** p wwd'
  check 'the summary as well' has summary '***/***/app *** p wwd'
fi

if story 'plan masks a host as pusher tells it'; then
  settings=("${credentials[@]}" PULL_REQUEST=1 PUSHER_MASK=$' HTTPS://Team-EU.example/ \r\nTe am\n')
  echo 'team-eu.example/te am, Te am, HTTPS://Team-EU.example/' >pusher/plan.out
  script plan.sh "$work/plan"
  check 'and as it was pasted' is "$(cat plan/plan.md)" '***/te am, ***, ***'
fi

# The event as GitHub writes it down: a pull request from this repository.
pull_request_from() {
  jq -n --arg repository "$1" '{number: 3, pull_request: {head: {repo:
    (if $repository == "" then null else {full_name: $repository} end)}}}' >event.json
  settings=(PULL_REQUEST=3 GITHUB_EVENT_PATH="$work/event.json")
}

for stale in stop go-on maybe; do
  if story "plan tells what the merge does with it: $stale"; then
    settings=("${credentials[@]}" PULL_REQUEST=12 ON_STALE="$stale")
    echo '{"target": {}}' >pusher/plan.saves
    script plan.sh "$work/plan"
    case $stale in
      stop) check 'stops' has plan/plan.md '**When it is merged:** exactly what stands here is applied. Where something else would be due by then, nothing is' ;;
      go-on) check 'goes on' has plan/plan.md '**When it is merged:** what stands here is applied. Where something else is due by then, that is applied' ;;
      maybe) check 'knows no other word' is "$code" 1 ;;
    esac
  fi
done

if story 'plan tells that the merge does something else, where none is kept'; then
  settings=("${credentials[@]}" PULL_REQUEST=12 ON_STALE=stop PUSHER_LANG=zh PUSHER_MASK=team)
  echo '{"target": {"namespace": "team"}}' >pusher/plan.saves
  script plan.sh "$work/plan"
  check 'in Chinese' has plan/plan.md '**合并时：** 这次运行没有留下可以应用的计划'
fi

if story 'plan tells nothing of a merge that is not for a workflow here'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  script plan.sh "$work/plan"
  check 'nothing' lacks plan/plan.md 'merged'
fi

if story 'plan of a fork'; then
  pull_request_from stranger/mirror
  echo 'no mistakes' >pusher/check.out
  echo '| unknown | nginx:1.27 |' >pusher/plan.out
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'asks no registry, and a stand-in is named' is "$(cat pusher/calls)" \
    $'check --quiet --format github | registry.cn-hangzhou.aliyuncs.com/namespace :\ncheck | registry.cn-hangzhou.aliyuncs.com/namespace :\nplan --offline --format markdown | registry.cn-hangzhou.aliyuncs.com/namespace :'
  check 'says that nothing was read' has plan/plan.md "**No registry was asked**: GitHub gives a fork's pull request no secrets."
  check 'at the top as well' has log '::notice::the files are right; no registry was asked'
  check 'and claims nothing of the target' lacks log 'nothing to do'
  check 'the check is in it' has plan/plan.md 'no mistakes'
  check 'the plan is in it' has plan/plan.md '| unknown | nginx:1.27 |'
  check 'no plan is saved' is "$(find plan -name plan.json)" ''
fi

for who in '' stranger/mirror; do
  if story "plan of a fork that is ${who:-gone by now} and can see a user's name"; then
    pull_request_from "$who"
    settings+=(ALIYUN_REGISTRY_USER=me)
    echo 'no mistakes' >pusher/check.out
    script plan.sh "$work/plan"
    check 'passes' is "$code" 0
    check 'without asking' lacks pusher/calls 'plan --format github'
    check 'claims nothing of the target' lacks log 'nothing to do'
  fi
done

if story 'plan of Dependabot'; then
  pull_request_from me/mirror
  settings+=(GITHUB_ACTOR='dependabot[bot]')
  echo 'no mistakes' >pusher/check.out
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'claims nothing of the target' lacks log 'nothing to do'
fi

for given in '' 0 1 2 3 '0 1' '0 1 2' '0 1 3' '2 3'; do
  if story "plan of this repository with these secrets alone: ${given:-none}"; then
    pull_request_from me/mirror
    expected=''
    for at in 0 1 2 3; do
      if [[ " $given " == *" $at "* ]]; then
        settings+=("${credentials[at]}")
      else
        settings+=("${credentials[at]%%=*}=")
        expected+=", ${credentials[at]%%=*}"
      fi
    done
    echo 'no mistakes' >pusher/check.out
    echo 'Nothing to do: 1 image is in place.' >pusher/plan.out
    script plan.sh "$work/plan"
    check 'fails' is "$code" 1
    check 'names what is missing' has log "::error::no registry was asked; missing: ${expected#, } ("
    check 'in the comment too' has plan/plan.md "missing: ${expected#, }"
    check 'asks nobody' lacks pusher/calls 'plan --format github'
    check 'claims nothing of the target' lacks log 'nothing to do:'
    check 'the comment finds its pull request' is "$(cat plan/pull-request)" 3
  fi
done

for mirror in mirror.yaml mirror.yml mirror.toml; do
  if story "plan of this repository where $mirror says which registry"; then
    pull_request_from me/mirror
    : >"$mirror"
    settings+=(ALIYUN_REGISTRY_USER=me)
    script plan.sh "$work/plan"
    check 'fails' is "$code" 1
    check 'names the one that is missing' has log 'missing: ALIYUN_REGISTRY_PASSWORD ('
    settings+=(ALIYUN_REGISTRY_PASSWORD=secret)
    script plan.sh "$work/plan"
    check 'passes with both' is "$code" 0
    check 'and asks' has pusher/calls 'plan --format github'
  fi
done

if story 'plan where the mirror file has its own settings'; then
  pull_request_from me/mirror
  settings+=(PUSHER_SET_UP=true)
  script plan.sh "$work/plan"
  check 'is for pusher to judge' has pusher/calls 'plan --format github'
fi

if story 'plan without word from GitHub'; then
  settings=(PULL_REQUEST=3)
  script plan.sh "$work/plan"
  check 'claims nothing' lacks log 'nothing to do'
  settings=(PULL_REQUEST=3 "${credentials[@]:0:3}")
  script plan.sh "$work/plan"
  check 'but a part of the secrets tells that the rest should be there' is "$code" 1
fi

if story 'plan by hand'; then
  echo '{"inputs": {}}' >event.json
  settings=(GITHUB_EVENT_PATH="$work/event.json")
  script plan.sh "$work/plan"
  check 'has to be given the secrets' is "$code" 1
fi

if story 'plan of a fork that can see the name of the target'; then
  pull_request_from stranger/mirror
  settings+=(ALIYUN_REGISTRY=r.example ALIYUN_NAME_SPACE=team)
  echo 'offline plan' >pusher/plan.out
  echo 1 >pusher/plan.status
  script plan.sh "$work/plan"
  check 'only the check counts' is "$code" 0
  check 'what is known is there' has plan/plan.md 'offline plan'
  check 'for that target, without asking it' has pusher/calls 'plan --offline --format markdown | r.example/team :'
fi

if story 'plan of a fork with a mistake'; then
  pull_request_from stranger/mirror
  echo 'images.txt:4:1: no such platform' >pusher/check.err
  echo 1 >pusher/check.status
  script plan.sh "$work/plan"
  check 'fails' is "$code" 1
  check 'with the message' has plan/plan.md 'images.txt:4:1: no such platform'
  check 'and the number' is "$(cat plan/pull-request)" 3
fi

if story 'plan of which the files are elsewhere'; then
  pull_request_from me/mirror
  settings+=("${credentials[@]:2}" PUSHER_FILE=lists/mirror.toml PUSHER_ARGS='--allow-unknown  --locked')
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'is told of them' has pusher/calls 'plan --file lists/mirror.toml --format github'
  check 'and of what else was asked for' has pusher/calls ' --allow-unknown --locked | '
fi

for event in push schedule; do
  if story "plan that nobody asked for, on $event"; then
    settings=(GITHUB_EVENT_NAME="$event")
    script plan.sh "$work/plan"
    check 'is quiet where nothing is set up' is "$code" 0
    check 'and runs nothing' is "$(cat pusher/calls)" ''
  fi
done

if story 'plan hands on'; then
  settings=("${credentials[@]}" PULL_REQUEST=12)
  echo '{"summary": {"create": 2, "update": 1, "delete": 0, "rename": 1, "blocked": 3}}' >pusher/plan.json
  echo 'the plan' >pusher/plan.out
  echo 2 >pusher/plan.status
  script plan.sh "$work/plan"
  check 'how many changes there are' is "$(handed status) $(handed changes) $(handed report)" "2 4 $work/plan/plan.md"
fi

if story 'plan of several targets'; then
  settings=("${credentials[@]}" PUSHER_MASK='far.example')
  echo '{"targets": [{"summary": {"create": 2, "update": 1, "delete": 0}}, {"summary": {"create": 3, "update": 0, "delete": 0}}]}' \
    >pusher/plan.json
  echo 'the plan' >pusher/plan.out
  script plan.sh "$work/plan"
  check 'adds up the changes of all' is "$(handed changes)" 6
fi

if story 'plan with an account of Docker Hub'; then
  settings=("${credentials[@]}" DOCKERHUB_USERNAME=$'hub\n' DOCKERHUB_TOKEN='t:1 ' DOCKER_CONFIG="$work/docker")
  mkdir docker
  echo '{"auths": {"ghcr.io": {"auth": "x"}}}' >docker/config.json
  : >pusher/plan.logins
  script plan.sh "$work/plan"
  check 'passes' is "$code" 0
  check 'is logged in there' is "$(jq -r '.auths["https://index.docker.io/v1/"].auth | @base64d' pusher/plan.logins)" 'hub:t:1'
  check 'and where it was before' is "$(jq -r '.auths["ghcr.io"].auth' pusher/plan.logins)" x
  check 'and nothing of it stays' is "$(find tmp -name config.json)" ''
  check 'and the other file is as it was' is "$(jq -c '.auths | keys' docker/config.json)" '["ghcr.io"]'
fi

if story 'a secret that is everywhere'; then
  settings=("${credentials[@]}" PUSHER_MASK=$'team\nsecret\n')
  for ((i = 0; i < 20000; i++)); do echo "team/nginx:$i secret"; done >pusher/plan.out
  script plan.sh "$work/plan"
  check 'is masked to the last' is "$(grep -c '^\*\*\*/nginx:[0-9]* \*\*\*$' plan/plan.md)" 20000
fi

# --- the comment ----------------------------------------------------------------------------------

readonly sha=0123456789abcdef0123456789abcdef01234567

# A finished run on pull request 12: text, and the repository it came from.
finished() {
  settings=(HEAD_SHA="$sha" HEAD_REPOSITORY="$2")
  echo '[{"name": "other"}, {"name": "pusher-plan-12", "expired": false, "size_in_bytes": 900}]' >gh/artifacts.json
  printf '12\n' >gh/artifact/pull-request
  printf '%s\n' "$1" >gh/artifact/plan.md
  jq -n --arg sha "$sha" --arg repo "$2" \
    '{"12": {state: "open", head: {sha: $sha, repo: {full_name: $repo}}}}' >gh/pulls.json
}

if story 'comment once, then edit'; then
  finished '| create | nginx |' me/mirror
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'creates it' calls 'POST /issues/12/comments'
  check 'with marker, commit and plan' holds gh/comments.json \
    '.[0].body | startswith("<!-- pusher-plan -->\n") and contains("0123456789ab") and contains("\n| create | nginx |\n")'
  check 'and the run' holds gh/comments.json '.[0].body | contains("https://github.example/run/7")'
  echo '| create | redis |' >gh/artifact/plan.md
  script plan-comment.sh
  check 'edits it' calls $'POST /issues/12/comments\nPATCH /issues/comments/100'
  check 'there is one' holds gh/comments.json 'length == 1'
  check 'with the new plan' holds gh/comments.json \
    '.[0].body | contains("redis") and (contains("nginx") | not)'
fi

if story 'comment is told from those of others'; then
  finished 'plan' me/mirror
  jq -n '[range(5) | {id: ., on: "12", user: {login: "someone"}, body: "<!-- pusher-plan -->\nmine"}]
    + [{id: 8, on: "12", user: {login: "github-actions[bot]"}, body: "other <!-- pusher-plan -->"},
       {id: 9, on: "12", user: {login: "github-actions[bot]"}, body: "<!-- pusher-plan -->\nold"},
       {id: 10, on: "12", user: {login: "github-actions[bot]"}, body: null}]' >gh/comments.json
  script plan-comment.sh
  check 'edits its own, on the last page' calls 'PATCH /issues/comments/9'
fi

if story 'comment for a fork'; then
  finished $'@everyone ![x](https://evil.example/x.png)\n```\n</details> <!-- pusher-plan -->' stranger/mirror
  script plan-comment.sh
  check 'comments' calls 'POST /issues/12/comments'
  check 'says where it is from' holds gh/comments.json '.[0].body | contains("From a fork")'
  check 'quoted in a fence it cannot close' holds gh/comments.json \
    '.[0].body | contains("\n````text\n@everyone") and contains("\n````\n\n[The run]")'
fi

if story 'comment for a fork full of backticks'; then
  finished "$(printf '%*s' 59000 '' | tr ' ' '`')" stranger/mirror
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'with a fence of a sane length' holds gh/comments.json \
    '.[0].body | contains("\n" + "`" * 11 + "text\n") and length < 1000'
fi

if story 'comment too long'; then
  finished "$(printf '| row ä %06d |\n' {1..6000})" me/mirror
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'is cut at a line' holds gh/comments.json '.[0].body | test("\\| row ä 00[0-9]{4} \\|\n```\n")'
  check 'and says where the rest is' holds gh/comments.json '.[0].body | contains("Cut here")'
fi

for number in '12; touch owned' '$(touch owned)' '`touch owned`' '../12' '-1' '0' '012' '1e1' '' \
  '12 13' $'12\n13' '99999999999' '12?x=1' '@/etc/passwd'; do
  if story "comment refuses the number ${number@Q}"; then
    finished plan me/mirror
    printf '%s\n' "$number" >gh/artifact/pull-request
    script plan-comment.sh
    check 'fails' is "$code" 1
    check 'says why' has log '::error::the pull request number is not a number'
    check 'writes nothing' calls ''
    check 'runs nothing' is "$(find "$work" -name owned)" ''
  fi
done

if story 'comment refuses the number of somebody else'; then
  finished plan stranger/mirror
  echo 13 >gh/artifact/pull-request
  jq --arg sha "$sha" '.["13"] = {state: "open", head: {sha: $sha, repo: {full_name: "me/mirror"}}}' \
    gh/pulls.json >new && mv new gh/pulls.json
  script plan-comment.sh
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

if story 'comment refuses a pull request whose repository is gone'; then
  finished plan stranger/mirror
  echo '{"12": {"state": "open", "head": {"sha": "'"$sha"'", "repo": null}}}' >gh/pulls.json
  script plan-comment.sh
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

if story 'comment refuses a number that is no pull request'; then
  finished plan me/mirror
  echo 99 >gh/artifact/pull-request
  script plan-comment.sh
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

if story 'comment leaves a pull request that moved on'; then
  finished plan me/mirror
  settings=(HEAD_SHA="${sha//0/1}" HEAD_REPOSITORY=me/mirror)
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'writes nothing' calls ''
fi

if story 'comment leaves a closed pull request'; then
  finished plan me/mirror
  sed -i 's/open/closed/' gh/pulls.json
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'writes nothing' calls ''
fi

if story 'comment with no artifact'; then
  finished plan me/mirror
  echo '[{"name": "pusher-plan-12", "expired": true, "size_in_bytes": 900}]' >gh/artifacts.json
  script plan-comment.sh
  check 'passes' is "$code" 0
  check 'says so' has log '::notice::the run left no plan'
  check 'writes nothing' calls ''
fi

if story 'comment with a huge artifact'; then
  finished plan me/mirror
  sed -i 's/900/5000001/' gh/artifacts.json
  script plan-comment.sh
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

if story 'comment refuses a link in the artifact'; then
  finished plan me/mirror
  echo 'private' >private
  ln -sf "$work/private" gh/artifact/plan.md
  script plan-comment.sh
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

if story 'comment with hostile contents'; then
  printf -v hostile '%s\n' '$(touch owned) `touch owned`; touch owned' '::set-output name=x::y' \
    '%0A::error::forged' "'; touch owned; '" '${{ secrets.X }}' '@me.json' '\n\\n'
  finished "${hostile%$'\n'}" me/mirror
  script plan-comment.sh
  check 'arrives as it is' holds gh/comments.json --arg text "$hostile" '.[0].body | contains($text)'
  check 'runs nothing' is "$(find "$work" -name owned)" ''
  check 'says nothing to the runner' lacks log 'set-output'
fi

# --- the plan that was read -----------------------------------------------------------------------

readonly merge=76543210fedcba9876543210fedcba9876543210

# A push that has merged pull request 12, whose plan run 7 made.
merged() {
  settings=(BASE=main GITHUB_SHA="$merge"
    GITHUB_WORKFLOW_REF=me/mirror/.github/workflows/mirror.yml@refs/heads/main)
  jq -n --arg sha "$sha" --arg merge "$merge" '{"12": {number: 12, state: "closed", merged_at: "2026-11-27T00:00:00Z",
    merge_commit_sha: $merge, base: {ref: "main"}, head: {sha: $sha, repo: {full_name: "me/mirror"}}}}' >gh/pulls.json
  jq -n '[{id: 1, name: "pusher-plan-12", expired: false, size_in_bytes: 900,
    workflow_run: {id: 7, repository_id: 5, head_repository_id: 5}}]' >gh/artifacts.json
  jq -n --arg sha "$sha" '{"7": {event: "pull_request", path: ".github/workflows/mirror.yml", status: "completed",
    conclusion: "success", head_sha: $sha, repository: {full_name: "me/mirror"},
    head_repository: {full_name: "me/mirror"}}}' >gh/runs.json
  echo 12 >gh/artifact/pull-request
  echo '{"changes": ["read"]}' >gh/artifact/plan.json
}

# Changes what GitHub says: `github FILE JQ`.
github() { jq --arg sha "$sha" "$2" "gh/$1.json" >new && mv new "gh/$1.json"; }

# Looks for the plan, which may not be found; and why it can't be had, if there was one.
nothing_is_found() {
  script find-plan.sh "$work/reviewed"
  check 'passes' is "$code" 0
  check 'finds no plan' is "$(find reviewed -name reviewed.json)" ''
  check 'says why' is "$(cat reviewed/lost 2>/dev/null)" "${1:-}"
}

if story 'the plan that was read is found'; then
  merged
  script find-plan.sh "$work/reviewed"
  check 'passes' is "$code" 0
  check 'is the one of the run' is "$(cat reviewed/reviewed.json)" '{"changes": ["read"]}'
  check 'with the number' is "$(cat reviewed/pull-request)" 12
  check 'says which' has log 'the plan that was read on #12 is that of run 7'
  check 'writes nothing' calls ''
fi

if story 'the plan that was read had something blocked'; then
  merged
  github runs '.["7"].conclusion = "failure"'
  script find-plan.sh "$work/reviewed"
  check 'is found all the same' has reviewed/reviewed.json read
fi

if story 'the newest plan that was read is found, whatever lies on it'; then
  merged
  github artifacts '. + [range(2; 9) | {id: ., name: "pusher-plan-12", expired: false, size_in_bytes: 900,
    workflow_run: {id: (. * 10), repository_id: 5, head_repository_id: (if . > 5 then 6 else 5 end)}}]'
  github runs '.["7"] as $ours | reduce range(20; 90; 10) as $id (.; .["\($id)"] = $ours)
    | .["50"].path = ".github/workflows/other.yml" | .["40"].head_sha = "older" | .["30"].note = "newest"'
  mkdir gh/artifact-30
  echo newest >gh/artifact-30/plan.json
  script find-plan.sh "$work/reviewed"
  check 'is of the newest run of ours, on the last page' is "$(cat reviewed/reviewed.json)" newest
  check 'and nothing says it is lost' is "$(find reviewed -name lost)" ''
fi

for forged in '.event = "push"' '.event = "issue_comment"' '.path = ".github/workflows/other.yml"' '.path = null' \
  '.head_repository.full_name = "stranger/mirror"' '.head_repository = null' '.repository.full_name = "stranger/mirror"'; do
  if story "a plan is not taken from a run where $forged"; then
    merged
    github runs '.["7"] |= ('"$forged)"
    nothing_is_found 'what was kept under its name is not of this workflow'
    check 'warns' has log '::warning::run 7 has kept something under the name of a plan of #12'
  fi
done

if story 'a plan is not taken from the run of a fork, which is called the same'; then
  merged
  github artifacts '.[0].workflow_run.head_repository_id = 6'
  nothing_is_found
  check 'and is not asked about' lacks log 'warning'
fi

for late in '.head_sha = "other"' '.conclusion = null' '.conclusion = "cancelled"'; do
  if story "a plan is lost where $late"; then
    merged
    github runs '.["7"] |= ('"$late)"
    nothing_is_found 'its last commit has no plan that was finished'
    check 'with the number' is "$(cat reviewed/pull-request)" 12
  fi
done

if story 'a plan is lost when it is too old'; then
  merged
  github artifacts '.[0].expired = true'
  nothing_is_found 'its plan is so old that GitHub has deleted it'
  settings+=(PUSHER_LANG=zh)
  nothing_is_found '它的计划太旧，GitHub 已经删掉了'
fi

for other in '.merged_at = null' '.note = "of its branch alone"' '.base.ref = "release"'; do
  if story "a push merges nothing where $other"; then
    merged
    github pulls '.["12"] |= ('"$other)"
    [[ "$other" != .note* ]] || settings+=(GITHUB_SHA="$sha")
    nothing_is_found
    check 'says so' has log 'no pull request was merged by this push'
    check 'nor a number' is "$(find reviewed -name pull-request)" ''
  fi
done

for repository in '{full_name: "stranger/mirror"}' null; do
  if story "the plan of a fork is not applied: $repository"; then
    merged
    github pulls ".[\"12\"].head.repo = $repository"
    nothing_is_found
    check 'says so' has log '::notice::#12 is of a fork'
  fi
done

if story 'a run that has kept no plan'; then
  merged
  rm gh/artifact/plan.json
  nothing_is_found
  check 'says so' has log '::notice::no plan of #12 was kept'
fi

# A run 8 of the same commit, after run 7.
and_run_8() {
  github artifacts '. + [.[0] | .id = 2 | .workflow_run.id = 8]'
  github runs '.["8"] = .["7"]'
  mkdir gh/artifact-8
  echo 12 >gh/artifact-8/pull-request
}

if story 'a later run that has kept no plan hides none of the same commit'; then
  merged
  and_run_8
  script find-plan.sh "$work/reviewed"
  check 'is found' is "$code $(cat reviewed/reviewed.json)" '0 {"changes": ["read"]}'
  rm -r reviewed
  github runs '.["7"].head_sha = "older"'
  nothing_is_found
  check 'one of another commit is none' has log '::notice::no plan of #12 was kept'
  github runs '.["7"].head_sha = $sha'
  github artifacts '.[0].expired = true'
  nothing_is_found 'its plan is so old that GitHub has deleted it'
fi

if story 'a command goes on with what it was told, of which no plan could be kept, and with no older one'; then
  merged
  and_run_8
  github runs '.["8"] += {event: "push", head_branch: "main"}'
  echo "$sha" >gh/artifact-8/head
  : >gh/artifact-8/stopped
  settings+=(PULL_REQUEST=12)
  nothing_is_found
  check 'says so' has log '::notice::no plan of #12 was kept'
fi

for wrong in link folder large; do
  if story "a plan is refused that is a $wrong"; then
    merged
    case $wrong in
      link) echo private >private && ln -sf "$work/private" gh/artifact/plan.json ;;
      folder) rm gh/artifact/plan.json && mkdir gh/artifact/plan.json ;;
      large) github artifacts '.[0].size_in_bytes = 5000001' ;;
    esac
    script find-plan.sh "$work/reviewed"
    check 'fails' is "$code" 1
    check 'and there is none' is "$(find reviewed -name reviewed.json)" ''
  fi
done

if story 'a GitHub that does not answer is no word that there is no plan'; then
  merged
  : >gh/out-of-order
  script find-plan.sh "$work/reviewed"
  check 'fails' is "$code" 1
fi

# --- apply ----------------------------------------------------------------------------------------

if story 'apply'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  echo '| created | nginx |' >pusher/apply.out
  script apply.sh "$work/apply.md"
  check 'passes' is "$code" 0
  check 'with the target' has pusher/calls ' | r.example/team me:p w*d'
  check 'once' is "$(wc -l <pusher/calls)" 1
  check 'on the lines as well' has pusher/calls 'apply --deadline 5h30m --format github --report '
  check 'reports' is "$(cat summary)" '| created | nginx |'
fi

if story 'apply keeps what it has copied'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push PUSHER_MASK=$'me\np w*d')
  echo '{"image": "r.example/team/nginx:1"}' >pusher/apply.copies
  echo '{"target": {"registry": "r.example", "namespace": "team"}, "summary": {}}' >pusher/apply.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'is kept' has tmp/pusher/records/records.jsonl nginx
fi

if story 'apply keeps no record where nothing was copied'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  echo '{"target": {"registry": "r.example", "namespace": "team"}, "summary": {}}' >pusher/apply.json
  : >pusher/apply.copies
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'nothing is kept' test ! -e tmp/pusher/records
fi

for secret in r.example team; do
  if story "apply keeps no record of what it has copied where $secret is a secret"; then
    settings=("${credentials[@]}" GITHUB_EVENT_NAME=push PUSHER_MASK=$'me\n'"$secret")
    echo '{"image": "r.example/team/nginx:1"}' >pusher/apply.copies
    echo '{"target": {"registry": "r.example", "namespace": "team"}, "summary": {}}' >pusher/apply.json
    script apply.sh "$work/tmp/pusher/apply.md"
    check 'passes' is "$code" 0
    check 'nothing is kept' test ! -e tmp/pusher/records
  fi
done

# A plan that so many jobs are to share.
shared() {
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push MAX_BYTES_PER_SHARD=20GiB PUSHER_MASK=$'me\np w*d')
  echo '{"target": {"registry": "r.example", "namespace": "team"}}' >pusher/plan.saves
  echo '| create | nginx |' >pusher/plan.out
  echo '| created | nginx |' >pusher/apply.out
  jq -n --argjson jobs "$1" '{"has-work": ($jobs > 0), matrix: {include: [range($jobs) | {shard: "\(. + 1)/\($jobs)", number: (. + 1)}]}}' \
    >pusher/matrix.json
}

if story 'apply leaves a plan to several jobs'; then
  shared 2
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'the plan is parted' has pusher/calls "plan --out $work/tmp/pusher/shards/plan.json --report $work/tmp/pusher/apply.md --max-bytes-per-shard 20GiB"
  check 'nothing is applied' lacks pusher/calls 'apply '
  check 'the plan is kept' is "$(jq -r .target.namespace tmp/pusher/shards/plan.json)" team
  check 'hands on the jobs' is "$(handed matrix)" '{"include":[{"shard":"1/2","number":1},{"shard":"2/2","number":2}]}'
  check 'the summary has the plan' is "$(cat summary)" '| create | nginx |'
  check 'says so' has log '::notice::2 jobs share this plan'
  check 'no record is kept' test ! -e tmp/pusher/records
fi

for jobs in 0 1; do
  if story "apply does by itself what is for no more than one job: $jobs"; then
    shared "$jobs"
    script apply.sh "$work/tmp/pusher/apply.md"
    check 'passes' is "$code" 0
    check 'is applied' has pusher/calls 'apply --deadline 5h30m --format github'
    check 'hands on no jobs' is "$(handed matrix)" ''
    check 'reports' is "$(cat summary)" '| created | nginx |'
  fi
done

if story 'apply does by itself what must not leave the job'; then
  shared 2
  settings+=(PUSHER_MASK=$'me\nteam')
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'is applied' has pusher/calls 'apply --deadline 5h30m --format github'
  check 'hands on no jobs' is "$(handed matrix)" ''
  check 'the plan is gone' is "$(find tmp -name plan.json)" ''
  check 'says so' has log '::notice::so this job applies all of it'
fi

if story 'apply of which no plan can be made'; then
  shared 2
  rm pusher/plan.saves
  echo 1 >pusher/plan.status
  echo 1 >pusher/apply.status
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'hands on no jobs' is "$(handed matrix)" ''
fi

if story 'apply does its shard'; then
  shared 2
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push SHARD=2/2 GITHUB_RUN_ATTEMPT=3 PUSHER_MASK=$'me\np w*d')
  echo '{"image": "r.example/team/nginx:1"}' >pusher/apply.copies
  echo '{"target": {"registry": "r.example", "namespace": "team"}, "shard": "2/2", "summary": {}}' >pusher/apply.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'of the plan that it was given' has pusher/calls "apply $work/tmp/pusher/shards/plan.json --shard 2/2 --deadline 5h30m --format github"
  check 'the report is kept' is "$(jq -r .shard tmp/pusher/shard/report.json)" 2/2
  check 'what it copied is kept with that' has tmp/pusher/shard/records.jsonl nginx
  check 'and in which attempt' is "$(cat tmp/pusher/shard/attempt)" 3
  check 'no other record is kept' test ! -e tmp/pusher/records/records.jsonl
  check 'reports' is "$(cat summary)" '| created | nginx |'
fi

if story 'apply fails with its shard'; then
  shared 2
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push SHARD=2/2)
  echo '{"target": {"registry": "r.example", "namespace": "team"}, "summary": {}}' >pusher/apply.json
  echo 1 >pusher/apply.status
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'the report is kept all the same' test -s tmp/pusher/shard/report.json
fi

# What three jobs have left of a plan, the first of them in an earlier attempt; the third has left nothing.
reported() {
  settings=(PUSHER_MASK='p w*d' GITHUB_RUN_ATTEMPT=2 PUSHER_NOTIFY=https://robot.example)
  local of=tmp/pusher/reports
  mkdir -p tmp/pusher/shards "$of/pusher-shard-1-1" "$of/pusher-shard-1-2"
  echo '{}' | tee tmp/pusher/shards/plan.json "$of/pusher-shard-1-1/report.json" >"$of/pusher-shard-1-2/report.json"
  echo 1 >"$of/pusher-shard-1-1/attempt"
  echo 2 >"$of/pusher-shard-1-2/attempt"
  echo '{"image": "earlier"}' >"$of/pusher-shard-1-1/records.jsonl"
  echo '{"image": "now"}' >"$of/pusher-shard-1-2/records.jsonl"
  echo '| created | p w*d |' >pusher/report.out
  echo '{"summary": {"created": 3, "updated": 1, "deleted": 0}}' >pusher/report.json
}

if story 'what several jobs applied is one report'; then
  reported
  script run.sh merge-shards
  check 'passes' is "$code" 0
  check 'of the plan and each report' has pusher/calls \
    "report merge $work/tmp/pusher/shards/plan.json $work/tmp/pusher/reports/pusher-shard-1-1/report.json $work/tmp/pusher/reports/pusher-shard-1-2/report.json --format github"
  check 'the report is kept' is "$(cat tmp/pusher/apply.md)" '| created | *** |'
  check 'in the summary as well' has summary '| created |'
  check 'hands on how many' is "$(handed changes)" 4
  check 'what was copied in this attempt is kept' is "$(cat tmp/pusher/records/records.jsonl)" '{"image": "now"}'
fi

if story 'what several jobs applied fails where something is missing'; then
  reported
  rm -r tmp/pusher/reports
  echo 1 >pusher/report.status
  script run.sh merge-shards
  check 'fails' is "$code" 1
  check 'of the plan alone' has pusher/calls "report merge $work/tmp/pusher/shards/plan.json --format github"
  check 'says what to do' has log 'Re-run failed jobs'
  check 'reports' has summary '| created |'
  check 'hands on how it went' is "$(handed status)" 1
fi

if story 'apply with a report that no summary can hold'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  for ((i = 0; i < 40000; i++)); do echo "| created | image-$i |"; done >pusher/apply.out
  script apply.sh "$work/apply.md"
  check 'passes' is "$code" 0
  check 'is cut' test "$(wc -c <summary)" -lt 1048576
  check 'and not to nothing' has summary '| created | image-30000 |'
  check 'in a code block that is closed' is "$(grep -c '^```' summary)" 2
  check 'and says so' has summary 'Cut here: too long for a summary.'
fi

if story 'apply that fails'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  echo '| failed | nginx |' >pusher/apply.out
  echo 1 >pusher/apply.status
  script apply.sh "$work/apply.md"
  check 'fails' is "$code" 1
  check 'reports all the same' is "$(cat summary)" '| failed | nginx |'
  check 'says so' has log '::error::not everything was applied'
fi

if story 'apply that says nothing'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  echo 1 >pusher/apply.status
  script apply.sh "$work/apply.md"
  check 'fails' is "$code" 1
  check 'points to the log' has summary 'the log says why'
fi

if story 'apply cancelled'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push)
  : >pusher/apply.waits
  # The signal goes to the script alone, as GitHub sends it.
  (
    for _ in {1..200}; do
      [[ -s pusher/apply.parent ]] && break
      sleep 0.05
    done
    kill -INT "$(<pusher/apply.parent)"
  ) &
  script apply.sh "$work/apply.md"
  wait
  check 'fails' is "$code" 1
  check 'pusher stopped cleanly and its report is there' has summary 'stopped after 3 of 5'
fi

for event in push schedule; do
  if story "apply where nothing is set up, on $event"; then
    settings=(GITHUB_EVENT_NAME="$event")
    script apply.sh "$work/apply.md"
    check 'passes' is "$code" 0
    check 'says what to do' has log '::notice::no registry is set up'
    check 'runs nothing' is "$(cat pusher/calls)" ''
  fi
done

if story 'apply where nothing is set up, by hand'; then
  settings=(GITHUB_EVENT_NAME=workflow_dispatch)
  script apply.sh "$work/apply.md"
  check 'fails' is "$code" 1
  check 'says what to do' has log '::error::no registry is set up'
  check 'runs nothing' is "$(cat pusher/calls)" ''
fi

if story 'apply where a part is set up'; then
  settings=(GITHUB_EVENT_NAME=push ALIYUN_REGISTRY_USER=me)
  script apply.sh "$work/apply.md"
  check 'is for pusher to judge' has pusher/calls 'apply --deadline 5h30m --format github'
  check 'but the rest is named' has log \
    '::warning::missing: ALIYUN_REGISTRY, ALIYUN_NAME_SPACE, ALIYUN_REGISTRY_PASSWORD'
fi

if story 'apply where the mirror file has its own settings'; then
  settings=(GITHUB_EVENT_NAME=push PUSHER_SET_UP=true)
  script apply.sh "$work/apply.md"
  check 'runs' has pusher/calls 'apply --deadline 5h30m --format github'
fi

# A merged pull request whose plan was read: what the new one would do beside that, and whether the old one still fits.
read_before() {
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push PUSHER_MASK=$'p w*d')
  mkdir -p tmp/pusher/reviewed
  echo 12 >tmp/pusher/reviewed/pull-request
  echo "$sha" >tmp/pusher/reviewed/head
  echo '{"changes": ["read"]}' >tmp/pusher/reviewed/reviewed.json
  echo '{"changes": ["now"]}' >pusher/plan.saves
  echo '| create | now |' >pusher/plan.out
  echo '{"summary": {"create": 2, "update": 0, "delete": 0}}' >pusher/plan.json
  jq -n --argjson new "$1" --argjson differs "$2" '{against: {summary: {new: $new, differs: $differs, gone: 1, same: 1}}}' \
    >pusher/show.json
  echo '| new | p w*d |' >pusher/show.out
  echo '| created | nginx |' >pusher/apply.out
}

# Which plans were applied.
applied() { sed -nE 's/^apply ([^ ]+\.json) .*/\1/p' pusher/calls | sed 's|.*/||' | paste -sd' '; }

if story 'apply of what was read'; then
  read_before 0 0
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'is the new plan, which does no more' is "$(applied)" next.json
  check 'hands it on' is "$(handed merge)" as-read
  check 'reports' has summary '| created | nginx |'
  check 'tells nothing else' is "$(find tmp/pusher -name merge.md)" ''
fi

for count in '1 0' '0 1'; do
  if story "apply of what was read, where more is due: $count"; then
    # shellcheck disable=SC2086 # two numbers
    read_before $count
    script apply.sh "$work/tmp/pusher/apply.md"
    check 'passes' is "$code" 0
    check 'is exactly what was read' is "$(applied)" reviewed.json
    check 'hands it on' is "$(handed merge)" as-read
  fi
done

if story 'apply of what was read, by several jobs'; then
  read_before 0 0
  settings+=(MAX_BYTES_PER_SHARD=20GiB)
  echo '{"matrix": {"include": [{"shard": "1/2"}, {"shard": "2/2"}]}}' >pusher/matrix.json
  echo '{"target": {"registry": "r.example", "namespace": "team"}}' >pusher/plan.saves
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'nothing is applied here' is "$(applied)" ''
  check 'the new plan is parted' has pusher/calls '--max-bytes-per-shard 20GiB'
  check 'and kept' is "$(jq -r .target.namespace tmp/pusher/shards/plan.json)" team
  check 'hands on the jobs' is "$(handed matrix | jq '.include | length')" 2
  check 'hands it on' is "$(handed merge)" as-read
fi

if story 'apply of what was read, of which something fails'; then
  read_before 1 0
  echo 1 >pusher/apply.status
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'and tries nothing else' is "$(applied)" reviewed.json
fi

if story 'apply stops where what was read does not fit any more'; then
  read_before 1 0
  : >pusher/apply.refuses-reviewed.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'does nothing else' is "$(applied)" reviewed.json
  check 'says so' has log '::error::nothing was applied: the plan is not what was read on #12'
  check 'hands it on' is "$(handed merge)" stopped
  check 'shows the difference' has tmp/pusher/merge.md '| new | *** |'
  check 'and what to do' has tmp/pusher/merge.md 'Merged, and nothing was applied'
  check 'in the summary as well' has summary '| new | *** |'
  cp tmp/pusher/merge.md before
  settings=()
  script merge-comment.sh "$work/tmp/pusher"
  check 'tells the pull request' calls 'POST /issues/12/comments'
  check 'all of it' holds gh/comments.json --rawfile text before '.[0].body | startswith("<!-- pusher-merge -->\n") and contains($text)'
fi

if story 'apply goes on where the workflow says so'; then
  read_before 1 0
  settings+=(ON_STALE=go-on PUSHER_LANG=zh)
  : >pusher/apply.refuses-reviewed.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes' is "$code" 0
  check 'does what is due now' is "$(applied)" 'reviewed.json next.json'
  check 'hands it on' is "$(handed merge)" went-on
  check 'shows the difference, in Chinese' has tmp/pusher/merge.md '已合并并应用'
fi

for setting in stop go-on; do
  if story "apply where the plan that was read is lost: $setting"; then
    read_before 1 0
    rm tmp/pusher/reviewed/reviewed.json
    echo 'its plan is so old that GitHub has deleted it' >tmp/pusher/reviewed/lost
    settings+=(ON_STALE="$setting")
    script apply.sh "$work/tmp/pusher/apply.md"
    check 'does it, or does nothing' is "$code $(applied)" "$([[ "$setting" == stop ]] && echo '1 ' || echo '0 next.json')"
    check 'says why' has tmp/pusher/merge.md 'its plan is so old that GitHub has deleted it'
    check 'shows the whole plan' has tmp/pusher/merge.md '| create | now |'
  fi
done

if story 'apply where the plan that was read is lost, and nothing is due'; then
  read_before 1 0
  rm tmp/pusher/reviewed/reviewed.json
  echo 'lost' >tmp/pusher/reviewed/lost
  echo '{"summary": {"create": 0, "update": 0, "delete": 0}}' >pusher/plan.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'passes, and nothing was read' is "$code $(handed merge)" '0 in-place'
  check 'nor says that it was' lacks log 'what was read'
fi

if story 'apply refuses another word for what goes on'; then
  read_before 1 0
  settings+=(ON_STALE=maybe)
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'says why' has log '::error::on-stale is `maybe`'
  check 'runs nothing' is "$(cat pusher/calls)" ''
fi

if story 'apply of what was read, of which no new plan can be made'; then
  read_before 0 0
  rm pusher/plan.saves
  echo 1 >pusher/plan.status
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'fails' is "$code" 1
  check 'applies nothing' is "$(applied)" ''
fi

# A push to a repository that has a workflow now, and had what $1 says before.
pushed() {
  mkdir -p .github/workflows
  git init -q -b main . && git config user.name t && git config user.email t@example.com
  echo "$1" >README
  [[ "$1" != workflow ]] || echo 'on: push' >.github/workflows/mirror.yml
  git add README .github && git commit -qm before
  jq -n --arg before "$(git rev-parse HEAD)" '{before: $before}' >event.json
  echo 'on: push # now' >.github/workflows/mirror.yml
  git add .github && git commit -qm now
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=push GITHUB_EVENT_PATH="$work/event.json"
    GITHUB_WORKFLOW_REF=me/mirror/.github/workflows/mirror.yml@refs/heads/main)
}

if story 'apply on the push that brings the workflow'; then
  pushed 'something else'
  echo '| create | nginx |' >pusher/plan.out
  script run.sh apply
  check 'plans' has pusher/calls 'plan --format github'
  check 'and does no more' lacks pusher/calls 'apply'
  check 'says what to do' has log '::notice::this push brought the workflow'
  check 'and shows it' has summary '| create | nginx |'
fi

if story 'apply on a push after it'; then
  pushed workflow
  script run.sh apply
  check 'applies' has pusher/calls 'apply --deadline 5h30m --format github'
fi

if story 'apply on the first push of all'; then
  pushed workflow
  echo '{"before": "0000000000000000000000000000000000000000"}' >event.json
  script run.sh apply
  check 'plans' lacks pusher/calls 'apply'
fi

if story 'apply on a push before which nothing is known'; then
  pushed workflow
  echo '{"before": "0123456789012345678901234567890123456789"}' >event.json
  script run.sh apply
  check 'applies' has pusher/calls 'apply --deadline 5h30m --format github'
fi

if story 'apply by hand'; then
  pushed 'something else'
  settings+=(GITHUB_EVENT_NAME=workflow_dispatch)
  script run.sh apply
  check 'applies' has pusher/calls 'apply --deadline 5h30m --format github'
fi

if story 'any other command'; then
  settings=("${credentials[@]}" PUSHER_FILE=a.txt PUSHER_ARGS='--quiet')
  echo 1 >pusher/check.status
  script run.sh check
  check 'is run' has pusher/calls 'check --file a.txt --quiet'
  check 'and its status told' is "$code $(handed status)" '1 1'
fi

# --- comments as commands -------------------------------------------------------------------------

# Who says what on pull request 12, which is open and of this repository.
commented() {
  settings=(BASE=main GITHUB_EVENT_PATH="$work/event.json")
  echo '{"me": "write", "boss": "admin", "reader": "read", "none": "none", "dependabot[bot]": "write"}' >gh/people.json
  jq -n --arg who "$1" --arg text "$2" \
    '{issue: {number: 12, pull_request: {}}, comment: {id: 5, body: $text, user: {login: $who}}}' >event.json
  jq -n --arg sha "$sha" '{"12": {number: 12, state: "open", merged_at: null, mergeable: true, base: {ref: "main"},
    head: {sha: $sha, repo: {full_name: "me/mirror"}}}}' >gh/pulls.json
}

for who in me boss; do
  if story "a command of $who"; then
    commented "$who" $'\n/pusher plan \r\n'
    script comment-command.sh
    check 'passes' is "$code" 0
    check 'is a command' is "$(handed command) $(handed pull-request) $(handed head)" "plan 12 $sha"
    check 'is marked as seen, and nothing more' calls 'POST /issues/comments/5/reactions'
  fi
done

for who in reader none stranger 'dependabot[bot]' 'me/../boss' '' '-f' 'me?x=1'; do
  if story "no command of ${who@Q}"; then
    commented "$who" '/pusher apply'
    github pulls '.["12"].merged_at = "now"'
    script comment-command.sh
    check 'passes' is "$code" 0
    check 'is none' is "$(cat output)" ''
    check 'and gets no answer' calls ''
  fi
done

for text in 'please /pusher plan' '/pusherplan' '> /pusher plan' '' '/Pusher plan'; do
  if story "no command is ${text@Q}"; then
    commented me "$text"
    script comment-command.sh
    check 'passes' is "$code" 0
    check 'is none' is "$(cat output)" ''
    check 'and gets no answer' calls ''
  fi
done

for text in '/pusher apply; rm -rf .' '/pusher plan $(touch owned)' '/pusher `touch owned`' $'/pusher plan\n/pusher apply' \
  '/pusher plan --file=/etc/passwd' '/pusher PLAN' '/pusher' $'/pusher plan\n::set-output name=command::apply' \
  $'/pusher plan\x0bapply' '/pusher *' '/pusher ${{ secrets.X }}' '/pusher plаn'; do
  if story "no command is ${text@Q}, which is answered"; then
    commented me "$text"
    script comment-command.sh
    check 'passes' is "$code" 0
    check 'is none' is "$(cat output)" ''
    check 'is answered, without a word of it' holds gh/comments.json \
      '.[0].body == "The commands are `/pusher plan` and `/pusher apply`, each alone in a comment."'
    check 'runs nothing' is "$(find "$work" -name owned)" ''
  fi
done

if story 'no command on an issue'; then
  commented me '/pusher plan'
  jq 'del(.issue.pull_request)' event.json >new && mv new event.json
  script comment-command.sh
  check 'passes' is "$code" 0
  check 'is none' is "$(cat output)" ''
  check 'and gets no answer' calls ''
fi

# The state of the pull request, the command, and how the answer begins.
while IFS=% read -r state command answer; do
  if story "no $command where $state"; then
    commented me "/pusher $command"
    github pulls ".[\"12\"] |= ($state)"
    script comment-command.sh
    check 'passes' is "$code" 0
    check 'is none' is "$(cat output)" ''
    check 'says why' holds gh/comments.json --arg answer "$answer" '.[0].body | startswith($answer)'
  fi
done <<'STATES'
.head.repo.full_name = "stranger/mirror"%plan%A fork's files are not planned with secrets
.head.repo = null%plan%A fork's files are not planned with secrets
.state = "closed"%plan%This is closed
.merged_at = "now" | .state = "closed"%plan%This is closed
.%apply%A merge applies this
.state = "closed"%apply%This was closed without a merge
.merged_at = "now" | .base.ref = "release"%apply%This was not merged to the default branch
STATES

if story 'a command in a repository that speaks Chinese'; then
  commented me '/pusher apply'
  settings+=(PUSHER_LANG=zh)
  script comment-command.sh
  check 'is answered in it' holds gh/comments.json '.[0].body == "合并时才应用，之前什么都不应用。"'
fi

# Who pushed when, and when the command was written.
pushed_at() {
  jq -n --arg sha "$sha" --arg at "$1" '[{after: "older", ref: "refs/heads/a b&c", timestamp: "2026-11-27T23:00:00Z"},
    {after: $sha, ref: "refs/heads/other", timestamp: "2026-11-27T23:00:00Z"},
    {after: $sha, ref: "refs/heads/a b&c", timestamp: $at}]' >gh/activity.json
  github pulls '.["12"].head.ref = "a b&c"'
  jq '.comment.created_at = "2026-11-27T20:00:00Z"' event.json >new && mv new event.json
}

if story 'a command to plan what was pushed after it'; then
  commented me '/pusher plan'
  pushed_at 2026-11-27T20:00:01Z
  script comment-command.sh
  check 'is none' is "$code $(cat output)" '0 '
  check 'says why' holds gh/comments.json '.[0].body | startswith("A commit was pushed after this was written")'
fi

if story 'a command to plan what was pushed before it'; then
  commented me '/pusher plan'
  pushed_at 2026-11-27T19:59:59Z
  script comment-command.sh
  check 'is a command' is "$code $(handed command) $(handed head)" "0 plan $sha"
  check 'and GitHub has told' lacks log 'does not tell'
fi

if story 'a command to plan of which GitHub does not tell when that was pushed'; then
  commented me '/pusher plan'
  script comment-command.sh
  check 'is a command' is "$code $(handed command)" '0 plan'
  check 'says so' has log '::notice::GitHub does not tell when the last commit of #12 was pushed'
fi

if story 'a merge goes on by command'; then
  commented me '/pusher apply'
  github pulls '.["12"].merged_at = "now"'
  script comment-command.sh
  check 'is a command' is "$(handed command) $(handed pull-request)" 'apply 12'
fi

# A pull request on a server, to be planned by command: what its branch has.
branch_to_take() {
  commented me '/pusher plan'
  mkdir -p server/me/mirror
  local git=(git -C server/me/mirror -c user.name=t -c user.email=t@example.com)
  "${git[@]}" init -q -b main
  echo nginx >server/me/mirror/images.txt
  "${git[@]}" add . && "${git[@]}" commit -qm main
  "${git[@]}" checkout -qb branch
  printf '%s\n' 'nginx' 'redis' >server/me/mirror/images.txt
  mkdir -p server/me/mirror/lists
  echo postgres >server/me/mirror/lists/more.txt
  ln -s /etc/hostname server/me/mirror/link.txt
  ln -s "$work" server/me/mirror/outside
  echo '*.txt filter=evil' >server/me/mirror/.gitattributes
  "${git[@]}" add . && "${git[@]}" commit -qm branch
  head=$("${git[@]}" rev-parse HEAD)
  "${git[@]}" update-ref refs/pull/12/merge "$("${git[@]}" commit-tree 'HEAD^{tree}' -p main -p "$head" -m merge)"
  github pulls ".[\"12\"].head.sha = \"$head\""
  printf '[filter "evil"]\n\tsmudge = touch %s/owned\n' "$work" >home/.gitconfig
  settings=(PULL_REQUEST=12 HEAD_SHA="$head" GITHUB_SERVER_URL="file://$work/server" PUSHER_WAIT=0)
}

if story 'the files of a pull request are taken'; then
  branch_to_take
  : >gh/unsure
  script take-files.sh "$work/taken"
  check 'passes' is "$code" 0
  check 'as they would be merged' is "$(cat taken/files/images.txt taken/files/lists/more.txt)" $'nginx\nredis\npostgres'
  check 'a link leads nowhere' is "$(find taken -type l)" ''
  check 'with the number and the commit' is "$(cat taken/pull-request taken/head)" $'12\n'"$head"
  check 'nothing of git stays' is "$(find taken -name '*git' -o -name hooks)" ''
  check 'runs nothing' is "$(find "$work" -name owned)" ''
  check 'writes nothing' calls ''
  mkdir -p tmp/pusher && mv taken tmp/pusher/taken
  settings=("${credentials[@]}" ON_STALE=stop)
  echo '{"target": {}}' >pusher/plan.saves
  script plan.sh "$work/plan"
  check 'are planned' has plan/plan.md 'When it is merged'
  check 'for that pull request and commit' is "$(cat plan/pull-request plan/head)" $'12\n'"$head"
fi

while IFS='|' read -r what change; do
  if story "the files of a pull request are not taken where $what"; then
    branch_to_take
    mkdir -p taken
    eval "$change"
    script take-files.sh "$work/taken"
    check 'fails' is "$code" 1
    check 'has none' is "$(find taken -path '*/files/*')" ''
  fi
done <<'CHANGES'
it can't be merged|github pulls '.["12"].mergeable = false'
GitHub does not know|github pulls '.["12"].mergeable = null'
it has moved on|settings+=(HEAD_SHA="${head//[0-9]/0}")
the commit is none|settings+=(HEAD_SHA="main; touch owned")
the number is none|settings+=(PULL_REQUEST="12/../13")
CHANGES

# --- the plan that a command has shown ------------------------------------------------------------

# The plan of pull request 12 that a run on the default branch has kept, for this event.
shown_by() {
  merged
  github runs ".[\"7\"] += {event: \"$1\", head_branch: \"main\", head_sha: \"$merge\"}"
  echo "$sha" >gh/artifact/head
}

for event in issue_comment push; do
  if story "the plan that was read is one that a run on $event has shown"; then
    shown_by "$event"
    script find-plan.sh "$work/reviewed"
    check 'is found' has reviewed/reviewed.json read
    check 'with the commit' is "$(cat reviewed/head)" "$sha"
  fi

  if story "the plan that was read is not one of another commit, of $event"; then
    shown_by "$event"
    echo "$merge" >gh/artifact/head
    nothing_is_found 'its last commit has no plan that was read'
  fi

  if story "the plan that was read is not one of another branch, of $event"; then
    shown_by "$event"
    github runs '.["7"].head_branch = "other"'
    nothing_is_found 'what was kept under its name is not of this workflow'
  fi

  if story "what a merge has stopped at, on $event"; then
    shown_by "$event"
    : >gh/artifact/stopped
    nothing_is_found 'its last commit has no plan that was read'
    rm -r reviewed
    settings+=(PULL_REQUEST=12 GITHUB_SHA=later)
    script find-plan.sh "$work/reviewed"
    check 'is what a command goes on with' has reviewed/reviewed.json read
    check 'and its number is handed on' is "$(handed pull-request | tail -n 1)" 12
  fi
done

for change in '.merged_at = null' '.base.ref = "release"'; do
  if story "a command goes on with no pull request where $change"; then
    merged
    github pulls '.["12"] |= ('"$change)"
    settings+=(PULL_REQUEST=12)
    script find-plan.sh "$work/reviewed"
    check 'fails' is "$code" 1
    check 'says why' has log '::error::#12 was not merged to main'
  fi
done

if story 'a command is told what came of it, by several jobs'; then
  settings=(PULL_REQUEST=12)
  mkdir -p tmp/pusher
  echo '| created | nginx |' >tmp/pusher/apply.md
  script run.sh merge-comment
  check 'passes' is "$code" 0
  check 'tells the pull request' calls 'POST /issues/12/comments'
  check 'what was done' holds gh/comments.json '.[0].body | contains("| created | nginx |")'
fi

if story 'apply keeps what it has stopped at'; then
  read_before 1 0
  : >pusher/apply.refuses-reviewed.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'the new plan' has tmp/pusher/stopped/plan.json now
  check 'of which, and that it stopped' is "$(find tmp/pusher/stopped -type f -printf '%f\n' | sort | paste -sd' ')" 'head plan.json pull-request stopped'
fi

for secret in r.example team; do
  if story "apply keeps no plan of what it has stopped at where $secret is a secret"; then
    read_before 1 0
    settings+=(PUSHER_MASK=$'me\n'"$secret")
    echo '{"target": {"registry": "r.example", "namespace": "team"}}' >pusher/plan.saves
    : >pusher/apply.refuses-reviewed.json
    script apply.sh "$work/tmp/pusher/apply.md"
    check 'stops' is "$code $(handed merge)" '1 stopped'
    check 'the rest is kept' is "$(find tmp/pusher/stopped -type f -printf '%f\n' | sort | paste -sd' ')" 'head pull-request stopped'
    check 'says what to do' has log '::notice::no plan.json is kept'
    check 'promises no plan that is not there' lacks tmp/pusher/merge.md 'exactly this'
    check 'but says what the command does' has tmp/pusher/merge.md 'Both do what is due by then'
    shown_by push
    cp tmp/pusher/stopped/* gh/artifact/ && rm -r gh/artifact/plan.json tmp/pusher/reviewed
    settings+=(PULL_REQUEST=12 GITHUB_SHA=later)
    nothing_is_found
    check 'so that a command applies what the files say' has log '::notice::no plan of #12 was kept: what the files say is planned and applied'
  fi
done

if story 'apply drops a plan of which it can not tell what is in it'; then
  read_before 1 0
  echo 'r.example' >pusher/plan.saves
  : >pusher/apply.refuses-reviewed.json
  script apply.sh "$work/tmp/pusher/apply.md"
  check 'keeps none' is "$(find tmp/pusher/stopped -name plan.json)" ''
fi

if story 'a command is told what came of it'; then
  settings=()
  mkdir -p tmp/pusher/reviewed
  echo 12 >tmp/pusher/reviewed/pull-request
  script merge-comment.sh "$work/tmp/pusher"
  check 'nothing' holds gh/comments.json '.[0].body | contains("Nothing was done")'
  echo '| created | nginx |' >tmp/pusher/apply.md
  script merge-comment.sh "$work/tmp/pusher"
  check 'the report, in the same place' holds gh/comments.json 'length == 1 and (.[0].body | contains("| created | nginx |"))'
fi

# --- getting pusher -------------------------------------------------------------------------------

version=$(sed -n '/^version = /{s/^version = "\(.*\)"$/\1/p;q;}' "$scripts/../../Cargo.toml")
server() { git -C "$work/server/you/pusher" "$@"; }

# A server with the repository of the action, and its release.
with_release() {
  mkdir -p server/you/pusher
  server init -q -b main . && server config user.name t && server config user.email t@example.com
  server commit -q --allow-empty -m released
  server tag -a -m "$version" "v$version"
  settings=(GITHUB_SERVER_URL="file://$work/server" GITHUB_PATH="$work/path" REPOSITORY=you/pusher REF=v1 VERSION=''
    COMMAND=plan RUNNER_OS=Linux RUNNER_ARCH=X64)
}

# What was released, as `install.sh` finds it.
released() {
  local name
  name=pusher-$version-$(uname -m)-unknown-linux-gnu
  mkdir -p "$name" "releases/v$version"
  printf '#!/bin/sh\necho released\n' >"$name/pusher"
  tar -czf "releases/v$version/$name.tar.gz" "$name"
  (cd "releases/v$version" && sha256sum "$name.tar.gz" >SHA256SUMS)
  settings=(RELEASES="$work/releases" PUSHER_DOWNLOAD=https://releases.example REPOSITORY=you/pusher
    RELEASE="$version" EXACT=false ALIYUN_REGISTRY_PASSWORD='')
}

if story 'the installer has the version of the project'; then
  check 'as Cargo.toml' has "$scripts/../../install.sh" "PUSHER_VERSION:-$version}"
fi

if story 'which pusher'; then
  with_release
  script which-pusher.sh
  check 'that of the tag' is "$(handed release) $(handed ready)" "$version false"
  check 'on the path' is "$(cat path)" "$work/tmp/pusher-tool"
  : >output
  settings+=(REF="$(server rev-parse HEAD)")
  script which-pusher.sh
  check 'or of the commit that a tag names' is "$(handed release)" "$version"
  released_key=$(handed key)
  server commit -q --allow-empty -m 'not released'
  for ref in "$(server rev-parse HEAD)" main ''; do
    : >output
    settings+=(REF="$ref")
    script which-pusher.sh
    check "none of ${ref:-nothing}" is "$code $(handed release)" '0 '
    check 'and another place in the cache' test "$(handed key)" != "$released_key"
  done
  : >output
  settings+=(VERSION=9.8.7)
  script which-pusher.sh
  check 'the one that was asked for' is "$(handed release) $(handed key)" '9.8.7 pusher-Linux-X64-9.8.7'
  settings+=(VERSION='1; touch owned')
  script which-pusher.sh
  check 'and nothing that is no version' is "$code" 1
  : >output
  settings+=(VERSION='' COMMAND=plan-comment)
  script which-pusher.sh
  check 'none to write a comment' is "$(handed ready)" true
fi

if story 'a release is taken'; then
  released
  script get-pusher.sh "$work/tool"
  check 'passes' is "$code" 0
  check 'is there' is "$(tool/pusher)" released
  check 'and where it was built is looked at' calls "verify --repo you/pusher --source-ref refs/tags/v$version"
fi

if story 'a release whose sum is wrong'; then
  released
  echo >>"$(echo "releases/v$version"/*.tar.gz)"
  script get-pusher.sh "$work/tool"
  check 'fails' is "$code" 1
  check 'says so' has log 'is not what the release says'
  check 'is not there, nor built instead' is "$(ls tool) $(find pusher -name builds)" ' '
fi

if story 'a release that somebody else built'; then
  released
  : >gh/forged
  script get-pusher.sh "$work/tool"
  check 'fails' is "$code" 1
  check 'says so' has log 'was not built by the workflow of you/pusher'
  check 'is not there' is "$(ls tool)" ''
fi

if story 'no release of what the action is'; then
  released
  rm -r releases/*
  script get-pusher.sh "$work/tool"
  check 'is built' is "$code $(tool/pusher)" '0 built'
  settings+=(EXACT=true)
  script get-pusher.sh "$work/other"
  check 'but not where one was asked for' is "$code" 1
fi

if story 'a commit without a release'; then
  settings=(RELEASE='' REPOSITORY=you/pusher EXACT=false)
  script get-pusher.sh "$work/tool"
  check 'is built' is "$code $(tool/pusher)" '0 built'
fi

# --- drift ----------------------------------------------------------------------------------------

for status in 0 2; do
  if story "drift with status $status"; then
    settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule PUSHER_MASK=$'me\np w*d')
    echo "$status" >pusher/drift.status
    echo '| target-changed | nginx | p w*d' >pusher/drift.out
    script drift.sh "$work/drift.md"
    check 'passes' is "$code" 0
    check 'hands it on' is "$(handed status)" "$status"
    check 'is masked' is "$(cat drift.md)" '| target-changed | nginx | ***'
    check 'is in the summary' has summary '| target-changed | nginx | ***'
    check 'with the target' has pusher/calls "drift --format github --report $work/drift.md --report $work/tmp/"
    check 'and its login' has pusher/calls ' | r.example/team me:p w*d'
  fi
done

# How many images drift found in each way: changed in the target, missing at the source, unread.
drift_found() {
  jq -n --argjson changed "$1" --argjson gone "$2" --argjson unread "$3" '{summary: {in_place: 7,
    upstream_moved: 0, target_changed: $changed, differs: 0, target_missing: 0, source_missing: $gone,
    not_declared: 0, unreadable: $unread, blocked: 0}}' >pusher/drift.json
  echo 1 >pusher/drift.status
  echo "| $1 changed, $2 gone, $3 unreadable |" >pusher/drift.out
}

if story 'drift that could not be told'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  drift_found 0 0 3
  script drift.sh "$work/drift.md"
  check 'fails' is "$code" 1
  check 'hands nothing on: the issue stays as it is' is "$(handed status)" ''
  check 'says so' has log '::error::not everything could be read'
  check 'the summary has the reasons' has summary '3 unreadable'
fi

for found in '2 0 1' '0 1 1'; do
  if story "drift that could be told in part: $found"; then
    settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
    # shellcheck disable=SC2086 # three words
    drift_found $found
    script drift.sh "$work/drift.md"
    check 'fails, since something was not read' is "$code" 1
    check 'hands on what has drifted' is "$(handed status) $(handed changes)" "2 $((${found:0:1} + ${found:2:1}))"
    settings=(STATUS=2)
    script drift-issue.sh drift.md
    check 'the issue tells of both' holds gh/issues.json --arg text "$(cat pusher/drift.out)" '.[0].body | contains($text)'
    check 'and does not say that all of it is drift' holds gh/issues.json '.[0].body | contains("what could not be read")'
  fi
done

if story 'drift with a mistake in the files'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo 1 >pusher/drift.status
  script drift.sh "$work/drift.md"
  check 'fails' is "$code" 1
  check 'points to the log' has log '::error::drift could not be told (status 1): see the log'
  check 'hands nothing on' is "$(handed status)" ''
fi

if story 'drift where nothing is set up'; then
  settings=(GITHUB_EVENT_NAME=schedule)
  script drift.sh "$work/drift.md"
  check 'passes' is "$code" 0
  check 'hands nothing on' is "$(handed status)" ''
  check 'runs nothing' is "$(cat pusher/calls)" ''
fi

if story 'issue opened, updated, closed'; then
  echo '| target-missing | nginx |' >drift.md
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'opens' is "$code" 0
  check 'with its label' calls $'POST /labels\nPOST /issues'
  check 'says what' holds gh/issues.json '.[0] | .state == "open" and .labels == ["pusher-drift"]
    and (.body | startswith("<!-- pusher-drift -->\n") and contains("| target-missing | nginx |"))'
  : >gh/calls
  echo '| target-changed | redis |' >drift.md
  script drift-issue.sh drift.md
  check 'updates' calls 'PATCH /issues/1'
  check 'says what is now' holds gh/issues.json \
    'length == 1 and (.[0].body | contains("redis") and (contains("nginx") | not))'
  : >gh/calls
  settings=(STATUS=0)
  script drift-issue.sh drift.md
  check 'closes' calls $'POST /issues/1/comments\nPATCH /issues/1'
  check 'is closed' holds gh/issues.json '.[0] | .state == "closed" and .state_reason == "completed"'
  : >gh/calls
  script drift-issue.sh drift.md
  check 'once' calls ''
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'opens a new one, the label being there' calls 'POST /issues'
fi

if story 'issue is told from those of others'; then
  echo 'drift' >drift.md
  jq -n '[range(1; 5) | {number: ., state: "open", labels: ["pusher-drift"], user: {login: "someone"},
      body: "<!-- pusher-drift -->\nmine"}]
    + [{number: 5, state: "open", labels: ["pusher-drift"], user: {login: "github-actions[bot]"}, body: "x"},
       {number: 6, state: "open", labels: ["pusher-drift"], user: {login: "github-actions[bot]"},
        body: "<!-- pusher-drift -->\n", pull_request: {}},
       {number: 7, state: "open", labels: ["pusher-drift"], user: {login: "github-actions[bot]"}, body: null},
       {number: 8, state: "open", labels: ["pusher-drift"], user: {login: "github-actions[bot]"},
        body: "<!-- pusher-drift -->\n"}]' >gh/issues.json
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'updates its own, on the last page' calls 'PATCH /issues/8'
fi

if story 'issue too long'; then
  printf '| row %06d |\n' {1..6000} >drift.md
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'passes' is "$code" 0
  check 'says where the rest is' holds gh/issues.json '.[0].body | contains("Cut here")'
fi

if story 'issue with hostile contents'; then
  printf '%s\n' '$(touch owned) `touch owned`; touch owned' '@/etc/passwd' >drift.md
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'arrives as it is' holds gh/issues.json --rawfile text drift.md '.[0].body | contains($text)'
  check 'runs nothing' is "$(find "$work" -name owned)" ''
fi

if story 'issue where issues are off'; then
  echo '{"has_issues": false}' >gh/repository.json
  echo 'drift' >drift.md
  settings=(STATUS=2)
  script drift-issue.sh drift.md
  check 'drift fails the job' is "$code" 1
  check 'and says what to turn on' has log 'issues are off here'
  settings=(STATUS=0)
  script drift-issue.sh drift.md
  check 'no drift passes' is "$code" 0
  check 'writes nothing' calls ''
fi

if story 'issue refuses another status'; then
  echo 'drift' >drift.md
  settings=(STATUS=1)
  script drift-issue.sh drift.md
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

# --- lock -----------------------------------------------------------------------------------------

if story 'lock where there is none'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'passes' is "$code" 0
  check 'says what to do' has log '::notice::there is no mirror.lock'
  check 'runs nothing' is "$(cat pusher/calls)" ''
  check 'hands nothing on' is "$(handed changes)" ''
fi

if story 'lock where nothing is set up'; then
  settings=(GITHUB_EVENT_NAME=schedule)
  echo old >mirror.lock
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'passes' is "$code" 0
  check 'runs nothing' is "$(cat pusher/calls)" ''
  check 'hands nothing on' is "$(handed changes)" ''
fi

for status in 0 1; do
  if story "lock that moves, with status $status"; then
    settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule PUSHER_MASK=$'p w*d')
    echo old >mirror.lock
    echo new >pusher/lock.writes
    echo 'nginx:latest moved p w*d' >pusher/lock.out
    echo "$status" >pusher/lock.status
    script lock.sh "$work/lock.txt" "$work/notes"
    check 'passes: the others moved' is "$code" 0
    check 'hands it on' is "$(handed changes)" 2
    check 'is masked' is "$(cat lock.txt)" 'nginx:latest moved ***'
    check 'is in the summary' has summary 'nginx:latest moved ***'
    check 'with the target' is "$(cat pusher/calls)" 'lock --update | r.example/team me:p w*d'
  fi
done

if story 'lock of several targets that moves'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo old >mirror.far.lock
  echo new >pusher/lock.writes
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'passes' is "$code" 0
  check 'counts the lines of all' is "$(handed changes)" 1
fi

if story "lock beside another file's"; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  printf 'file = "mirror.prod.yaml"\n' >mirror.prod.lock
  script lock.sh "$work/lock.txt" "$work/notes"
  check "says that there is none: another file's is not ours" has log '::notice::there is no mirror.lock'
  printf 'file = "mirror.yaml"\n' >mirror.prod.lock
  echo new >pusher/lock.writes
  script lock.sh "$work/lock.txt" "$work/notes"
  check "a target's is" is "$(cat pusher/calls)" 'lock --update | r.example/team me:p w*d'
fi

if story 'lock that stays'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo old >mirror.lock
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'hands it on' is "$code $(handed changes)" '0 0'
fi

if story 'lock that fails'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo old >mirror.lock
  echo 1 >pusher/lock.status
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'fails' is "$code" 1
  check 'hands nothing on' is "$(handed changes)" ''
fi

# What lock-notes.sh finds on the branch of the lock's pull request.
noted() {
  printf '%s\n' 'version = 3' '[seen]' '"a:1@sha256:1" = 2026-01-31T08:00:00Z' '[overrides]' '"a:1@sha256:2" = "x"' \
    '[seen]' '"b:1@sha256:3" = 2026-01-30T08:00:00Z' >"gh/git/contents-$1"
  echo '{"1": {"number": 1, "state": "open", "head": "pusher/lock"}}' >gh/pulls.json
}

if story 'lock goes on from what its pull request has noted'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo old >mirror.lock
  noted mirror.lock
  script lock-notes.sh "$work/notes"
  check 'passes' is "$code" 0
  check 'takes the notes alone' is "$(cat notes/mirror.lock)" \
    $'"a:1@sha256:1" = 2026-01-31T08:00:00Z\n"b:1@sha256:3" = 2026-01-30T08:00:00Z'
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'they are in the lock' is "$code $(cat mirror.lock)" \
    $'0 old\n\n[seen]\n"a:1@sha256:1" = 2026-01-31T08:00:00Z\n"b:1@sha256:3" = 2026-01-30T08:00:00Z'
  check 'and keep the pull request open' is "$(handed changes)" 4
  # Where the lock could not be renewed, they are not taken for that.
  echo old >mirror.lock
  echo 1 >pusher/lock.status
  script lock.sh "$work/lock.txt" "$work/notes"
  check 'fails as ever' is "$code" 1
fi

if story 'lock without a pull request'; then
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  mkdir lists notes
  echo stale >notes/mirror.lock
  echo old >mirror.lock
  script lock-notes.sh "$work/notes"
  check 'has no notes' is "$code $(ls notes 2>/dev/null)" '0 '
  settings+=(PUSHER_FILE='lists/a b.txt')
  echo old >'lists/a b.lock'
  noted 'a b.lock'
  script lock-notes.sh "$work/notes"
  check 'asks for a lock by its name' is "$code $(wc -l <'notes/lists/a b.lock')" '0 2'
fi

if story 'lock after its pull request was closed, and the branch left'; then
  settings=("${credentials[@]}")
  echo old >mirror.lock
  noted mirror.lock
  github pulls '.["1"].state = "closed"'
  script lock-notes.sh "$work/notes"
  check 'has no notes: what was pulled back waits anew' is "$code $(ls notes 2>/dev/null)" '0 '
  check 'says so' has log '::notice::the lock has no open pull request'
fi

if story 'lock where GitHub does not say what was noted'; then
  settings=("${credentials[@]}")
  echo old >mirror.lock
  noted mirror.lock
  : >gh/out-of-order
  script lock-notes.sh "$work/notes"
  check 'fails, and waits for the next run' is "$code" 1
  check 'says why' has log '::error::what the pull request of the lock has noted could not be read: gh: Server Error (HTTP 502)'
  rm gh/out-of-order gh/git/contents-mirror.lock
  script lock-notes.sh "$work/notes"
  check 'a lock that the branch has not got is no failure' is "$code" 0
  rm gh/pulls.json
  script lock-notes.sh "$work/notes"
  check 'nor is no answer to whether one is open taken for a no' test "$code" != 0
fi

# A lock that moved on a default branch whose tree is known.
moved() {
  settings=(MOVED=true BASE=main BASE_SHA=base)
  echo '{"message": "main", "tree": "tree-of-main"}' >gh/git/base
  printf '%s\n' "$1" >mirror.lock
  printf '%s\n' "$1" >lock.txt
}

# What the branch holds: its lock and the commit below it.
branch() {
  local commit tree blob
  commit=gh/git/$(cat gh/git/branch)
  tree=gh/git/$(jq -r .tree "$commit")
  blob=gh/git/$(jq -r '.tree[0].sha' "$tree")
  printf '%s %s %s' "$(jq -r '.parents[0]' "$commit")" "$(jq -r .base_tree "$tree")" "$(jq -r .content "$blob")"
}

if story 'lock pull request opened, updated, closed'; then
  moved 'nginx 1'
  script lock-pull-request.sh lock.txt
  check 'passes' is "$code" 0
  check 'opens' calls $'POST /git/blobs\nPOST /git/trees\nPOST /git/commits\nPOST /git/refs\nPOST /pulls'
  check 'on top of the default branch' is "$(branch)" 'base tree-of-main nginx 1'
  check 'says what' holds gh/pulls.json '.["1"] | .head == "pusher/lock" and .base == "main" and (.body | contains("nginx 1"))'
  : >gh/calls
  script lock-pull-request.sh lock.txt
  check 'commits the same once' calls $'POST /git/blobs\nPOST /git/trees\nPATCH /pulls/1'
  : >gh/calls
  moved 'nginx 2'
  script lock-pull-request.sh lock.txt
  check 'updates' calls \
    $'POST /git/blobs\nPOST /git/trees\nPOST /git/commits\nPATCH /git/refs/heads/pusher/lock\nPATCH /pulls/1'
  check 'one commit on the default branch' is "$(branch)" 'base tree-of-main nginx 2'
  check 'says what is now' holds gh/pulls.json 'length == 1 and (.["1"].body | contains("nginx 2"))'
  : >gh/calls
  settings=(MOVED=false BASE=main BASE_SHA=base)
  script lock-pull-request.sh lock.txt
  check 'closes, and leaves no branch with notes' calls $'PATCH /pulls/1\nDELETE /git/refs/heads/pusher/lock'
  check 'is closed' holds gh/pulls.json '.["1"].state == "closed"'
  : >gh/calls
  script lock-pull-request.sh lock.txt
  check 'once' calls ''
fi

if story 'lock pull request of several targets'; then
  moved 'nginx 1'
  mv mirror.lock mirror.near.lock
  echo 'nginx 2' >mirror.far.lock
  script lock-pull-request.sh lock.txt
  check 'passes' is "$code" 0
  tree=gh/git/$(jq -r .tree "gh/git/$(cat gh/git/branch)")
  check 'has the locks of all' is "$(jq -c '[.tree[].path]' "$tree")" '["mirror.far.lock","mirror.near.lock"]'
  check 'each as it is' is "$(jq -r '.tree[0].sha' "$tree" | xargs -I{} jq -r .content gh/git/{})" 'nginx 2'
fi

if story 'lock pull request after a target has got a name'; then
  moved 'nginx 1'
  git init -q . && git add mirror.lock && mv mirror.lock mirror.near.lock
  script lock-pull-request.sh lock.txt
  check 'passes' is "$code" 0
  tree=gh/git/$(jq -r .tree "gh/git/$(cat gh/git/branch)")
  check 'the old name goes' is "$(jq -c '[.tree[] | [.path, .sha != null]]' "$tree")" \
    '[["mirror.lock",false],["mirror.near.lock",true]]'
fi

if story 'lock pull request leaves what somebody committed'; then
  moved 'nginx 1'
  echo '{"message": "my own", "tree": "t"}' >gh/git/theirs
  echo theirs >gh/git/branch
  script lock-pull-request.sh lock.txt
  check 'fails' is "$code" 1
  check 'says why' has log "::error::the last commit on the branch pusher/lock is somebody's own"
  check 'writes nothing' calls ''
fi

if story 'lock pull request that is closed leaves what somebody committed'; then
  moved 'nginx 1'
  script lock-pull-request.sh lock.txt
  echo '{"message": "my own", "tree": "t"}' >gh/git/theirs
  echo theirs >gh/git/branch
  : >gh/calls
  settings=(MOVED=false BASE=main BASE_SHA=base)
  script lock-pull-request.sh lock.txt
  check 'closes it alone' is "$code $(cat gh/calls)" '0 PATCH /pulls/1'
fi

if story 'lock pull request with hostile contents'; then
  moved '$(touch owned) `touch owned`; touch owned'
  printf '```\n@everyone </details>\n' >>lock.txt
  script lock-pull-request.sh lock.txt
  check 'passes' is "$code" 0
  check 'arrives as it is' is "$(branch)" 'base tree-of-main $(touch owned) `touch owned`; touch owned'
  check 'quoted in a fence it cannot close' holds gh/pulls.json '.["1"].body | contains("\n````text\n$(touch")'
  check 'runs nothing' is "$(find "$work" -name owned)" ''
fi

if story 'lock pull request refuses another word'; then
  moved 'nginx 1'
  settings=(MOVED=maybe BASE=main BASE_SHA=base)
  script lock-pull-request.sh lock.txt
  check 'fails' is "$code" 1
  check 'writes nothing' calls ''
fi

# --- the issue form -------------------------------------------------------------------------------

# Issue 12, as GitHub writes down what somebody put into the form: images, platforms, name.
asked_for() {
  settings=(GITHUB_EVENT_PATH="$work/event.json" PUSHER_FILE=images.txt)
  local none='_No response_'
  printf '### Images 镜像\n\n%s\n\n### Platforms 平台\n\n%s\n\n### Name 名字\n\n%s\n\n### Reason 原因\n\n%s' \
    "$1" "${2:-$none}" "${3:-$none}" "${4:-$none}" |
    jq -Rs '{issue: {number: 12, body: gsub("\n"; "\r\n")}}' >event.json
  git init -q . && echo nginx >images.txt && git add images.txt
  git -c user.name=t -c user.email=t@example.com commit -qm list
}

# With which arguments `pusher` was called, each in brackets.
words() { tail -n 1 pusher/words; }

if story 'the form is read'; then
  asked_for $'nginx:1.27\n\n  ghcr.io/org/app:v1  ' 'linux/amd64, linux/arm64' app:v1
  echo redis >pusher/add.adds
  echo 'added' >pusher/add.out
  script add-image.sh "$work/add.md"
  check 'passes' is "$code" 0
  check 'is what is added' is "$(words)" \
    '[add] [--file] [images.txt] [--platform=linux/amd64,linux/arm64] [--target=app:v1] [--] [nginx:1.27] [ghcr.io/org/app:v1]'
  check 'asks no secret for it' has pusher/calls ' | registry.cn-hangzhou.aliyuncs.com/namespace :'
  check 'says what changed' has add.md $'```text\nadded'
  check 'hands it on' is "$(handed changed)" true
fi

if story 'more arguments are not taken for what stands behind --'; then
  asked_for nginx
  settings+=(PUSHER_ARGS='--quiet --lang zh')
  script add-image.sh "$work/add.md"
  check 'stand before it' is "$(words)" '[add] [--file] [images.txt] [--quiet] [--lang] [zh] [--] [nginx]'
fi

if story 'the form asks for what is there'; then
  asked_for nginx
  script add-image.sh "$work/add.md"
  check 'passes' is "$code" 0
  check 'is not more than images' is "$(words)" '[add] [--file] [images.txt] [--] [nginx]'
  check 'hands it on' is "$(handed changed)" false
fi

if story 'the form has a mistake'; then
  asked_for 'nginx 1.27'
  printf 'error: `nginx 1.27` is no image\n```\n@everyone\n' >pusher/add.err
  echo 1 >pusher/add.status
  script add-image.sh "$work/add.md"
  check 'passes, for the issue is to be told' is "$code" 0
  check 'says what' has add.md 'error: `nginx 1.27` is no image'
  check 'in a fence that it cannot close' has add.md '````text'
  check 'hands it on' is "$(handed changed)" false
fi

for text in '$(touch owned)' '`touch owned`' '--file=/etc/passwd' '-f' '; touch owned' '--' '::set-output name=changed::true' \
  '%0A::error::forged' '*' '${{ secrets.X }}' 'ngïnx🐳' "'; touch owned; '" '\n\\n' '../../etc/passwd' '@/etc/passwd' '!!' '~root'; do
  if story "the form has the image ${text@Q}"; then
    asked_for "$text" "$text" "$text" "$text"
    script add-image.sh "$work/add.md"
    check 'passes' is "$code" 0
    check 'is one argument, and no option' is "$(words)" \
      "[add] [--file] [images.txt] [--platform=${text// /}] [--target=$text] [--] [$text]"
    check 'runs nothing' is "$(find "$work" -name owned)" ''
    check 'says nothing to the runner' lacks log '::'
    check 'hands on nothing of it' is "$(cat output)" $'report='"$work"$'/add.md\nchanged=false'
  fi
done

if story 'the form has headings in it'; then
  asked_for $'nginx\n### Name 名字\nevil:v1\n### Images 镜像\nredis' '' app:v1
  script add-image.sh "$work/add.md"
  check 'the first of each counts' is "$(words)" '[add] [--file] [images.txt] [--target=evil:v1] [--] [nginx]'
fi

for many in 0 51; do
  if story "the form has $many images"; then
    asked_for "$(for ((i = 0; i < many; i++)); do echo "nginx:$i"; done)"
    script add-image.sh "$work/add.md"
    check 'passes' is "$code" 0
    check 'asks for none' is "$(cat pusher/calls)" ''
    check 'hands it on' is "$(handed changed)" false
  fi
done

# What came of the form, on a default branch whose tree is known.
added() {
  asked_for nginx
  echo redis >>images.txt
  settings=(GITHUB_EVENT_PATH="$work/event.json" CHANGED=true BASE=main BASE_SHA=base ISSUE_TOKEN=t)
  echo '{"message": "main", "tree": "tree-of-main"}' >gh/git/base
  mkdir -p out/plan
  echo '+redis' >out/add.md
  echo '| create | redis |' >out/plan/plan.md
}

if story 'a pull request of the form, opened, edited, closed'; then
  added
  script add-pull-request.sh "$work/out"
  check 'passes' is "$code" 0
  check 'opens it and tells the issue' calls \
    $'POST /git/blobs\nPOST /git/trees\nPOST /git/commits\nPOST /git/refs\nPOST /pulls\nPOST /issues/12/comments'
  tree=gh/git/$(jq -r .tree "gh/git/$(cat gh/git/branch-add-12)")
  check 'has the file' is "$(jq -r '.tree[0].path' "$tree") $(jq -r .content "gh/git/$(jq -r '.tree[0].sha' "$tree")" | head -n 2 | paste -sd' ')" 'images.txt nginx redis'
  check 'with the plan' holds gh/pulls.json '.["1"] | .head == "pusher/add-12" and .base == "main" and .title == "images: what #12 asks for"
    and (.body | startswith("Closes #12.") and contains("+redis") and contains("| create | redis |") and contains("/pusher plan"))'
  check 'the issue knows it' holds gh/comments.json '.[0] | .on == "12" and (.body | contains("Pull request #1 has this"))'
  : >gh/calls
  script add-pull-request.sh "$work/out"
  check 'commits the same once' calls $'POST /git/blobs\nPOST /git/trees\nPATCH /pulls/1\nPATCH /issues/comments/100'
  : >gh/calls
  echo postgres >>images.txt
  script add-pull-request.sh "$work/out"
  check 'goes with the form' calls \
    $'POST /git/blobs\nPOST /git/trees\nPOST /git/commits\nPATCH /git/refs/heads/pusher/add-12\nPATCH /pulls/1\nPATCH /issues/comments/100'
  : >gh/calls
  settings+=(CHANGED=false)
  echo 'no image' >out/add.md
  script add-pull-request.sh "$work/out"
  check 'is closed where the form has nothing more' calls $'PATCH /pulls/1\nPATCH /issues/comments/100'
  check 'and the issue is told' holds gh/comments.json '.[0].body | contains("no image") and contains("No pull request comes of this")'
fi

if story 'a pull request of the form, opened with the token of a person'; then
  added
  settings+=(GH_TOKEN=of-me)
  script add-pull-request.sh "$work/out"
  script add-pull-request.sh "$work/out"
  check 'passes' is "$code" 0
  check 'keeps one comment, of the workflow' holds gh/comments.json 'length == 1 and .[0].user.login == "github-actions[bot]"'
fi

if story 'a pull request of the form leaves what somebody committed'; then
  added
  echo '{"message": "my own", "tree": "t"}' >gh/git/theirs
  echo theirs >gh/git/branch-add-12
  script add-pull-request.sh "$work/out"
  check 'fails' is "$code" 1
  check 'says why' has log "::error::the last commit on the branch pusher/add-12 is somebody's own"
  check 'writes no commit' lacks gh/calls commits
fi

for number in null '"12; touch owned"' 0 -1 '"../12"'; do
  if story "a pull request of the form refuses the number $number"; then
    added
    jq ".issue.number = $number" event.json >new && mv new event.json
    script add-pull-request.sh "$work/out"
    check 'fails' is "$code" 1
    check 'writes nothing' calls ''
  fi
done

# Whoever may write a comment or a form would have it run.
if story 'no text of an event is put into a script'; then
  for file in "$scripts"/../workflows/*.yml "$scripts"/../actions/*/action.yml "$scripts/../../action.yml"; do
    check "not in ${file##*/.github/}" is "$(awk '
      match($0, /^ *(- )?run: */) { inside = 1; depth = match($0, /[^ -]/); print; next }
      inside && match($0, /[^ ]/) && RSTART <= depth { inside = 0 }
      inside { print }' "$file" | grep -F '${{')" ''
  done
fi

# --- page -----------------------------------------------------------------------------------------

# Three runs that have kept what they copied, of which one was done again.
kept() {
  settings=(BASE=main)
  for id in 3-1 4-1 4-2 5-1; do
    mkdir -p "gh/records-$id"
    echo "{\"run\": \"$id\"}" >"gh/records-$id/records.jsonl"
  done
  jq -n '[[3, 1], [4, 1], [4, 2], [5, 1] | {id: (.[0] * 100 + .[1]), name: "pusher-records-\(.[1])", expired: false,
    size_in_bytes: 900, workflow_run: {id: .[0], repository_id: 5, head_repository_id: 5, head_branch: "main"}}]' \
    >gh/artifacts.json
}
brought() { find "$work/earlier" -name records.jsonl | sed "s|$work/earlier/||; s|/records.jsonl||" | sort | paste -sd' '; }

if story 'what earlier runs have copied is brought'; then
  kept
  script records.sh "$work/earlier"
  check 'passes' is "$code" 0
  check 'all of it, of each attempt' is "$(brought)" '3/1 4/1 4/2 5/1'
  check 'says how many' has log '::notice::3 runs have kept'
fi

if story 'what earlier runs have copied, before there were any'; then
  kept
  echo '[]' >gh/artifacts.json
  script records.sh "$work/earlier"
  check 'passes' is "$code" 0
  check 'is nothing' is "$(find earlier -mindepth 1)" ''
fi

while IFS='|' read -r what change; do
  if story "what is brought is of this repository's default branch alone: $what"; then
    kept
    github artifacts ".[1]$change"
    script records.sh "$work/earlier"
    check 'passes' is "$code" 0
    check 'the others' is "$(brought)" '3/1 4/2 5/1'
  fi
done <<'END'
a fork|.workflow_run.head_repository_id = 6
another branch|.workflow_run.head_branch = "other"
gone|.expired = true
too large|.size_in_bytes = 6000000
another name|.name = "pusher-records-1-of-mine"
a path|.name = "pusher-records-1/../../.."
END

if story 'what is brought has no links, and what is lost is told'; then
  kept
  ln -s /etc/passwd gh/records-4-1/passwd.json
  rm -r gh/records-5-1
  script records.sh "$work/earlier"
  check 'passes' is "$code" 0
  check 'the others' is "$(brought)" '3/1 4/1 4/2'
  check 'no link' is "$(find earlier -type l)" ''
  check 'says which' has log '::warning::what run 5 has copied is not on the page'
fi

if story 'what GitHub can not say is no history without runs'; then
  kept
  : >gh/out-of-order
  script records.sh "$work/earlier"
  check 'fails' test "$code" -ne 0
fi

# A page can be made.
can_be_made() {
  settings=("${credentials[@]}" GITHUB_EVENT_NAME=schedule)
  echo '{"target": {"registry": "r.example", "namespace": "team"}}' >pusher/list.out
  echo '<html>' >pusher/page.writes
}

if story 'page'; then
  can_be_made
  script page.sh "$work/site" "$work/earlier"
  check 'passes' is "$code" 0
  check 'is there' is "$(cat site/index.html)" '<html>'
  check 'without a history that is not there' has pusher/calls "page $work/site |"
  check 'hands it on' is "$(handed status)" 0
fi

if story 'page with a history'; then
  can_be_made
  mkdir earlier
  script page.sh "$work/site" "$work/earlier"
  check 'takes it' has pusher/calls "page $work/site --history $work/earlier |"
fi

if story 'page of what could not be read'; then
  can_be_made
  echo 1 >pusher/page.status
  script page.sh "$work/site" "$work/earlier"
  check 'is published' is "$code $(handed status)" '0 1'
  check 'and says so' has log '::warning::not everything could be read'
fi

if story 'page that is not made'; then
  can_be_made
  rm pusher/page.writes
  echo 1 >pusher/page.status
  script page.sh "$work/site" "$work/earlier"
  check 'fails' is "$code" 1
fi

for secret in "${forms[@]}"; do
  if story "no page is made where $secret is a secret"; then
    can_be_made
    settings+=(PUSHER_MASK=$'me\n'"$secret")
    script page.sh "$work/site" "$work/earlier"
    check 'fails' is "$code" 1
    check 'says what to do' has log '::error::nothing is published: the host or namespace'
    check 'there is none' test ! -e site/index.html
  fi
done

if story 'page where nothing is set up'; then
  can_be_made
  settings=(GITHUB_EVENT_NAME=schedule)
  script page.sh "$work/site" "$work/earlier"
  check 'is quiet' is "$code $(handed status)" '0 '
fi

printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
