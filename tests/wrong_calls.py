"""A fixed set of wrong arguments given to every public function, method and class: what is raised, one letter a call.

``python tests/wrong_calls.py`` records what torch raises, for machines without torch. A dot stands for no error.
"""

import importlib
import inspect
import json
import os
import pathlib
import tempfile
import warnings

from public_names import OWN, reference

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

RECORD = pathlib.Path(__file__).parent / "data" / "wrong_calls.json"
LETTERS = {
    "TypeError": "T", "RuntimeError": "R", "ValueError": "V", "IndexError": "I", "NotImplementedError": "N",
    "AttributeError": "A", "AssertionError": "S", "OverflowError": "O", "KeyError": "K", "LinAlgError": "L",
}  # fmt: skip
ROOMS = ("", "linalg", "special", "nn", "nn.functional", "nn.init", "nn.utils", "optim", "distributions", "func",
         "autograd", "autograd.functional")  # fmt: skip
# They change settings, files or seeds, or take seconds in torch.
APART = """
save load compile set_default_device set_default_dtype set_default_tensor_type set_num_threads
set_printoptions set_warn_always set_grad_enabled manual_seed seed set_rng_state
use_deterministic_algorithms set_float32_matmul_precision from_numpy frombuffer backward register_hook map_
apply_ broadcast_shapes Adadelta autocast GradScaler version
""".split()

# Calls that torch refuses and that run here; fewer are welcome, another name is a failure.
TAKEN = {
    "a number beside a tensor, or one for several, as NumPy takes it": """
        logical_and logical_or logical_xor addcmul addcdiv where dist heaviside hypot atan2 arctan2 ldexp copy
        nan_to_num round result_type scalar_tensor normal bernoulli randint_like cartesian_prod chain_matmul vander
        mvlgamma multigammaln trapezoid trapz cumulative_trapezoid histogram histc max min frac""",
    "no size at all is the size of a number; a tensor of integers counts as sizes": """
        zeros ones empty rand randn randperm new new_zeros new_ones new_empty tile repeat resize sum_to_size
        repeat_interleave tensor_split hsplit vsplit movedim moveaxis random range Size squeeze tril triu flip""",
    "None, or nothing, stands for all dimensions": """
        logsumexp var std std_mean var_mean nanmean quantile nanquantile nuclear_norm""",
    "an option that is None or a tensor of one number, an activation of integers": "nn.functional.*",
    "a value that is not looked at": """
        as_tensor device finfo no_grad to type TypedStorage UntypedStorage register_kl
        nn.init.orthogonal nn.utils.clip_grad_value""",
}


def wrong(library):
    """Arguments that hardly any function takes."""
    ones = library.ones
    return [None, "a", [1], object(), -7, ones(0), ones(4, 5), library.tensor([1, 2]), (5,), 1.5, {}]


def calls(library, method):
    """Tuples of arguments: wrong ones alone, behind a matrix, twice behind a matrix."""
    values = wrong(library)
    alone = [(library.ones(2, 3),)] if method else [(), *((v,) for v in values)]
    return [*alone, *((library.ones(2, 3), v) for v in values), *((library.ones(2, 3), v, v) for v in values)]


def callables(library):
    """{name: (what is called, whether it is a method)}, under the names that are public here."""
    page, found = reference(), {}
    for room in ROOMS:
        theirs = importlib.import_module(f"{library.__name__}.{room}".rstrip("."))
        for name in page.public(page.opened(room)) if room else [*FUNCTIONS, *vars(th)]:
            value = getattr(theirs, name, None)
            if not name.startswith("_") and name not in (*OWN, *APART) and callable(value):
                found[f"{room}.{name}".lstrip(".")] = (value, False)
    for name in dir(th.Tensor):
        value = getattr(library.Tensor, name, None)
        public = hasattr(th.Tensor, name) and not name.startswith("_") and name not in APART
        if public and callable(value):
            found[f"Tensor.{name}"] = (value, True)
    return {name: made for name, made in found.items() if not inspect.ismodule(made[0])}


def raised(library, function, method):
    """The letters of one function."""
    told = []
    for args in calls(library, method):
        library.manual_seed(0)
        try:
            function(*args)
            told.append(".")
        except Exception as error:  # noqa: BLE001 - whatever it raises is what is compared
            told.append(LETTERS.get(type(error).__name__, "?"))
    return "".join(told)


def table(library, every=1):
    """{name: its letters}, of one name in ``every``; in a folder of its own, for a wrong argument may name a file."""
    before = pathlib.Path.cwd()
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        os.chdir(folder)
        try:
            return {name: raised(library, *made) for name, made in list(callables(library).items())[::every]}
        finally:
            os.chdir(before)


def main():
    import torch

    torch.set_num_threads(1)
    kept = {"torch": torch.__version__.partition("+")[0], "raised": table(torch)}
    RECORD.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
    print(f"{len(kept['raised'])} names, {sum(map(len, kept['raised'].values()))} calls")


if __name__ == "__main__":
    main()
