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

# Tells whether any of the target's settings is there. Quoted one by one: a value may be anything.
is_set_up() {
  [[ -n "${ALIYUN_REGISTRY:-}${ALIYUN_NAME_SPACE:-}" ]] ||
    [[ -n "${ALIYUN_REGISTRY_USER:-}${ALIYUN_REGISTRY_PASSWORD:-}" ]] ||
    [[ "${PUSHER_SET_UP:-}" == true ]]
}

# Prints which of the target's settings are not there, with commas between them. Where it is, a mirror
# file may say itself.
missing_settings() {
  local name needed=(ALIYUN_REGISTRY_USER ALIYUN_REGISTRY_PASSWORD) missing=''
  [[ "${PUSHER_SET_UP:-}" != true ]] || return 0
  [[ -e mirror.yaml || -e mirror.yml || -e mirror.toml ]] ||
    needed=(ALIYUN_REGISTRY ALIYUN_NAME_SPACE "${needed[@]}")
  for name in "${needed[@]}"; do
    [[ -n "${!name:-}" ]] || missing+=", $name"
  done
  printf '%s' "${missing#, }"
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

# Masks in file $1 every line of $PUSHER_MASK, longest first, as GitHub masks secrets in a log and
# in a step summary. It does not do so in an artifact, a comment or an issue, so this does.
mask() {
  local file=$1 text value
  text=$(<"$file")
  while IFS= read -r value; do
    [[ -z "$value" ]] || text=${text//"$value"/'***'}
  done < <(awk '{ sub(/\r$/, ""); print length($0) "\t" $0 }' <<<"${PUSHER_MASK:-}" | sort -rn | cut -f2-)
  printf '%s\n' "$text" >"$file"
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
