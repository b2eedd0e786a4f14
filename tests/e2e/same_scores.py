#!/usr/bin/env python3
"""same_scores.py PACKAGE DATASET PICTURE URL [TEMPLATE]: exits 1 unless the command, the evaluation and the server at URL say the same of
PICTURE, and the command gives the package's golden pictures the scores that training wrote."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib


def lineguard(*arguments):
    subprocess.run(["lineguard", *arguments], check=True, capture_output=True)


def inspect(package, folder, picture, template):
    """The command's line of one picture, whose twin stands under its name in a folder of its own."""
    twins, lines = tempfile.mkdtemp(dir=folder), os.path.join(folder, "lines.jsonl")
    if template:
        shutil.copy(template, os.path.join(twins, os.path.basename(picture)))
    lineguard("inspect", package, picture, "--jsonl", lines, *(["--templates", twins] if template else []))
    with open(lines, encoding="utf-8") as stream:
        return json.loads(stream.readline())


def evaluated(package, folder, dataset, picture):
    out = os.path.join(folder, "evaluate.json")
    lineguard("evaluate", package, dataset, "--split", "all", "--json", out)
    with open(out, encoding="utf-8") as stream:
        rows = json.load(stream)["pictures"]
    return next(row for row in rows if row["image"].endswith(os.path.basename(picture)))


def served(url, picture, template):
    form = ["-F", "image=@" + picture, "-F", "template=@" + template] if template else ["--data-binary", "@" + picture]
    return json.loads(subprocess.run(["curl", "-sS", *form, url], check=True, capture_output=True).stdout)


def golden_differences(package, folder):
    with open(os.path.join(package, "golden", "scores.toml"), "rb") as stream:
        pictures = tomllib.load(stream)["picture"]
    for golden in pictures:
        template = golden.get("template")
        found = inspect(package, folder, os.path.join(package, "golden", golden["file"]),
                        template and os.path.join(package, "golden", template))["score"]
        if abs(found - golden["score"]) > 1e-6 * max(1, abs(found)):
            yield f"{golden['file']}: training {golden['score']}, command {found}"


def main(package, dataset, picture, url, template=None):
    with tempfile.TemporaryDirectory() as folder:
        command, server = inspect(package, folder, picture, template), served(url, picture, template)
        evaluation = evaluated(package, folder, dataset, picture)
        problems = list(golden_differences(package, folder))
    for name, other, keys in (("server", server, ("score", "label", "threshold", "regions", "model")),
                              ("evaluation", evaluation, ("score", "label"))):
        problems += [f"{key}: command {command[key]}, {name} {other.get(key)}" for key in keys if command[key] != other.get(key)]
    print("\n".join(problems) or f"the same everywhere: {command['label']}, {command['score']}")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
