"""Writes ``data/random.json``: the random numbers of torch that ``test_random.py`` checks without it.

Run it as ``python tests/record_random.py`` where torch and autodiff_lab import.
"""

import json

import torch
from test_random import CASES, DRAWS, RECORDED, digest, errors, sentence, summary

SIZES = (1, 5, 15, 16, 17, 1000)
SEED = 42


def draw(name, dtype, size):
    """[size, seed, what is kept of the draw, an integer drawn next]"""
    gen = torch.Generator().manual_seed(SEED)
    drawn = DRAWS[name][3](gen, size, dtype).numpy()
    return [size, SEED, summary(name, drawn), torch.randint(0, 2**28 - 1, (), generator=gen).item()]


def main():
    torch.set_num_threads(1)
    draws = {f"{name} {dtype}": [draw(name, dtype, size) for size in SIZES] for name, dtype in CASES}
    normals = torch.randn(100_003, generator=torch.Generator().manual_seed(SEED)).numpy()
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(rows)}" for key, rows in draws.items())
    said = json.dumps({name: sentence(call) for name, call in errors(True).items()}, indent=0)
    kept = json.dumps({"seed": SEED, "size": normals.size, "digest": digest(normals)})
    RECORDED.write_text(
        f'{{"torch": "{torch.__version__}",\n"normals": {kept},\n"draws": {{\n{lines}}},\n"errors": {said}}}\n'
    )


if __name__ == "__main__":
    main()
