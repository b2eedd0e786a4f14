#!/usr/bin/env python3
"""Names that a module's public headers offer and nothing but tests uses.

usage: tools/unused.py [--names-of-members]

A list to judge, not a gate: a name counts as used where it stands as a word in any source but the header itself, the source that
defines it, tests, fakes for tests, fuzzers and bench. With --names-of-members public member functions are listed, too.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORD = re.compile(r"\b[A-Za-z_]\w*\b")
NO_NAME = {"if", "for", "while", "switch", "return", "sizeof", "static_assert", "decltype", "alignas", "operator", "requires", "defined"}


def plain(text):
    """The code without comments and literals."""
    text = re.sub(r'R"\((.*?)\)"', '""', text, flags=re.S)
    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", " ", text, flags=re.S)


def offered(header, members):
    """Function names that a header declares at the depth of a namespace (or of a class)."""
    depth, in_class, found = 0, [], set()
    text = plain(header)
    for match in re.finditer(r"[{}]|\b(?:class|struct)\s+\w+[^;{(]*\{|\b([a-z_]\w*)\s*\(", text):
        token = match.group(0)
        if token.startswith(("class", "struct")):
            in_class.append(depth)
            depth += 1
        elif token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if in_class and in_class[-1] == depth:
                in_class.pop()
        elif match.group(1) not in NO_NAME and depth == len(in_class) + namespace_depth(text, match.start()):
            if members or not in_class:
                found.add(match.group(1))
    return found


def namespace_depth(text, end):
    return len(re.findall(r"\bnamespace\s+[\w:]+\s*\{", text[:end])) - len(re.findall(r"^\}", text[:end], flags=re.M))


def main():
    members = "--names-of-members" in sys.argv[1:]
    product, tests = {}, {}
    for path in sorted([*ROOT.glob("modules/**/*.h"), *ROOT.glob("modules/**/*.cpp"), *ROOT.glob("finetune/**/*.cpp"),
                        *ROOT.glob("bench/*.cpp"), *ROOT.glob("tests/**/*.h"), *ROOT.glob("tests/**/*.cpp")]):
        name = str(path.relative_to(ROOT))
        of_test = any(part in ("test", "testing", "fuzz", "tests", "bench") for part in path.relative_to(ROOT).parts[:-1])
        (tests if of_test else product)[name] = WORD.findall(plain(path.read_text()))
    used = {}
    for name, words in product.items():
        for word in words:
            used.setdefault(word, {}).setdefault(name, 0)
            used[word][name] += 1
    tested = {word for words in tests.values() for word in words}
    for name in sorted(product):
        if "/include/" not in name:
            continue
        text = (ROOT / name).read_text()
        module = name.split("/")[1]
        for function in sorted(offered(text, members)):
            own = {name}
            for other, count in used.get(function, {}).items():
                defines = re.search(r"^[^\s#/}][^;\n]*\b" + function + r"\(", (ROOT / other).read_text(), flags=re.M)
                if other.startswith(f"modules/{module}/src/") and defines and count == 1:
                    own.add(other)
            others = set(used.get(function, {})) - own
            in_header = used.get(function, {}).get(name, 0)
            if not others and in_header == 1:
                print(f"{name}: {function}: {'tests only' if function in tested else 'nobody'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
