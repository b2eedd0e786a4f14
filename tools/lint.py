#!/usr/bin/env python3
"""clang-tidy over every source of one build folder that it has not found clean before.

usage: tools/lint.py BUILD_FOLDER [--since COMMIT]

With --since only sources that changed since that commit, or include a header that did.

What was clean is remembered by its content: the source, every header it saw, its command, the checks and the version of clang-tidy.
So a second run takes seconds, a run that was stopped goes on, and a changed header is linted again through each source that includes it.
"""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLEAN = ROOT / "build" / "lint"
LINTED = ("modules/", "bench/")
# GCC's own warning switches mean nothing to clang.
TIDY = ["clang-tidy", "--quiet", "-extra-arg=-Wno-unknown-warning-option"]
# Tests' pictures and messages are of a size the test itself names: nothing overflows an int there.
IN_TESTS = ["-checks=-bugprone-misplaced-widening-cast,-bugprone-implicit-widening-of-multiplication-result,-bugprone-string-constructor"]


def command_for(name):
    return TIDY + (IN_TESTS if "/test/" in name else [])


def read_dependencies(build):
    """Object file -> every file it was compiled from, as ninja recorded them."""
    lines = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True).stdout.splitlines()
    found, current = {}, []
    for line in lines:
        if line.startswith("    "):
            current.append(os.path.normpath(build / line.strip()))
        elif ": #deps" in line:
            current = found.setdefault(line.split(": #deps")[0], [])
    return found


def hash_file(path, known):
    if path not in known:
        known[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    return known[path]


def changed_since(commit):
    """The files of the tree that differ from `commit`, or None for all."""
    if commit is None:
        return None
    names = ""
    for command in (["git", "diff", "--name-only", commit], ["git", "ls-files", "--others", "--exclude-standard"]):
        names += subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return {os.path.normpath(ROOT / name) for name in names.splitlines()}


def list_sources(build, changed):
    """Each source to lint with the key its clean result is kept under."""
    dependencies, hashes = read_dependencies(build), {}
    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True, text=True).stdout
    checks = (ROOT / ".clang-tidy").read_text()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        name = os.path.relpath(entry["file"], ROOT)
        if not name.startswith(LINTED):
            continue
        files = dependencies.get(re.search(r" -o (\S+)", entry["command"]).group(1), [entry["file"]])
        if changed is not None and changed.isdisjoint(files):
            continue
        key = hashlib.sha256("\0".join([version, checks, *command_for(name), entry["command"].replace(str(ROOT), "")]).encode())
        for path in files:
            key.update(hash_file(path, hashes).encode())
        yield name, CLEAN / key.hexdigest()


def lint(build, name, stamp):
    result = subprocess.run([*command_for(name), "-p", build, ROOT / name], capture_output=True, text=True)
    if result.returncode == 0:
        stamp.touch()
    return result.returncode, result.stdout.strip() or result.stderr.strip()


def main():
    build = ROOT / sys.argv[1]
    CLEAN.mkdir(parents=True, exist_ok=True)
    since = sys.argv[3] if sys.argv[2:3] == ["--since"] else None
    every = list(list_sources(build, changed_since(since)))
    todo = [(name, stamp) for name, stamp in every if not stamp.exists()]
    print(f"{len(every)} sources, {len(every) - len(todo)} were clean before and have not changed", flush=True)
    started, failed = time.monotonic(), []
    with ThreadPoolExecutor(int(os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", os.cpu_count()))) as pool:
        running = {pool.submit(lint, build, name, stamp): name for name, stamp in todo}
        for done, future in enumerate(as_completed(running), 1):
            code, output = future.result()
            left_min = (time.monotonic() - started) / done * (len(todo) - done) / 60
            print(f"[{done}/{len(todo)}] {running[future]}, about {left_min:.0f} min left", flush=True)
            if code != 0:
                failed.append(running[future])
                print(output, flush=True)
    print(f"{len(every) - len(failed)} clean, {len(failed)} with findings" + "".join(f"\n  {name}" for name in sorted(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
