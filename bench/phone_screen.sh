#!/usr/bin/env bash
# phone_screen, leave one picture out: scratches drawn as polygons, no picture without one. A scratch of 20 px and more (the longer
# side of its box) is found where a region touches its box; a region that touches no scratch is false.
# usage: bench/phone_screen.sh BIN_FOLDER PHONE_SCREEN_FOLDER [HOW_MANY_PICTURES]
set -euo pipefail
bin=$(realpath "${1:?folder of lineguard}"); data=$(realpath "${2:?phone_screen}"); count=${3:-100}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
printf '[[members]]\ninput_px = 384\n[preprocessing]\ntile_px = 512\n[bank]\nsize = 1000\n[labels]\nuse = "use"\n' >"$work/default.toml"
python3 - "$data" "$work" "$bin/lineguard" "$count" "${PHONE_CONFIG:-$work/default.toml}" <<'P'
import json, os, subprocess, sys, time
data, work, lineguard, count, config = sys.argv[1:]
labels = json.load(open(f"{data}/training.json"))
found = scratches = false = 0
pictures = labels["images"][:int(count)]
touches = lambda a, b: a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
for held in pictures:
    folder = f"{work}/{held['id']}"
    os.makedirs(f"{folder}/set/training")
    rest = [image for image in labels["images"] if image is not held]
    for image in rest:
        os.symlink(f"{data}/training/{image['file_name']}", f"{folder}/set/training/{image['file_name']}")
    with open(f"{folder}/set/training.json", "w") as out:
        json.dump(dict(labels, images=rest, annotations=[a for a in labels["annotations"] if a["image_id"] != held["id"]]), out)
    start = time.monotonic()
    done = subprocess.run([lineguard, "train", f"{folder}/set", "--out", f"{folder}/model", "--config", config, "--threads", "2"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    seconds = time.monotonic() - start
    said = subprocess.run([lineguard, "inspect", f"{folder}/model", f"{data}/training/{held['file_name']}"], capture_output=True, text=True)
    boxes = [region["box"] for region in json.loads(said.stdout.splitlines()[0])["regions"]]
    truth = [a["bbox"] for a in labels["annotations"] if a["image_id"] == held["id"]]
    large = [box for box in truth if max(box[2:]) >= 20]
    hits = sum(any(touches(box, other) for other in boxes) for box in large)
    wrong = sum(not any(touches(box, other) for other in truth) for box in boxes)
    found, scratches, false = found + hits, scratches + len(large), false + wrong
    print(f"{held['file_name']}: {hits} of {len(large)} scratches of 20 px and more, {wrong} of {len(boxes)} regions false, trained in {seconds:.0f} s", flush=True)
print(f"recall {found / scratches:.3f} ({found} of {scratches}), {false / len(pictures):.2f} false regions a picture (n = {len(pictures)})")
P
