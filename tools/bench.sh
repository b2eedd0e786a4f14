#!/usr/bin/env bash
# Builds the bench preset and runs every benchmark program:  tools/bench.sh [Google Benchmark arguments]
#   REPETITIONS=5  how often each is measured
# Prints the machine and the build first: figures without them say nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
names=(); targets=()
for source in bench/*_bench.cpp; do name=$(basename "$source" .cpp); names+=("$name"); targets+=(--target "$name"); done
tools/build.sh bench "${targets[@]}" >&2
echo "machine: $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo "build:   $(git describe --always --dirty), $(sed -n 's/^CMAKE_BUILD_TYPE:[A-Z]*=//p' build/bench/CMakeCache.txt)," \
  "-march=$(sed -n 's/^LINEGUARD_ARCH:[A-Z]*=//p' build/bench/CMakeCache.txt)"
for name in "${names[@]}"; do
  echo "== $name"
  "build/bench/bin/$name" --benchmark_repetitions="${REPETITIONS:-5}" --benchmark_report_aggregates_only=true "$@" 2>/dev/null
done
