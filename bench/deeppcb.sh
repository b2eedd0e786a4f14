#!/usr/bin/env bash
# deeppcb: boxes and templates, learned from train/, tested with val/.
# usage: bench/deeppcb.sh BIN_FOLDER DEEPPCB_FOLDER
set -euo pipefail
bin=$(realpath "${1:?folder of lineguard}"); data=$(realpath "${2:?deeppcb}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
printf '[[members]]\ninput_px = 640\n[bank]\nsize = 500\n[labels]\ncells = 150000\n' >"$work/pcb.toml"
# FINE_TUNE=1 trains the backbone too (needs make finetune).
if [ -n "${FINE_TUNE:-}" ]; then
  printf '[fine_tuning]\nuse = true\nepochs = 8\nlearning_rate = 3e-4\n' >>"$work/pcb.toml"
fi
"$bin/lineguard" train "$data" --out "$work/model" --config "$work/pcb.toml" --labels use | grep -E "learned|classes|backbone"
"$bin/lineguard" evaluate "$work/model" "$data" --split val --threads 2 | grep -E "mAP|time"
