"""Writes ``data/printing.json``: what torch prints for the cases that ``test_printing.py`` checks without it.

Run it as ``python tests/record_printing.py`` where torch and autodiff_lab import.
"""

import itertools
import json
import math

import numpy as np
from test_printing import EDGES, RECORDED, SPECIAL, random_case, torch_format, torch_text

# fmt: off
VALUES = [  # beside the random ones: what a learner prints, and each turning point of the rules alone
    [], [0], [1], [True], [2.5], [1, 2, 3], [0.1, 0.2, 0.3], [0.5, 100.0, -3.25], [123456789.0],
    [1.0, math.nan], [math.nan, math.inf], [-math.inf, 0.5], [0.0, -0.0], [1e10, 1.0, math.inf],
    [1e-10, math.nan], [1000.0, 1.0], [1001.0, 1.0], [1e8], [100000008.0], [1e-4, 1.0], [1e-4], [0.00009999],
    [9.99995], [-9.99995, 1.0], EDGES, SPECIAL,
]
SHAPES = [
    [0], [0, 3], [2, 0, 3], [1], [2], [7], [2, 3], [3, 1], [2, 2, 2], [1, 2, 1, 2], [30], [2, 30],
    [1001], [40, 30],
]
TURNS = [  # dtype, shape, values, options
    ("float64", [1],    [1e-4],          {}),
    ("float64", [1],    [0.9999e-4],     {}),
    ("float64", [2],    [1e8, 1e8],      {}),
    ("float64", [2],    [1e8 + 1, 1e8],  {}),
    ("float64", [2],    [1e308, 5e-324], {}),
    ("int64",   [20],   [1, 2, 3],       {"threshold": 20}),
    ("int64",   [21],   [1, 2, 3],       {"threshold": 20}),
    ("int64",   [6, 7], [1, 2, 3],       {"threshold": 20}),
    ("int64",   [7, 6], [1, 2, 3],       {"threshold": 20}),
    ("float32", [21],   [1.5],           {"threshold": 20, "edgeitems": 0}),
    ("float32", [3, 9], [1.5],           {"threshold": 20, "edgeitems": 0}),
    ("float32", [2],    [1.5],           {"edgeitems": 0}),
    ("float32", [3],    [0.0, math.nan], {"sci_mode": True}),
    ("float32", [3],    [0.0, 2.0],      {"sci_mode": True}),
    ("float32", [2],    [1e10, 1e-10],   {"sci_mode": False}),
    ("float32", [3],    [0.5, 1.5, 2.5], {"precision": 0}),
]
FORMATS = [
    (3.14159, "float32", ".2f"),     (3.14159, "float64", ""),     (0.1, "float32", ""),
    (0.1, "float16", ""),            (1e-5, "float64", ".3e"),     (2.0, "float32", ">10.4f"),
    (2.0, "float32", "d"),           (7, "int64", "05d"),          (7, "int64", ".2f"),
    (True, "bool", ""),              (True, "bool", "d"),          (math.nan, "float32", ".1f"),
    (255, "uint8", "x"),             ([1.0, 2.0], "float32", ""),  ([1.0, 2.0], "float32", ".2f"),
    ([1.5], "float64", ".1f"),       ([], "float32", ""),
]
# fmt: on
LONGEST = 1500  # texts beyond it say nothing more and would fill the file


def case(dtype, shape, values, options, **extra):
    extra = {"default_dtype": "float32", **extra}
    return {"dtype": dtype, "shape": shape, "values": values, "options": options, "extra": extra}


def cases():
    for values in VALUES:
        whole = values and all(isinstance(value, int) for value in values)
        shape = [len(values)] if len(values) != 1 else []
        yield case("bool" if values == [True] else "int64" if whole else "float32", shape, values, {})
    for dtype, shape in itertools.product(["float32", "float64", "int64", "uint8", "bool"], SHAPES):
        values = [0.5, -1.25, 3.0] if dtype[:5] == "float" else [0, 1, 12]
        yield case(dtype, shape, [bool(value) for value in values] if dtype == "bool" else values, {})
    for row in TURNS:
        yield case(*row)
    for columns in range(20, 85):  # the suffixes break at each place where they can
        for dtype, shape in [("float64", [2]), ("float64", [7]), ("float16", [0, 2])]:
            node = {"requires_grad": True, "grad_fn": "MulBackward0"}
            yield case(dtype, shape, [1.0], {"linewidth": columns}, **node)
    rng = np.random.default_rng(2)
    for _ in range(300):
        yield random_case(rng)


def main():
    import torch  # here, since pytest imports this file too where torch is missing

    torch.set_num_threads(1)
    recorded = [{**row, "text": torch_text(row, torch)} for row in cases()]
    short = [json.dumps(row) for row in recorded if len(row["text"]) < LONGEST]
    formats = [json.dumps([*row, torch_format(*row, torch)]) for row in FORMATS]
    parts = [
        f'{{"torch": "{torch.__version__}"',
        f'"formats": {lines(formats)}',
        f'"cases": {lines(short)}}}',
    ]
    RECORDED.write_text(",\n".join(parts) + "\n")


def lines(rows):
    return "[\n" + ",\n".join(rows) + "\n]"


if __name__ == "__main__":
    main()
