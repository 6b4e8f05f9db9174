"""Records what torch gives for the operations' table, for machines without torch: ``python tests/record_ops.py``."""

import gzip
import json
import pathlib
import warnings

import torch
from ops_run import described, facts, run, tensors
from ops_table import PLAIN, SMOOTH, cells


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    smooth = {line: facts(torch, line) for line in cells(SMOOTH)}
    plain = {line: described(run(torch, line, tensors(torch, line, torch.float32))) for line in cells(PLAIN)}
    text = json.dumps({"torch": torch.__version__, "smooth": smooth, "plain": plain}, indent=0)
    target = pathlib.Path(__file__).parent / "data" / "ops.json.gz"
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{len(smooth)} lines with derivatives, {len(plain)} without, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
