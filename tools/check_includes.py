#!/usr/bin/env python3
"""Holds every `#include <lineguard/X/...>` of a module against its DEPS (the table that the configure step wrote).

The linker does not see an include that comes in through another module; this does.
Exit 0: all includes are declared; 1: one is not, each named with file, line and what to do.
"""
import argparse
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]lineguard/([a-z_]+)/(testing/)?')


def read_table(path):
    deps = {}
    for line in path.read_text().splitlines():
        name, _floor, *names = line.split()
        deps[name] = set(names)
    return deps


def problems_of(module_dir, allowed):
    test_deps = set()
    text = (module_dir / "CMakeLists.txt").read_text()
    match = re.search(r"TEST_DEPS\s+([a-z_\s]+)", text)
    if match:
        test_deps = set(match.group(1).split())
    for folder in ("include", "src", "test", "testing"):
        for file in sorted((module_dir / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            usable = allowed | (test_deps if folder == "test" else set())
            for number, line in enumerate(file.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                if match and match.group(2) and folder in ("include", "src"):
                    yield f"{file}:{number}: includes a fake for tests: only test/ and testing/ may"
                if match and match.group(1) not in usable:
                    yield (f"{file}:{number}: includes the module '{match.group(1)}', which is not among the DEPS of "
                           f"'{module_dir.name}': add it there, or do without it")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    args = parser.parse_args()
    found = []
    for name, deps in read_table(args.modules).items():
        found += problems_of(args.root / name, deps | {name})
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
