"""How much memory the works of works.py take at their peak, beside torch's tensors for them: part of ``make bench``.

    python benchmarks/memory.py [--table FILE]

Here everything counts that Python and NumPy allocate while a work runs once (tracemalloc): numbers, nodes, tensors as
objects. Of torch only the tensors' numbers are counted (its profiler's memory events); what its nodes take in C++ it
does not tell. So the two are compared where the numbers are most of it: works of 100 kB and more.

What a recorded operation takes with everything, in both libraries, is told by a process that records many of them.
"""

import argparse
import gc
import importlib.util
import pathlib
import subprocess
import sys
import tracemalloc

import psutil
from works import WORKS

GOAL = 1.3
LEAST = 100_000  # bytes; below it, what is compared is objects with numbers
MANY = 100_000
SHAPES = {"0-d tensors": (), "vectors of 10": (10,), "10 × 10 matrices": (10, 10)}
MARK = "<!-- what benchmarks/memory.py --table wrote -->"


def ours(key):
    """Bytes at the peak of one run, beyond what stood before it."""
    run = WORKS[key].makers["autodiff_lab"]()
    run(), run()  # caches are filled
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - before


def torchs(key):
    """Bytes of torch's tensors at the peak of one run, beyond those that stood before it."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    run = WORKS[key].makers["torch"]()
    run(), run()
    gc.collect()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        run()
    held = peak = 0
    events = [e for e in watched.profiler.kineto_results.events() if e.name() == "[memory]"]
    for event in sorted(events, key=lambda e: e.start_ns()):
        held += event.nbytes()
        peak = max(peak, held)
    assert torch.is_grad_enabled()
    return peak


def grown(library, shape):
    """Bytes by which this process grows for each multiplication that is recorded."""
    th = importlib.import_module(library)

    def chain(count):
        x = y = th.full(shape, 1.0, requires_grad=True)
        for _ in range(count):
            y = y * x
        return y

    chain(1000)
    process = psutil.Process()
    before = process.memory_info().rss
    kept = chain(MANY)
    after = process.memory_info().rss
    assert kept.requires_grad
    return (after - before) / MANY


def told(library, title):
    """``grown``, in a process of its own."""
    call = [sys.executable, __file__, "--grown", library, title]
    return float(subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()[-1])


def operations():
    """The table of what a recorded multiplication takes."""
    yield "| bytes a recorded multiplication | autodiff_lab | torch | ÷ torch |"
    yield "| --- | --- | --- | --- |"
    for title in SHAPES:
        mine, theirs = told("autodiff_lab", title), told("torch", title)
        yield f"| {title} | {mine:,.0f} | {theirs:,.0f} | {mine / theirs:.2f} |"


def compared():
    """Rows (title, ours, torch's) of the works that both run."""
    for key, work in WORKS.items():
        if {"autodiff_lab", "torch"} <= work.makers.keys():
            yield work.title, ours(key), torchs(key)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--grown", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.grown is not None:
        library, title = options.grown
        print(grown(library, SHAPES[title]))
        return 0
    if importlib.util.find_spec("torch") is None:
        print("not installed, so left out: torch")
        return 0
    rows, missed = (
        [
            "| kB at the peak | autodiff_lab | torch's tensors | ÷ torch | goal |",
            "| --- | --- | --- | --- | --- |",
        ],
        0,
    )
    for title, mine, theirs in compared():
        goal = "—"
        if theirs >= LEAST:
            met = mine <= GOAL * theirs
            missed += not met
            goal = f"≤ {GOAL} {'✓' if met else '✗'}"
        rows.append(f"| {title} | {mine / 1e3:,.1f} | {theirs / 1e3:,.1f} | {mine / theirs:.2f} | {goal} |")
    table = "\n".join([*rows, "", *operations()])
    print(table)
    if options.table:
        page = options.table.read_text(encoding="utf-8")
        head, mark, tail = page.partition(MARK)
        rest = tail.partition("\n\n## ")[2]
        text = f"{head}{mark}\n\n{table}\n" + (f"\n## {rest}" if rest else "")
        options.table.write_text(text, encoding="utf-8")
    print(f"{missed} goals missed" if missed else "every goal is met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
