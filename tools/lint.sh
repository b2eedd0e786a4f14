#!/usr/bin/env bash
# clang-tidy over every source that the release preset compiles and that has not been found clean before.
#   tools/lint.sh [--changed]     --changed: only what changed since the last tag (each closed issue has one); without a
#                                 tag, since the branch left main; where neither is known, nothing, and it says so
set -euo pipefail
cd "$(dirname "$0")/.."

# The commit to compare with, or nothing. A shallow clone may have neither the tag nor the merge base.
find_base() {
  git describe --tags --abbrev=0 2>/dev/null && return
  local main
  for main in origin/HEAD origin/main main; do
    git rev-parse -q --verify "$main^{commit}" >/dev/null || continue
    [ "$(git rev-parse "$main")" != "$(git rev-parse HEAD)" ] || continue
    git merge-base "$main" HEAD 2>/dev/null && return
  done
  return 0
}

since=()
if [ "${1:-}" = --changed ]; then
  base=$(find_base)
  if [ -z "$base" ]; then
    echo "lint --changed: no tag and no branch point in this clone, so nothing is known to have changed; tools/lint.sh lints all"
    exit 0
  fi
  echo "clang-tidy on what changed since $base ($(git log -1 --format='%h of %cs' "$base"))"
  since=(--since "$base")
elif [ $# -gt 0 ]; then
  echo "lint.sh: unknown argument $1; allowed: --changed" >&2
  exit 2
fi
tools/build.sh release --with-tests
tools/lint.py build/release "${since[@]}"
