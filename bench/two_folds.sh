#!/usr/bin/env bash
# magnetic_tile, exposure 3, masks: two folds by part, each learned from and tested with in turn.
# usage: bench/two_folds.sh BIN_FOLDER MAGNETIC_TILE_FOLDER
set -euo pipefail
bin=$(realpath "${1:?folder of lineguard}"); data=$(realpath "${2:?magnetic_tile}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 - "$data" "$work" <<'P'
import csv, hashlib, sys
data, work = sys.argv[1:]
rows = [r for r in csv.DictReader(open(f"{data}/parts.csv")) if r["exposure"] == "3"]
classes, fold = {}, {}
for row in rows:
    classes.setdefault(row["class"], set()).add(row["part"])
for parts in classes.values():
    for i, part in enumerate(sorted(parts, key=lambda p: hashlib.sha256(p.encode()).hexdigest())):
        fold[part] = i % 2
for tested in (0, 1):
    with open(f"{work}/{tested}.csv", "w") as out:
        out.write("image,label,mask,part,split\n")
        for row in rows:
            mask = f"{data}/{row['mask']}" if row["mask"] else ""
            split = "test" if fold[row["part"]] == tested else "train"
            out.write(f"{data}/{row['image']},{row['class']},{mask},{row['part']},{split}\n")
P
for tested in 0 1; do
  "$bin/lineguard" train "$work/$tested.csv" --out "$work/model-$tested" --labels use --allow empty-mask ${TRAIN_OPTIONS:-} 2>/dev/null | grep learned
  "$bin/lineguard" evaluate "$work/model-$tested" "$work/$tested.csv" 2>/dev/null | grep -E "pictures|AUROC|mAP"
done
