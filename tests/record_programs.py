"""Records what torch prints for the programs, for machines without torch.

``python tests/record_programs.py [name …]`` takes every ``programs*.py``, or those that are named.
"""

import importlib
import json
import pathlib
import sys
import warnings

import torch
from programs import outcome

HERE = pathlib.Path(__file__).parent


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name in sys.argv[1:] or sorted(path.stem for path in HERE.glob("programs*.py")):
        told = {program: outcome(torch, program) for program in importlib.import_module(name).PROGRAMS}
        target = HERE / "data" / f"{name}.json"
        target.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{name}: {len(told)} programs")


if __name__ == "__main__":
    main()
