#!/usr/bin/env bash
# Configures and builds one preset:  tools/build.sh PRESET [--with-tests] [--finetune] [--target NAME]
# The release preset's programs stand at build/bin.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1; shift
tests=; targets=(); finetune=
while [ $# -gt 0 ]; do
  case $1 in
    --with-tests) tests=ON ;;
    --finetune) finetune=ON ;;
    --target) targets+=(--target "$2"); shift ;;
    *) echo "build.sh: unknown argument $1" >&2; exit 2 ;;
  esac
  shift
done
# `make demo` builds the command alone; a folder already configured with tests keeps them.
if [ -z "$tests" ]; then
  tests=$(sed -n 's/^LINEGUARD_TESTS:BOOL=//p' "build/$preset/CMakeCache.txt" 2>/dev/null || true)
  [ "$preset" = bench ] || [ "$preset" = fuzz ] || [ -n "$tests" ] || { dpkg-query -W libgtest-dev >/dev/null 2>&1 || tests=OFF; }
fi
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
mkdir -p build
cmake --preset "$preset" ${tests:+-DLINEGUARD_TESTS=$tests} ${finetune:+-DLINEGUARD_FINETUNE=$finetune} > "build/configure-$preset.log" 2>&1 ||
  { cat "build/configure-$preset.log" >&2; exit 3; }
cmake --build "build/$preset" -j "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}" "${targets[@]}"
if [ "$preset" = release ]; then ln -sfn release/bin build/bin; fi
