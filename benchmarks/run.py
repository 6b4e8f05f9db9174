"""Times the works of works.py: ``make bench``.

    python benchmarks/run.py [--rounds N] [--works NAME …] [--table FILE]

Each work runs in a process of its own for each library, one thread, the libraries in turn over several rounds; the
best of a round's repeats counts, and the median round is shown. Speeds of machines vary and drift, so the figures to
look at are the ratios, within one run. ``--table`` writes them as a Markdown table for the docs.
"""

import argparse
import importlib.util
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LIBRARIES = ("autodiff_lab", "torch", "micrograd", "mygrad", "autograd", "numpy")
DRAWERS = ("autodiff_lab", "torchviz")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
IMPORT_GOAL_MS = 60
MARK = "<!-- what benchmarks/run.py --table wrote -->"  # it replaces what stands below


def time_one(work, library):
    """Microseconds an operation: the best of some repeats in this process, garbage collector on as in real use."""
    from works import DRAWINGS, WORKS

    made = (WORKS | DRAWINGS)[work]
    run = made.makers[library]()
    run()
    start = time.perf_counter()
    run()
    once = max(time.perf_counter() - start, 1e-7)
    loops = max(1, int(0.03 / once))
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(loops):
            run()
        best = min(best, (time.perf_counter() - start) / loops)
    return best / made.operations * 1e6


def in_own_process(*arguments):
    """The number that this script prints when run with these arguments."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return float(done.stdout)


def import_milliseconds(statement, cache):
    """The wall time of an import in a fresh process whose modules have been compiled before, as after an install."""
    start = "import time; t = time.perf_counter()"
    code = f"{start}; {statement}; print((time.perf_counter() - t) * 1e3)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = cache
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def import_line(rounds):
    """What importing the package costs beyond NumPy, in words, and whether the goal is met."""
    with tempfile.TemporaryDirectory() as cache:
        import_milliseconds("import autodiff_lab", cache)  # compiles
        ours, numpys = [], []
        for _ in range(rounds):
            ours.append(import_milliseconds("import numpy; import autodiff_lab", cache))
            numpys.append(import_milliseconds("import numpy", cache))
    extra = statistics.median(o - n for o, n in zip(ours, numpys))
    met = extra <= IMPORT_GOAL_MS
    base = statistics.median(numpys)
    goal = f"goal: at most {IMPORT_GOAL_MS} ms {'✓' if met else '✗'}"
    return f"import autodiff_lab adds {extra:.0f} ms to NumPy's own {base:.0f} ms ({goal})", met


def installed(name):
    """Whether a library takes part; torchviz needs Graphviz' program besides."""
    found = importlib.util.find_spec(name) and (name != "torchviz" or shutil.which("dot"))
    if not found:
        print(f"not installed, so left out: {name}")
    return bool(found)


def compared(works, libraries, unit, rounds):
    """A table of works in Markdown, and how many of their goals are missed; times are in what ``unit`` begins with."""
    scale = 1e3 if "ms" in unit else 1.0
    rows = [[unit, *libraries, *(f"÷ {name}" for name in libraries[1:]), "goal"]]
    missed = 0
    for key, work in works.items():
        taking_part = [name for name in libraries if name in work.makers]
        times = [
            {name: in_own_process("--one", key, name) / scale for name in taking_part} for _ in range(rounds)
        ]
        middle = {name: statistics.median(t[name] for t in times) for name in taking_part}
        ratio = {
            name: statistics.median(t["autodiff_lab"] / t[name] for t in times) for name in taking_part[1:]
        }
        goals = [f"≤ {goal} {name}" for name, goal in work.goals.items()]
        goals += [f"≤ {work.most:,.0f} ms"] if work.most < math.inf else []
        met = all(ratio[name] <= goal for name, goal in work.goals.items() if name in ratio)
        met = met and middle["autodiff_lab"] * scale / 1e3 <= work.most
        missed += not met
        rows.append(
            [work.title]
            + [f"{middle[n]:.2f}" if n in middle else "—" for n in libraries]
            + [f"{ratio[n]:.2f}" if n in ratio else "—" for n in libraries[1:]]
            + [f"{', '.join(goals)} {'✓' if met else '✗'}" if goals else "—"]
        )
        print("  ".join(rows[-1]), flush=True)
    return "\n".join(
        "| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    ), missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--works", nargs="*")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(time_one(*args.one))
        return 0
    from works import DRAWINGS, WORKS

    chosen = args.works or [*WORKS, *DRAWINGS]
    tables, missed = [], 0
    for works, libraries, unit in (
        (WORKS, LIBRARIES, "µs an operation"),
        (DRAWINGS, DRAWERS, "drawing: ms a picture"),
    ):
        libraries = [name for name in libraries if installed(name)]
        keys = [key for key in chosen if key in works]
        if keys:
            table, failed = compared({key: works[key] for key in keys}, libraries, unit, args.rounds)
            tables.append(table)
            missed += failed
    line, met = import_line(max(args.rounds, 9))
    missed += not met
    table = "\n\n".join(tables)
    print(f"\n{table}\n\n{line}")
    if args.table:
        above = args.table.read_text(encoding="utf-8").partition(MARK)[0] if args.table.exists() else ""
        args.table.write_text(f"{above}{MARK}\n\n{table}\n\n{line}\n", encoding="utf-8")
    if missed:
        print(f"{missed} of the goals above are not met yet")
    return 0


if __name__ == "__main__":
    sys.exit(main())
