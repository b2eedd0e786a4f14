#!/usr/bin/env bash
# Learning from labels of pictures: the 2,624 solar cells of ELPV, whose experts' probabilities are 0, 1/3, 2/3 and 1; above 0.5 is
# defective. Random 75 % / 25 % splits stratified by probability and cell type; accuracy where the score says 0.5, AUROC,
# misses and overkill at the operating point, and seconds of the whole training.
# usage: bench/elpv_labels.sh [BIN_FOLDER] [ELPV_DATA_FOLDER] [SEED ...]
set -euo pipefail
bin=${1:-build/release/bin}; shift || true
data=$(realpath "${1:-build/deps/wheels/elpv_dataset/data}"); shift || true
seeds=("${@:-1 2 3}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for seed in ${seeds[*]}; do
  # A stable random order within each stratum; the first quarter of it is tested with.
  awk -v seed="$seed" -v data="$data" 'BEGIN { srand(seed) } NF >= 3 { print $2 "-" $3, rand(), data "/" $1 "," $2 }' \
    "$data/labels.csv" | sort -k1,1 -k2,2g | awk '{ rows[NR] = $3; strata[NR] = $1; count[$1]++ }
      END { print "image,label,split"
            for (i = 1; i <= NR; i++) print rows[i] "," (++seen[strata[i]] <= count[strata[i]] / 4 ? "test" : "train") }' >"$work/elpv.csv"
  "$bin/lineguard" train "$work/elpv.csv" --out "$work/elpv-$seed" --labels use --defective-above 0.5 \
    --seed "$seed" --threads 2 --json "$work/train.json" ${TRAIN_OPTIONS:-} >/dev/null 2>"$work/log" || { tail -5 "$work/log"; exit 1; }
  "$bin/lineguard" evaluate "$work/elpv-$seed" "$work/elpv.csv" --defective-above 0.5 --threads 2 --json "$work/test.json" >/dev/null 2>&1
  python3 - "$seed" "$work" <<'PY'
import json, sys
seed, work = sys.argv[1:]
train, test = (json.load(open(f"{work}/{name}.json")) for name in ("train", "test"))
rows = [(row["score"], row["truth"] == "defective") for row in test["pictures"] if row.get("truth") in ("good", "defective")]
right = sum((score > 0) == defective for score, defective in rows)
print(f"seed {seed}: {right} of {len(rows)} right ({100 * right / len(rows):.1f} %) where the score says 0.5, "
      f"AUROC {test['image_auroc']['value']:.4f}, misses {test['miss']['events']} of {test['miss']['n']}, "
      f"overkill {test['overkill']['events']} of {test['overkill']['n']}, trained in {train['seconds']:.1f} s", flush=True)
PY
done
