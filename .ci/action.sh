#!/usr/bin/env bash
# The steps of action.yml, each by its name. They run in a repository of decks, with settings in the environment.
set -euo pipefail

MARK='<!-- studydeck plan -->' # by which a comment is known that a later run replaces
LONGEST=60000                  # characters; GitHub takes 65,536 of a comment

decks=()
while IFS= read -r deck; do
  [ -z "$deck" ] || decks+=("$deck")
done <<<"${DECKS:-}"

on_decks() { # a command with the decks, if any are named; bash 3.2 knows no empty arrays
  "$@" ${decks[@]+"${decks[@]}"}
}

check() {
  if [ "${STRICT:-false}" = true ]; then
    on_decks studydeck check --format github --strict
  else
    on_decks studydeck check --format github
  fi
}

locked() {
  on_decks studydeck build --locked --only-this-branch # what open branches built went to nobody
}

plan() {
  local against=()
  case "${AGAINST:-}" in
    '' | 0000000000*) ;; # a first push: what the deck.lock says
    *)
      if ! git cat-file -e "$AGAINST^{commit}" 2>/dev/null; then # a shallow checkout
        git fetch --quiet --no-tags --depth=1 origin "$AGAINST" || true
      fi
      against=(--against "$AGAINST")
      ;;
  esac
  if ! on_decks studydeck plan --format markdown ${against[@]+"${against[@]}"} >"$PLAN.part" 2>"$PLAN.error"; then
    cat "$PLAN.error" >&2
    echo "::warning title=studydeck plan::There is no plan: $(grep '^Error' "$PLAN.error" | head -n 1)"
    return
  fi
  { echo "$MARK" && cat "$PLAN.part"; } >"$PLAN"
  cat "$PLAN" >>"$GITHUB_STEP_SUMMARY"
  echo "plan=$PLAN" >>"$GITHUB_OUTPUT"
}

comment() {
  local body="$PLAN.comment" id
  python - "$PLAN" "$body" "$LONGEST" <<'PYTHON'
import sys
from pathlib import Path

text, longest = Path(sys.argv[1]).read_text("utf-8"), int(sys.argv[3])
if len(text) > longest:
    text = text[:longest].rpartition("\n")[0] + "\n\n… The rest is in the summary of the job.\n"
Path(sys.argv[2]).write_bytes(text.encode())
PYTHON
  # A pull request from a fork has a token that can't comment: the plan is in the summary all the same.
  if id=$(gh api --paginate "$COMMENTS" --jq ".[] | select(.body | startswith(\"$MARK\")) | .id") && post "$body" "${id%%$'\n'*}"; then
    return
  fi
  echo "::notice title=studydeck plan::The plan is in the summary of the job, for this token can't comment."
}

post() { # a comment anew, or in the place of the one with this number
  if [ -n "$2" ]; then
    gh api --silent --method PATCH "${COMMENTS%/*/comments}/comments/$2" -F "body=@$1"
  else
    gh api --silent --method POST "$COMMENTS" -F "body=@$1"
  fi
}

case "${1:-}" in
  check | locked | plan | comment) "$1" ;;
  *)
    echo "usage: $0 check|locked|plan|comment" >&2
    exit 2
    ;;
esac
