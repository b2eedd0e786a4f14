#!/usr/bin/env bash
# `lineguard verify` on many generated pictures of 256 px: seconds and peak memory at two sizes of the set.
# usage: bench/verify_10k.sh [BIN_FOLDER] [PICTURES ...]
set -euo pipefail
bin=${1:-build/release/bin}; shift || true
counts=("${@:-2500 10000}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for count in ${counts[*]}; do
  "$bin/make_parts" "$work/$count" $((count * 9 / 10)) $((count / 10)) 256 >/dev/null
  /usr/bin/time -f "$count pictures: %e s, peak %M kB, %P of a core" "$bin/lineguard" verify "$work/$count" --threads 2 >"$work/out.txt" || true
  tail -1 "$work/out.txt"
  rm -rf "${work:?}/$count"
done
