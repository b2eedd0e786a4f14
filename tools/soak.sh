#!/usr/bin/env bash
# Runs real lines under random faults and reconciles them:  tools/soak.sh [arguments of tests/soak/soak.py]
#   SOAK_PARTS=400     parts of each run
#   SOAK_RUNS=8        runs, with the seeds 1, 2, …
#   SOAK_SEED=N        that seed alone, said what happens: replays a run
#   SOAK_LINEGUARD=build/release/bin/lineguard
set -euo pipefail
cd "$(dirname "$0")/.."
lineguard=${SOAK_LINEGUARD:-build/release/bin/lineguard}
shared=build/release/tests/e2e/shared
if [ ! -d "$shared/models/parts-1" ]; then
  PATH=$PWD/build/release/bin:$PATH
  mkdir -p "$shared"
  make_parts "$shared/parts" 40 12
  lineguard train "$shared/parts" --out "$shared/models/parts-1" --name parts > "$shared/train.log" 2>&1 || { cat "$shared/train.log" >&2; exit 3; }
fi
arguments=(--lineguard "$lineguard" --shared "$shared" --parts "${SOAK_PARTS:-400}" --runs "${SOAK_RUNS:-8}")
if [ -n "${SOAK_SEED:-}" ]; then arguments+=(--seed "$SOAK_SEED" --verbose); fi
exec /usr/bin/python3 -B tests/soak/soak.py "${arguments[@]}" "$@"
