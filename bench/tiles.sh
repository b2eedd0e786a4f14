#!/usr/bin/env bash
# Time and peak memory of one prediction by the size of the picture, cut into tiles of 512 px (input 256 px).
# usage: bench/tiles.sh [BIN_FOLDER]
set -euo pipefail
bin=${1:-build/release/bin}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for side in 2240 3168 4480; do  # 5, 10 and 20 MP
  "$bin/make_parts" "$work/$side" $((side == 2240 ? 12 : 4)) 1 $side >/dev/null
done
"$bin/lineguard" train "$work/2240" --out "$work/model" --labels ignore --tile-px 512 >/dev/null 2>&1
for side in 2240 3168 4480; do
  /usr/bin/time -f "peak %M kB" "$bin/lineguard" inspect "$work/model" "$work/$side/good" --jsonl "$work/lines.jsonl" 2>"$work/err.txt"
  python3 - "$work/lines.jsonl" "$side" <<'P'
import json, statistics, sys
times = [json.loads(line)["timings_ms"]["predict"] for line in open(sys.argv[1])]
mp = int(sys.argv[2]) ** 2 / 1e6
print(f"{mp:.0f} MP: predict median {statistics.median(times):.0f} ms ({min(times):.0f} to {max(times):.0f}, n = {len(times)}), {statistics.median(times)/mp:.1f} ms a MP")
P
  tail -1 "$work/err.txt"
done
