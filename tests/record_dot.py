"""Counts the crossings in the pictures that Graphviz' dot makes of lab_bank's graphs: ``python tests/record_dot.py``.

Writes tests/data/dot_crossings.json, which test_lab_layout.py compares with. Needs ``dot``; nothing else does.
"""

import json
import pathlib
import re
import subprocess

from lab_bank import bank


def crossings(edges, count):
    """What dot itself says, when it is asked to tell what it does, of boxes of one size."""
    lines = [*map(str, range(count)), *(f"{a} -> {b}" for a, b in edges)]
    source = 'digraph { node [shape=box, width=1, height=0.5, label=""]\n' + "\n".join(lines) + "\n}"
    told = subprocess.run(
        ["dot", "-v", "-Tplain"], input=source, capture_output=True, text=True, check=True
    ).stderr
    return int(re.findall(r"mincross %3: (\d+) crossings", told)[-1])


def main():
    version = subprocess.run(["dot", "-V"], capture_output=True, text=True, check=True).stderr.strip()
    found = {name: crossings(edges, len(weights)) for name, edges, weights in bank()}
    path = pathlib.Path(__file__).parent / "data" / "dot_crossings.json"
    path.write_text(json.dumps({"version": version, "crossings": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
