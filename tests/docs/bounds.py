#!/usr/bin/env python3
"""bounds.py SOURCE_DIR: docs/bounds.md against the sources. Fails where a bound of the page is not in its file or has
another value there, where a test that it names does not exist, and where a constant of a limits.h is missing."""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
faults = []
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20}


def definition(text, name):
    """What the constant is set to, or None."""
    if "." in name:  # a setting: {"name", default, ...
        found = re.search(r'"%s",\s*([^,]+),' % re.escape(name), text)
    else:
        found = re.search(r"\b%s\s*=\s*([^;]+);" % re.escape(name.split("::")[-1]), text)
    return found and found.group(1)


def number(expression):
    """The value of a constant expression of integers, or None."""
    plain = re.sub(r"std::\w+\{(\d[\d']*)\}", r"\1", expression).replace("'", "")
    plain = re.sub(r"(?<=\d)[uUlL]+\b", "", plain)
    return eval(plain, {"__builtins__": {}}) if re.fullmatch(r"[\d\s()*+<-]+", plain) else None


def shown(value):
    amount, _, unit = value.replace(",", "").partition(" ")
    return int(amount) * (UNITS[unit] if unit else 1)


tests = set()
for path in (root / "tests").rglob("*.cc"):
    tests |= {".".join(m) for m in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text())}
tests |= set(re.findall(r"add_test\(NAME ([\w.]+)", (root / "tests/CMakeLists.txt").read_text()))

listed = set()
for line in (root / "docs/bounds.md").read_text().splitlines():
    if not line.startswith("| `"):
        continue
    cells = [cell.strip() for cell in line.strip("|\n").split("|")]
    if len(cells) != 6 or not all(cells):
        faults.append(f"not six cells: {line}")
        continue
    name, value, file, named = cells[0].strip("`"), cells[1], cells[2], re.findall(r"`([^`]+)`", cells[5])
    listed.add((file, name))
    source = root / file
    found = definition(source.read_text(), name) if source.is_file() else None
    if not found:
        faults.append(f"{name}: {file} does not define it")
    elif number(found) != shown(value):
        faults.append(f"{name}: {file} has {found}, the page {value}")
    if not named:
        faults.append(f"{name}: names no test")
    faults += [f"{name}: there is no test {test}" for test in named if test not in tests]

if not listed:
    faults.append("docs/bounds.md lists nothing")
for source in sorted((root / "engine").rglob("limits.h")):
    file = str(source.relative_to(root))
    for name in re.findall(r"^\s*(?:inline constexpr )?(?:std::\w+|int) (\w+) =", source.read_text(), re.M):
        if (file, name) not in listed:
            faults.append(f"{name} of {file} is not on the page")

for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
