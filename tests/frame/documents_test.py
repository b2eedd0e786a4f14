#!/usr/bin/env python3
"""documents_test.py ROOT: what documents say about the code is what the code says.

Compared by the sources alone: modules, floors and headers; where ARCHITECTURE.md sends a change; layouts; settings; statuses; commands.
(Registers, metrics and defaults are compared by the modules' own tests, which run the code.)
Each comparison is also made with one line of a document or source changed, and must then fail: a comparison that can't is an error.
"""
import pathlib
import re
import sys


class Tree:
    """The files of the tree, one of which may be read with a text replaced."""

    def __init__(self, root, changed=None):
        self.root, self.changed = root, changed

    def read(self, name):
        text = (self.root / name).read_text(encoding="utf-8")
        if self.changed and self.changed[0] == name:
            assert self.changed[1] in text, f"{name} has no {self.changed[1]!r} to change"
            text = text.replace(self.changed[1], self.changed[2])
        return text

    def glob(self, pattern):
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern))


def modules_of(tree):
    """Name -> floor, by the build."""
    found = {}
    for name in tree.glob("modules/*/CMakeLists.txt"):
        match = re.search(r"lineguard_module\((\w+)\s+FLOOR\s+(\d+)", tree.read(name))
        if match:
            found[match.group(1)] = int(match.group(2))
    return found


def compare_floors(tree):
    documented = {}
    section = tree.read("ARCHITECTURE.md").split("## Modules and floors")[1].split("\n## ")[0]
    for floor, names in re.findall(r"^\| (\d) \| (.*) \|$", section, re.M):
        for entry in names.split("·"):
            for name in re.findall(r"`([a-z]+)`", entry.split(" – ")[0].split(" the ")[0]):
                documented[name] = int(floor)
    built = modules_of(tree)
    for name in sorted(built.keys() | documented.keys()):
        if built.get(name) != documented.get(name):
            yield f"ARCHITECTURE.md: {name} is on floor {documented.get(name)}, in the build on {built.get(name)}"


def compare_readmes(tree):
    for module, floor in modules_of(tree).items():
        readme = tree.read(f"modules/{module}/README.md")
        if f"(floor {floor})" not in readme.split("\n")[0]:
            yield f"modules/{module}/README.md: its first line does not say (floor {floor})"
        for header in tree.glob(f"modules/{module}/include/lineguard/{module}/*.h"):
            name = header.rsplit("/", 1)[1]
            if f"`{name}`" not in readme:
                yield f"modules/{module}/README.md does not name {name}"
        for name in re.findall(r"^\| ((?:`[\w/]+\.h`(?:, )?)+) \|", readme, re.M):
            for header in re.findall(r"`([\w/]+\.h)`", name):
                folder = "testing/lineguard/" + module if header.startswith("testing/") else "include/lineguard/" + module
                if not (tree.root / "modules" / module / folder / header).is_file():
                    yield f"modules/{module}/README.md names {header}, which does not exist"


def compare_places(tree):
    """Where the next change goes: the files exist."""
    section = tree.read("ARCHITECTURE.md").split("## Where the next change goes")[1].split("\n## ")[0]
    for path in re.findall(r"`((?:\w+)/[\w./<>*-]+\.(?:cpp|h|toml|md))`", section):
        pattern = re.sub(r"<\w+>", "*", path)
        if not (tree.glob(pattern) or tree.glob("modules/" + pattern) or tree.glob("modules/*/include/lineguard/" + pattern)):
            yield f"ARCHITECTURE.md sends a change to {path}, which does not exist"


def compare_layouts(tree):
    built = set(re.findall(r"\{Layout::\w+, \"([\w-]+)\"", tree.read("modules/dataset/src/layouts/layout.cpp")))
    table = tree.read("modules/dataset/README.md").split("| `--layout` |")[1].split("\n\n")[0]
    documented = {name for cell in re.findall(r"^\| ((?:`[\w-]+`(?:, )?)+) \|", table, re.M) for name in re.findall(r"`([\w-]+)`", cell)}
    for name in sorted(built ^ documented):
        yield f"layout {name}: {'not in modules/dataset/README.md' if name in built else 'documented, not built'}"


def settings_of(tree, names):
    """Keys that ConfigReader is asked for in these sources."""
    text = "\n".join(tree.read(name) for name in names)
    read = re.findall(r"\b(?:read|read_path|read_one_of|section|require)\(\s*\"(\w+)\"", text)
    read += re.findall(r"\bread_milliseconds\(\s*\w+,\s*\"(\w+)\"", text)
    return set(read)


def compare_station_settings(tree):
    sources = ["modules/station/src/station_config.cpp", "modules/package/src/recipe.cpp", "modules/camera/src/folder_camera.cpp",
               "modules/plc/src/modbus_plc.cpp",
               "modules/camera/src/open.cpp", "modules/plc/src/open.cpp", "modules/station/src/picture_policy.cpp"]
    text = tree.read("docs/station.toml")
    documented = set(re.findall(r"^(?:# )?(\w+) = ", text, re.M)) | set(re.findall(r"^(?:# )?\[(\w+)\]", text, re.M))
    for name in sorted(settings_of(tree, sources) - documented - {"address"}):  # `modbus` stands for it
        yield f"docs/station.toml does not explain the key {name}"


def compare_statuses(tree):
    sources = [name for module in ("http", "wire", "serving") for name in tree.glob(f"modules/{module}/**/*.h") + tree.glob(f"modules/{module}/src/**/*.cpp")]
    text = "\n".join(tree.read(name) for name in sources)
    answered = set(re.findall(r"\b(?:error_response|json_response|refuse|reject|fail)\(\s*([45]\d\d)\b", text))
    answered |= set(re.findall(r"return ([45]\d\d);", text)) | set(re.findall(r"Status = ([45]\d\d);", text))
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", tree.read("docs/api.md"), re.M)
    documented = {status for status, _ in rows}
    codes = set(re.findall(r"\{ErrorCode::\w+, \"(\w+)\"\}", tree.read("modules/core/include/lineguard/core/result.h")))
    for _, code in rows:
        if code not in codes:
            yield f"docs/api.md: there is no error code {code}"
    # What a client makes of an error that no address of the server gives.
    for status in sorted(answered - documented - {"403", "409", "502", "507"}):
        yield f"docs/api.md does not explain the status {status}"
    for status in sorted(documented):
        if not re.search(rf"\b{status}\b", text):
            yield f"docs/api.md explains the status {status}, which nothing answers"


def compare_commands(tree):
    text = "\n".join(tree.read(name) for name in tree.glob("modules/app/src/**/*.cpp"))
    built = set(re.findall(r"add_subcommand\(\s*\"(\w+)\"", text)) | {"COMMAND"}
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", *tree.glob("docs/*.md"), *tree.glob("modules/*/README.md")]:
        document = tree.read(name)
        commands = re.findall(r"^lineguard +([a-z]+)", document, re.M) + re.findall(r"`lineguard ([a-z]+)", document)
        for command in sorted(set(commands) - built):
            yield f"{name} names the command {command}, which does not exist"


COMPARISONS = {
    compare_floors: ("ARCHITECTURE.md", "`stats` exact", "`statistics` exact"),
    compare_readmes: ("modules/stats/README.md", "`kappa.h`", "`kappa.hpp`"),
    compare_places: ("ARCHITECTURE.md", "`station/src/judge.cpp`", "`station/src/rules.cpp`"),
    compare_layouts: ("modules/dataset/src/layouts/layout.cpp", '"coco"', '"coco2"'),
    compare_station_settings: ("docs/station.toml", "reserve_mb = 64", "reserve = 64"),
    compare_statuses: ("docs/api.md", "| 415 |", "| 416 |"),
    compare_commands: ("README.md", "lineguard plan ", "lineguard planning "),
}


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    for compare, change in COMPARISONS.items():
        problems += compare(Tree(root))
        if not list(compare(Tree(root, change))):
            problems.append(f"{compare.__name__} does not notice a changed {change[0]}")
    print("\n".join(problems) or f"{len(COMPARISONS)} comparisons, no difference")
    return 1 if problems else 0


sys.exit(main())
