#!/usr/bin/env bash
# Runs every test of one preset with ctest and closes with the counts:  tools/test.sh PRESET [ctest arguments]
set -uo pipefail
cd "$(dirname "$0")/.."
preset=$1; shift
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=ignore_noninstrumented_modules=1
log=build/$preset/ctest.log
ctest --test-dir "build/$preset" -j "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" --output-on-failure --no-tests=error "$@" 2>&1 | tee "$log"
rc=${PIPESTATUS[0]}
if grep -q 'Skipped\|Not Run' "$log"; then echo "Skipped, with the reason each gave:"; tools/skips.sh "$preset"; fi
total=$(sed -n 's/^.*tests failed out of \([0-9]*\)$/\1/p' "$log")
failed=$(sed -n 's/^.*, \([0-9]*\) tests failed out of .*$/\1/p' "$log")
skipped=$(grep -c '\*\*\*Skipped' "$log")
[ -n "$total" ] && echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
exit "$rc"
