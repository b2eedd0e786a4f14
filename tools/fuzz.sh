#!/usr/bin/env bash
# Builds the fuzz preset (clang, address and undefined-behaviour sanitizers) and runs every fuzz program for a while:
#   tools/fuzz.sh [NAME...]     all of build/fuzz/bin/*_fuzz, or those named
#   FUZZ_SECONDS=60             for each
# What a program has learned stays in build/fuzz/corpus/<name>; a finding stands in build/fuzz/findings/ and ends this with 1.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang++ >/dev/null || { echo "fuzz: needs clang++ (tools/setup.sh dev)" >&2; exit 3; }
names=("$@")
if [ ${#names[@]} = 0 ]; then
  mapfile -t names < <(grep -rhoP '^lineguard_fuzzer\(\K\w+' modules/*/CMakeLists.txt)
fi
targets=(); for name in "${names[@]}"; do targets+=(--target "$name" --target "${name}_seeds"); done
tools/build.sh fuzz "${targets[@]}"
mkdir -p build/fuzz/findings
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  "build/fuzz/bin/${name}_seeds" "$corpus"
  echo "== $name: ${FUZZ_SECONDS:-60} s"
  log=build/fuzz/$name.log
  "build/fuzz/bin/$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$name-" "$corpus" > "$log" 2>&1 ||
    { tail -40 "$log"; echo "$name: a finding, see build/fuzz/findings/ and $log" >&2; exit 1; }
  sed -n 's/^stat::/  /p' "$log"
done
