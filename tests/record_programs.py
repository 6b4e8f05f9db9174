"""Records what torch prints for the programs, for machines without torch: ``python tests/record_programs.py``."""

import json
import pathlib
import warnings

import torch
from programs import PROGRAMS, outcome

torch.set_num_threads(1)
warnings.simplefilter("ignore")
told = {program: outcome(torch, program) for program in PROGRAMS}
target = pathlib.Path(__file__).parent / "data" / "programs.json"
target.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
print(f"{len(told)} programs")
