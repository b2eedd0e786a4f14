#!/usr/bin/env python3
"""safety_names_test.py ROOT: every test, case, fault, fuzzer, module and file that docs/safety.md names exists in the tree.

Names in backticks: `Suite.Test` (GoogleTest), `e2e/NAME.case`, `station/NAME.case`, `soak:FAULT`, `NAME_fuzz`, and paths of files.
"""
import pathlib
import re
import sys


def tests_of(root):
    found = set()
    for source in root.glob("modules/*/test/**/*.cpp"):
        text = source.read_text(encoding="utf-8", errors="replace")
        found.update(f"{suite}.{name}" for suite, name in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", text))
    return found


def faults_of(root):
    sys.path.insert(0, str(root / "tests" / "soak"))
    sys.dont_write_bytecode = True
    import faults  # pylint: disable=import-error,import-outside-toplevel
    names = {name for members in faults.GROUPS.values() for name in members}
    return names | set(faults.GROUPS) | {name for members in faults.SCRIPTED.values() for name in members}


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    text = (root / "docs" / "safety.md").read_text(encoding="utf-8")
    tests, faults = tests_of(root), faults_of(root)
    fuzzers = {name for build in root.glob("modules/*/CMakeLists.txt")
               for name in re.findall(r"^lineguard_fuzzer\((\w+)", build.read_text(encoding="utf-8"), re.M)}
    named, missing = 0, []
    for name in re.findall(r"`([^`\n]+)`", text):
        case = re.fullmatch(r"(?:e2e|station)/\w+\.case", name)
        if re.fullmatch(r"[A-Z]\w+\.[A-Z]\w+", name):
            there = name in tests
        elif case:
            there = (root / "tests" / name).is_file()
        elif name.startswith("soak:"):
            there = name[5:] in faults
        elif re.fullmatch(r"\w+_fuzz", name):
            there = name in fuzzers
        elif re.fullmatch(r"(?:modules|docs|tests|tools)/[\w./-]+", name):
            there = (root / name).exists()
        else:
            continue
        named += 1
        if not there:
            missing.append(name)
    for name in missing:
        print(f"docs/safety.md names {name}, which does not exist")
    print(f"{named} names, {len(missing)} missing")
    return 1 if missing or named < 20 else 0


sys.exit(main())
