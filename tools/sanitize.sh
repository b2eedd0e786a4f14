#!/usr/bin/env bash
# A quick selection of tests under ASan + UBSan and under TSan, for every change: the line, its record and its servers.
#   tools/sanitize.sh [asan|tsan]     both by default; make asan and make tsan run every test
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A programs=(
  [asan]="core_test imaging_test dataset_test http_test wire_test record_test store_test plc_test station_test package_test"
  [tsan]="core_test http_test record_test plc_test station_test camera_test"
)
for preset in "${@:-asan tsan}"; do
  for name in $preset; do
    targets=(); for program in ${programs[$name]}; do targets+=(--target "$program"); done
    tools/build.sh "$name" --with-tests "${targets[@]}"
    echo "== $name: ${programs[$name]}"
    tools/test.sh "$name" -R "^($(tr ' ' '|' <<< "${programs[$name]//_test/}"))\\."
  done
done
