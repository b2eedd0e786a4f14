#!/usr/bin/env bash
# A quick selection of tests under ASan + UBSan and under TSan: the line, its record and its servers.
#   tools/sanitize.sh [asan] [tsan]     both by default; make asan and make tsan run every test
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A programs=(
  [asan]="core imaging http wire store record plc station package"
  [tsan]="core http store record plc camera station"
)
presets=("$@")
[ ${#presets[@]} -gt 0 ] || presets=(asan tsan)
for preset in "${presets[@]}"; do
  [ -n "${programs[$preset]:-}" ] || { echo "sanitize.sh: asan or tsan, not $preset" >&2; exit 2; }
  targets=(); names=
  for name in ${programs[$preset]}; do
    targets+=(--target "${name}_test")
    names+="${names:+|}$name"
  done
  tools/build.sh "$preset" --with-tests "${targets[@]}"
  echo "== $preset: ${programs[$preset]}"
  tools/test.sh "$preset" -R "^($names)\\."
done
