#!/usr/bin/env bash
# Prints each skipped test of the last ctest run with the reason that it gave.
set -euo pipefail
cd "$(dirname "$0")/.."
awk '/^[0-9]+\/[0-9]+ Test(ing)?: /{sub(/^[0-9]+\/[0-9]+ Test(ing)?: /, ""); name=$0; skipped=0}
     /: Skipped$/{getline reason; print "  " name ": " reason}' "build/$1/Testing/Temporary/LastTest.log"
