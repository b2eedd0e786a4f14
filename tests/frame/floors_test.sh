#!/usr/bin/env bash
# Shows that the frame refuses what ARCHITECTURE.md forbids: dependencies that are not to a lower floor, at configure time,
# and includes of modules that are not among the DEPS, in `make check`.  Usage: floors_test.sh SOURCE_DIR
set -uo pipefail
source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# try NAME EXPECTED_TEXT MODULES…: each module is "name floor deps"; configures them with the real lineguard_module().
try() {
  local name=$1 expected=$2; shift 2
  local dir="$work/$name"
  mkdir -p "$dir"
  {
    echo 'cmake_minimum_required(VERSION 3.25)'
    echo 'project(floors LANGUAGES CXX)'
    echo 'add_library(lineguard_options INTERFACE)'
    echo "include($source_dir/cmake/LineguardModule.cmake)"
    for module in "$@"; do
      read -r module_name rest <<<"$module"
      echo "add_subdirectory($module_name)"
      mkdir -p "$dir/$module_name/src" "$dir/$module_name/include/lineguard/$module_name"
      echo "int ${module_name}_symbol() { return 0; }" > "$dir/$module_name/src/a.cpp"
      echo "#pragma once" > "$dir/$module_name/include/lineguard/$module_name/a.h"
      echo "lineguard_module($module_name $rest SOURCES src/a.cpp HEADERS include/lineguard/$module_name/a.h)" \
        > "$dir/$module_name/CMakeLists.txt"
    done
    echo "${EXTRA:-}"
    echo 'lineguard_check_floors()'
  } > "$dir/CMakeLists.txt"
  local output rc
  output=$(cmake -S "$dir" -B "$dir/build" -G Ninja 2>&1); rc=$?
  if [ -z "$expected" ] && [ $rc = 0 ]; then echo "ok: $name configures"; return; fi
  if [ -n "$expected" ] && [ $rc != 0 ] && tr '\n' ' ' <<<"$output" | tr -s ' ' | grep -q "$expected"; then
    echo "ok: $name is refused"; return
  fi
  echo "FAILED: $name (exit $rc), expected '${expected:-success}':"; echo "$output" | tail -12
  failures=$((failures + 1))
}

try good ''  'low FLOOR 0' 'high FLOOR 1 DEPS low'
try same_floor 'may not depend on'  'one FLOOR 1' 'two FLOOR 1 DEPS one'
try upwards 'not defined before'  'low FLOOR 0 DEPS high' 'high FLOOR 1'
try through_libs 'Modules belong in DEPS'  'low FLOOR 0' 'high FLOOR 1 LIBS lineguard::low'
EXTRA='target_link_libraries(lineguard_high PUBLIC lineguard_low)' \
  try plain_link 'past DEPS'  'low FLOOR 0' 'high FLOOR 1'

# An include that the linker would not see: `low` reaches `top` through `middle` only.
try include_table ''  'low FLOOR 0' 'middle FLOOR 1 DEPS low' 'top FLOOR 2 DEPS middle'
dir="$work/include_table"
check() { /usr/bin/python3 "$source_dir/tools/check_includes.py" --modules "$dir/build/modules.txt" --root "$dir" 2>&1; }
if check >/dev/null; then echo "ok: declared includes pass"; else echo "FAILED: a clean tree is refused"; failures=$((failures + 1)); fi
echo '#include <lineguard/low/a.h>' >> "$dir/top/src/a.cpp"
if output=$(check); then
  echo "FAILED: an undeclared include passes"; failures=$((failures + 1))
elif grep -q "top/src/a.cpp:2: includes the module 'low'" <<<"$output"; then
  echo "ok: an undeclared include is named with file and line"
else
  echo "FAILED: $output"; failures=$((failures + 1))
fi
exit "$failures"
