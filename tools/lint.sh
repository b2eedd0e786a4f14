#!/usr/bin/env bash
# clang-tidy over every source that the release preset compiles and that has not been found clean before.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/build.sh release --with-tests
tools/lint.py build/release
