#!/usr/bin/env bash
# clang-tidy over every source that the release preset compiles.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh release --with-tests
# GCC's own warning switches mean nothing to clang.
run-clang-tidy -quiet -extra-arg=-Wno-unknown-warning-option -p build/release -j "$(nproc)" "$PWD/(modules|bench)/.*\.cpp$" 2>/dev/null
