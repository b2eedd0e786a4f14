#!/usr/bin/env bash
# Good parts only: each set trained on its good pictures and tested with the others; TRAIN_OPTIONS: more options.
# usage: bench/good_only.sh BIN_FOLDER SET ...
set -euo pipefail
bin=$(realpath "${1:?folder of lineguard}"); shift
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for set in "$@"; do
  echo "== $(basename "$set")"
  # shellcheck disable=SC2086
  "$bin/lineguard" train "$set" --out "$work/model" --labels ignore ${TRAIN_OPTIONS:-} 2>/dev/null | grep -E "learned|members"
  "$bin/lineguard" evaluate "$work/model" "$set" --threads 2 2>/dev/null | grep AUROC
  rm -rf "$work/model"
done
