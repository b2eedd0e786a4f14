#!/usr/bin/env bash
# clang-tidy over every source that the release preset compiles and that has not been found clean before.
#   tools/lint.sh [--changed]     --changed: only what changed since the last tag (each closed issue has one)
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh release --with-tests
since=()
if [ "${1:-}" = --changed ]; then
  # A clone without tags: what the last two days brought.
  base=$(git describe --tags --abbrev=0 2>/dev/null || git rev-list -1 --before='2 days ago' HEAD)
  [ -n "$base" ] || base=$(git rev-list --max-parents=0 HEAD | tail -1)
  echo "clang-tidy on what changed since $(git log -1 --format='%h of %cs' "$base")"
  since=(--since "$base")
fi
tools/lint.py build/release "${since[@]}"
