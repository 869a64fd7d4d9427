# shellcheck shell=bash
# What the workflows' scripts share. Sourced, never run.
#
# Everything that comes from outside (a list, a pull request, a report) is data here: it travels in
# files and environment variables, is always quoted, and is never part of a command's text.

# GitHub refuses a comment or an issue of more than 65,536 characters. Bytes are counted, which is
# the stricter measure, and the rest is left for the lines that the scripts put around the text.
readonly BODY_LIMIT=60000
# Of a step's summary GitHub shows 1 MiB or, if it is longer, nothing.
readonly SUMMARY_LIMIT=1000000

# Ends with a message that GitHub shows at the top of the run.
die() {
  printf '::error::%s\n' "$*"
  exit 1
}

# Says something that GitHub shows at the top of the run.
notice() {
  printf '::notice::%s\n' "$*"
}

# Prints $1, or $2 where the texts are in Chinese.
said() {
  case ${PUSHER_LANG:-} in
    zh*) printf '%s' "$2" ;;
    *) printf '%s' "$1" ;;
  esac
}

# What a merge does whose plan is not the one that was read.
check_on_stale() {
  ON_STALE=${ON_STALE:-stop}
  [[ "$ON_STALE" == stop || "$ON_STALE" == go-on ]] || die "on-stale is \`$ON_STALE\`, and must be stop or go-on"
}

# Tells whether any of the target's settings is there. Quoted one by one: a value may be anything.
is_set_up() {
  [[ -n "${ALIYUN_REGISTRY:-}${ALIYUN_NAME_SPACE:-}" ]] ||
    [[ -n "${ALIYUN_REGISTRY_USER:-}${ALIYUN_REGISTRY_PASSWORD:-}" ]] ||
    [[ "${PUSHER_SET_UP:-}" == true ]]
}

# Tells whether the files say themselves which registry it is: not so where there is a list alone.
has_mirror_file() {
  if [[ -n "${PUSHER_FILE:-}" ]]; then
    [[ "$PUSHER_FILE" == *.yaml || "$PUSHER_FILE" == *.yml || "$PUSHER_FILE" == *.toml ]]
  else
    [[ -e mirror.yaml || -e mirror.yml || -e mirror.toml ]]
  fi
}

# Prints which of the target's settings are not there, with commas between them. Where it is, a mirror
# file may say itself.
missing_settings() {
  local name needed=(ALIYUN_REGISTRY_USER ALIYUN_REGISTRY_PASSWORD) missing=''
  [[ "${PUSHER_SET_UP:-}" != true ]] || return 0
  has_mirror_file || needed=(ALIYUN_REGISTRY ALIYUN_NAME_SPACE "${needed[@]}")
  for name in "${needed[@]}"; do
    [[ -n "${!name:-}" ]] || missing+=", $name"
  done
  printf '%s' "${missing#, }"
}

# Prints the name of the lock that `pusher` has for the file: docs/lock.md.
lock_file() {
  case ${PUSHER_FILE:-} in
    '' | images.txt | images.dockerfile | mirror.yaml | mirror.yml | mirror.toml) echo mirror.lock ;;
    */images.txt | */images.dockerfile | */mirror.yaml | */mirror.yml | */mirror.toml) echo "${PUSHER_FILE%/*}/mirror.lock" ;;
    *.txt | *.dockerfile | *.yaml | *.yml | *.toml) echo "${PUSHER_FILE%.*}.lock" ;;
    *) echo "$PUSHER_FILE.lock" ;;
  esac
}

# Tells whether a lock says that it is another file's: `mirror.prod.lock` is that of `mirror.prod.yaml`, or of the target
# `prod` of `mirror.yaml`.
is_anothers() {
  local owner
  owner=$(sed -n -e '/^\[/q' -e 's/^file = "\(.*\)"$/\1/p' "$1")
  case ${PUSHER_FILE:-} in
    '') [[ -n "$owner" && " images.txt images.dockerfile mirror.yaml mirror.yml mirror.toml " != *" $owner "* ]] ;;
    *) [[ -n "$owner" && "$owner" != "${PUSHER_FILE##*/}" ]] ;;
  esac
}

# Prints the locks that there are: that one and, of several targets, one for each.
lock_files() {
  local own lock
  own=$(lock_file)
  for lock in "$own" "${own%.lock}".*.lock; do
    [[ -f "$lock" ]] || continue
    [[ "$lock" != "$own" ]] || { printf '%s\n' "$lock" && continue; }
    is_anothers "$lock" || printf '%s\n' "$lock"
  done
}

# The branch of the one pull request that moves the lock.
# shellcheck disable=SC2034 # for those that source this
readonly LOCK_BRANCH=pusher/lock

# Prints the locks that are in the commit and are not there any more.
locks_gone() {
  local lock
  lock=$(lock_file)
  git ls-files --deleted -- "$lock" "${lock%.lock}.*.lock" 2>/dev/null || true
}

# Adds up what is counted in the answer in file $2, of one target or of several: `count JQ FILE`, where JQ takes
# a summary.
count() {
  jq "[(.targets // [.])[].summary | $1] | add" "$2"
}

# Tells whether GitHub gives this run no secrets, whatever is set up: it is for the pull request of a
# fork, or Dependabot's. Goes by the event as GitHub wrote it down. Without one nobody knows: then a part
# of the settings being there tells that the rest should be.
secrets_are_withheld() {
  [[ "${GITHUB_ACTOR:-}" != 'dependabot[bot]' ]] || return 0
  if [[ ! -f "${GITHUB_EVENT_PATH:-}" ]]; then
    ! is_set_up
    return
  fi
  jq -e --arg own "$GITHUB_REPOSITORY" \
    '.pull_request | . != null and .head.repo.full_name != $own' "$GITHUB_EVENT_PATH" >/dev/null
}

# Stops a run that has nothing to work with: quietly where nobody asked for it (a fork that is not
# set up yet must not turn red at every push or every night), with an error where somebody did. What
# can be done with a part of it is for `pusher` to judge.
require_set_up() {
  if is_set_up; then
    local missing
    missing=$(missing_settings)
    [[ -z "$missing" ]] || printf '::warning::missing: %s\n' "$missing"
    return
  fi
  local what='no registry is set up: add the secrets ALIYUN_REGISTRY, ALIYUN_NAME_SPACE, ALIYUN_REGISTRY_USER and ALIYUN_REGISTRY_PASSWORD (docs/github-actions.md)'
  [[ "${GITHUB_EVENT_NAME:-}" != workflow_dispatch ]] || die "$what"
  notice "$what"
  exit 0
}

# Tells whether a push brought the workflow that runs: who copies a whole repository to the default branch
# has seen no plan. Where the history does not say what was there before, it did not.
is_first_push() {
  local before path=${GITHUB_WORKFLOW_REF:-}
  [[ "${GITHUB_EVENT_NAME:-}" == push && -f "${GITHUB_EVENT_PATH:-}" ]] || return 1
  before=$(jq -r '.before // ""' "$GITHUB_EVENT_PATH")
  [[ -n "$before" ]] || return 1
  # A branch that was not there.
  [[ "$before" =~ [^0] ]] || return 0
  path=${path%@*}
  path=${path#"$GITHUB_REPOSITORY/"}
  git cat-file -e "$before^{commit}" 2>/dev/null || return 1
  ! git cat-file -e "$before:$path" 2>/dev/null
}

# Masks in file $1 every line of $PUSHER_MASK, longest first, as GitHub masks secrets in a log and
# in a step summary. It does not do so in an artifact, a comment or an issue, so this does. Line by
# line: what bash replaces takes time that grows with the square of how often it is there. A host is
# masked as `pusher` tells it as well, however the secret has it.
mask() {
  local masked
  masked=$(mktemp)
  # shellcheck disable=SC2016 # jq's variables
  jq -Rr 'def trimmed: gsub("^\\s+|\\s+$"; "");
    def host: trimmed | sub("^[^/]*://"; "") | sub("/+$"; "") | ascii_downcase | select(contains("."));
    reduce ((env.PUSHER_MASK // "") / "\n" | map(rtrimstr("\r") | ., trimmed, host) | unique | map(select(. != ""))
    | sort_by(-length)[]) as $secret (.; split($secret) | join("***"))' "$1" >"$masked"
  cat "$masked" >"$1"
  rm "$masked"
}

# Prints the lines of stdin as `pusher` reads a host: without blanks around it, a scheme or slashes, in small letters.
bare_names() {
  tr '[:upper:]' '[:lower:]' |
    sed -E 's/^[[:space:]]+//; s/[[:space:]]+$//; s|^[^/]*://||; s|/+$||
      s/^(index|registry-1)\.docker\.io$/docker.io/; /^$/d'
}

# Tells whether the host or the namespace in answer $1 is a secret, or it can't be told. Compared as strings that stand
# alone: a user called `me` is in half of all words.
names_a_secret() {
  local names
  names=$(jq -r '(.targets // [.])[].target | .registry, .namespace // empty' "$1") || return 0
  grep -qxFf <(bare_names <<<"${PUSHER_MASK:-}") < <(bare_names <<<"$names")
}

# Removes the saved plan $1 where the host or the namespace in it is a secret, before it leaves the job. A masked plan
# could not be applied, and an unmasked one would tell the secret to everybody who may read here.
drop_if_secret() {
  [[ -f "$1" ]] || return 0
  names_a_secret "$1" || return 0
  rm "$1"
  notice 'no plan.json is kept: the host or namespace in it is a secret; make both variables (docs/github-actions.md)'
}

# Hands on a result of the step: `hand_on NAME VALUE`.
hand_on() {
  printf '%s=%s\n' "$1" "$2" >>"${GITHUB_OUTPUT:-/dev/null}"
}

# Leaves in folder $1 what `docker login` would, beside what it left already.
log_in_to_docker_hub() {
  local there=${DOCKER_CONFIG:-${HOME:-}/.docker}/config.json
  [[ -f "$there" ]] || there=/dev/null
  jq -s 'def trimmed: gsub("^\\s+|\\s+$"; "");
    (.[0] // {}) | .auths["https://index.docker.io/v1/"] =
      {auth: ((env.DOCKERHUB_USERNAME | trimmed) + ":" + (env.DOCKERHUB_TOKEN | trimmed) | @base64)}' \
    "$there" >"$1/config.json"
}

# Runs `pusher $1` with the file that was asked for, and with an account of Docker Hub where there is
# one, which is allowed more pulls. Returns its status.
#
# A cancelled run, or one whose time is over, gets SIGINT, which GitHub sends to this shell alone. It is
# handed on, so that `pusher` stops cleanly and still says what was done. Job control gives the child a
# process group and the default signals, which a background job otherwise lacks.
run_pusher() {
  local child code=0 login='' given=() extra=() rest=("${@:2}") at
  [[ -z "${PUSHER_FILE:-}" ]] || given=(--file "$PUSHER_FILE")
  read -ra extra <<<"${PUSHER_ARGS:-}"
  # What stands behind `--` is no option.
  for ((at = 0; at < ${#rest[@]}; at++)); do
    [[ "${rest[at]}" != -- ]] || break
  done
  if [[ -n "${DOCKERHUB_USERNAME:-}" && -n "${DOCKERHUB_TOKEN:-}" ]]; then
    login=$(mktemp -d)
    log_in_to_docker_hub "$login"
  fi
  set -m
  DOCKER_CONFIG=${login:-${DOCKER_CONFIG:-}} pusher "$1" "${given[@]}" "${rest[@]:0:at}" "${extra[@]}" "${rest[@]:at}" &
  child=$!
  trap 'kill -INT "$child" 2>/dev/null || true' INT TERM
  # A signal ends `wait` early: wait again until the child is really gone.
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  # What is left to do is to tell of it, which a second signal must not cut short.
  trap '' INT TERM
  set +m
  [[ -z "$login" ]] || rm -r "$login"
  return "$code"
}

# Appends stdin to the step summary, as far as that can hold it.
summarise() {
  local text
  text=$(mktemp)
  cat >"$text"
  {
    cut_at "$SUMMARY_LIMIT" "$text" ||
      printf '\nCut here: too long for a summary.\n'
  } >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  rm "$text"
}

# Ends what applied: its report $1 goes to the summary, and with its status $2 and what it has changed by the counts in $3 to the steps that
# follow. Fails where the status is not 0; $4 then tells more.
end_with_report() {
  [[ -s "$1" ]] || printf 'No report: the log says why.\n' >"$1"
  summarise <"$1"
  mask "$1"
  hand_on status "$2"
  hand_on report "$1"
  [[ ! -s "$3" ]] || hand_on changes "$(count '.created + .updated + .deleted' "$3")"
  (($2 == 0)) || die "not everything was applied (status $2): see the summary${4:-}"
}

# Prints stdin inside a code block that nothing in it can close: the fence is longer than any run
# of backticks there, and absurdly long runs are cut. No mention, link or image in it comes to life.
fence() {
  local text longest
  # shellcheck disable=SC2016 # backticks meant as such
  text=$(LC_ALL=C tr -d '\0' | LC_ALL=C sed -E 's/`{11,}/``````````/g')
  longest=$(LC_ALL=C grep -ao '`\+' <<<"$text" | awk '{ if (length > n) n = length } END { print n + 0 }' || true)
  local ticks
  ticks=$(printf '%*s' "$((longest < 3 ? 3 : longest + 1))" '' | tr ' ' '`')
  printf '%stext\n%s\n%s\n' "$ticks" "$text" "$ticks"
}

# Prints file $1 as far as a comment or an issue can hold it, and says where the whole is. What is cut
# is put in a code block, so that no table or fold is left open.
fit() {
  local file=$1 whole=$2
  cut_at "$BODY_LIMIT" "$file" ||
    printf '\nCut here: too long for GitHub. The whole of it is in [the run](%s).\n' "$whole"
}

# Sends GitHub a JSON document for git's object of kind $1, and prints the id of what was made.
made() {
  gh api --method POST "repos/$GITHUB_REPOSITORY/git/$1" --input - | jq -r .sha
}

# Prints the last commit of branch $1; nothing where there is none.
head_of() {
  gh api "repos/$GITHUB_REPOSITORY/git/matching-refs/heads/$1" |
    jq -r --arg ref "refs/heads/$1" '.[] | select(.ref == $ref) | .object.sha'
}

# Puts one commit on branch $1, on top of $BASE_SHA: message $2, and the entries of a tree that function $3
# prints. It goes through the
# API, so that no checkout holds a token and GitHub signs it. What somebody else put on the branch stays, and is an error.
commit_to() {
  local branch=$1 title=$2 api=repos/$GITHUB_REPOSITORY head held='' last base_tree tree commit
  head=$(head_of "$branch")
  if [[ -n "$head" ]]; then
    last=$(gh api "$api/git/commits/$head")
    # What somebody else put on the branch would be lost.
    [[ $(jq -r .message <<<"$last") == "$title" ]] ||
      die "the last commit on the branch $branch is somebody's own: merge it elsewhere, or delete the branch"
    held=$(jq -r .tree.sha <<<"$last")
  fi
  base_tree=$(gh api "$api/git/commits/$BASE_SHA" | jq -r .tree.sha)
  tree=$("$3" | jq -s --arg base "$base_tree" '{base_tree: $base, tree: .}' | made trees)
  [[ "$tree" != "$held" ]] || return 0
  commit=$(jq -n --arg message "$title" --arg tree "$tree" --arg parent "$BASE_SHA" \
    '{message: $message, tree: $tree, parents: [$parent]}' | made commits)
  if [[ -n "$head" ]]; then
    jq -n --arg sha "$commit" '{sha: $sha, force: true}' |
      gh api --method PATCH "$api/git/refs/heads/$branch" --silent --input -
  else
    jq -n --arg ref "refs/heads/$branch" --arg sha "$commit" '{ref: $ref, sha: $sha}' |
      gh api --method POST "$api/git/refs" --silent --input -
  fi
}

# Keeps one comment on pull request $1, which begins with the marker $2, as file $3 has it. Only with the run's own
# token: by whom it comments is how it knows its comment again.
keep_comment() {
  local number=$1 marker=$2 body=$3 comment
  # Only a comment that a workflow wrote itself: anyone may write the marker.
  comment=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$number/comments?per_page=100" |
    jq -r --arg marker "$marker" '.[]
      | select(.user.login == "github-actions[bot]")
      | select(.body // "" | startswith($marker))
      | .id' | sed -n 1p)
  if [[ -n "$comment" ]]; then
    gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" --silent -F "body=@$body"
    notice "updated the comment on #$number"
  else
    gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" --silent -F "body=@$body"
    notice "commented on #$number"
  fi
}

# Prints file $2, or fails when that is longer than $1 bytes and only its beginning was printed.
cut_at() {
  local limit=$1 file=$2
  if (($(wc -c <"$file") <= limit)); then
    cat "$file"
    return
  fi
  # Whole lines only: a line cut in two could end inside a character. One that is longer than the
  # limit by itself leaves nothing, which the note that follows covers as well.
  head -c "$limit" "$file" | sed '$d' | fence
  return 1
}
