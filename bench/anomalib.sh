#!/usr/bin/env bash
# anomalib's PatchCore beside lineguard in one run: the same backbone and weights, 256 px, one thread, sets in MVTec AD's layout.
# Needs about 6 GB for anomalib and its torch from PyPI, kept in build/anomalib.
# usage: bench/anomalib.sh BIN_FOLDER SET ...
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/anomalib
if [ ! -e "$venv/ready" ]; then
  echo "installing anomalib into $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet "anomalib==2.7.0" "torch==2.15.0" "timm==1.0.31"
  touch "$venv/ready"
fi
exec "$venv/bin/python" bench/anomalib_beside.py "$@"
