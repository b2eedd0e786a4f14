#!/usr/bin/env bash
# deeppcb: boxes and templates, learned from train/, tested with val/.
# usage: bench/deeppcb.sh BIN_FOLDER DEEPPCB_FOLDER
set -euo pipefail
bin=$(realpath "${1:?folder of lineguard}"); data=$(realpath "${2:?deeppcb}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
printf '[preprocessing]\ninput_px = 640\n[bank]\nsize = 500\n' >"$work/pcb.toml"
"$bin/lineguard" train "$data" --out "$work/model" --config "$work/pcb.toml" --labels use | grep -E "learned|classes"
"$bin/lineguard" evaluate "$work/model" "$data" --split val --threads 2 | grep -E "mAP|time"
