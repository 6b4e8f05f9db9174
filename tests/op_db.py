"""torch's own operator samples, run on torch and on the package: which of them agree, to the second derivative.

``python tests/op_db.py [name …]`` prints the rate and every disagreement; with ``--record`` the figures are kept for the
docs. The samples come with torch; nothing of them is kept here.
"""

import collections
import json
import pathlib
import sys
import warnings

import numpy as np
import torch

import autodiff_lab as th

SEED = 42  # with which op_db runs torch's random operators
TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-7}
DTYPES = {getattr(torch, n): getattr(th, n) for n in
          ("float16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64", "bool")}  # fmt: skip


# Singular vectors and eigenvectors have signs that LAPACK chooses; op_db's own processing takes them away.
UNIQUE_WHEN_PROCESSED = ("linalg.svd", "svd", "linalg.eigh")


class Unrepresentable(Exception):
    """A sample that asks for what NumPy cannot hold: complex numbers, sparse layouts."""


def ours_of(name, variant):
    """The package's function of this dotted name, or the method; None if there is none."""
    for key in (f"{name} {variant}", name):
        if key in ORDERS:
            return ORDERS[key]
    found = th
    for part in name.split("."):
        try:
            found = getattr(found, part, None)
        except NotImplementedError:
            return None
    if found is None or not callable(found) or isinstance(found, th.dtype):
        found = getattr(th.Tensor, name, None)
    return found.fget if isinstance(found, property) else found


# Operators whose samples come in another order of arguments than the functions take.
ORDERS = {
    "where": lambda x, condition, other: th.where(condition, x, other),
    "zero_": lambda x: th.zero_(x.clone()),
    "resize_": lambda x, shape: x.clone().resize_(shape),
    "resize_as_": lambda x, other: x.clone().resize_as_(other),
    "nn.functional.embedding": lambda weight, index, **options: th.nn.functional.embedding(
        index, weight, **options
    ),
    "linalg.lstsq grad_oriented": lambda a, b, driver: th.linalg.lstsq(a, b, driver=driver)[:2],
    "linalg.pinv singular": lambda a, b: th.linalg.pinv(a @ b.mT),
    "normal in_place": th.Tensor.normal_,
    "einsum": lambda operands, equation: th.einsum(equation, operands),
    "polygamma": lambda x, n: th.polygamma(n, x),
    "special.polygamma": lambda x, n: th.polygamma(n, x),
}


def converted(value):
    """An argument of torch's as the package's."""
    if isinstance(value, torch.Tensor):
        if value.dtype not in DTYPES or value.layout is not torch.strided:
            raise Unrepresentable(str(value.dtype))
        made = th.tensor(np.array(value.detach().resolve_neg().numpy()))
        return made.requires_grad_() if value.requires_grad else made
    if isinstance(value, torch.dtype):
        if value not in DTYPES:
            raise Unrepresentable(str(value))
        return DTYPES[value]
    if isinstance(value, torch.Size):
        return th.Size(value)
    if isinstance(value, (tuple, list)) and type(value) in (tuple, list):
        return type(value)(map(converted, value))
    if isinstance(value, dict):
        return {k: converted(v) for k, v in value.items()}
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, torch.memory_format):
        return getattr(th, str(value).partition(".")[2])
    if isinstance(value, complex):
        raise Unrepresentable("complex")
    if callable(value) and type(value).__module__.startswith("torch"):
        raise Unrepresentable("a function of torch's")
    return value


def tensors_in(value):
    if isinstance(value, (torch.Tensor, th.Tensor)):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)


def same(ours, theirs, tolerance, what):
    a, b = ours.detach().numpy(), theirs.detach().numpy(force=True)
    if a.dtype != b.dtype:
        raise AssertionError(f"{what}: dtype {a.dtype}, torch {b.dtype}")
    if a.shape != b.shape:
        raise AssertionError(f"{what}: shape {a.shape}, torch {b.shape}")
    if tolerance < np.inf and not np.allclose(a, b, tolerance, tolerance, equal_nan=True):
        raise AssertionError(f"{what}: {a.ravel()[:4]}, torch {b.ravel()[:4]}")


def compare(function, op, sample, dtype):
    """Run one sample on both; raises AssertionError or the package's own error where they differ."""
    given = (sample.input, *sample.args)
    options = sample.kwargs
    mine, my_options = converted(given), converted(options)
    theirs = op.op(*given, **options)
    ours = function(*mine, **my_options)
    results, expected = list(tensors_in(ours)), list(tensors_in(theirs))
    if len(results) != len(expected):
        raise AssertionError(f"{len(results)} results, torch {len(expected)}")
    if any(t.dtype.is_complex for t in expected):
        raise Unrepresentable("complex result")
    if (
        not expected
        and not isinstance(theirs, (tuple, list))
        and ours != theirs
        and not same_nan(ours, theirs)
    ):
        raise AssertionError(f"{ours!r}, torch {theirs!r}")
    tolerance = TOLERANCE[dtype]
    process = sample.output_process_fn_grad
    if op.name.removeprefix("new_").startswith("empty"):
        tolerance = np.inf  # whatever the memory held
    if op.name in UNIQUE_WHEN_PROCESSED:
        expected, results = (list(tensors_in(process(v))) for v in (theirs, ours))
    for i, (a, b) in enumerate(zip(results, expected)):
        same(a, b, tolerance, f"output {i}")
    if not op.supports_autograd:
        return
    try:
        expected, results = (list(tensors_in(process(v))) for v in (theirs, ours))
    except (AttributeError, TypeError):
        return
    if [t.requires_grad for t in expected] != [t.requires_grad for t in results]:
        raise AssertionError(
            f"requires_grad {[t.requires_grad for t in results]}, torch {[t.requires_grad for t in expected]}"
        )
    pairs = [(a, b) for a, b in zip(results, expected) if b.requires_grad]
    if not pairs:
        return
    rng = np.random.default_rng(0)
    cotangents = [rng.uniform(0.5, 1.5, b.shape).astype(b.detach().numpy().dtype) for _, b in pairs]
    inputs = [t for t in tensors_in((given, options)) if t.requires_grad]
    my_inputs = [t for t in tensors_in((mine, my_options)) if t.requires_grad]
    twice = op.supports_gradgrad and dtype is torch.float64
    options = {"create_graph": twice, "allow_unused": True}
    try:
        theirs = torch.autograd.grad(
            [b for _, b in pairs], inputs, list(map(torch.tensor, cotangents)), **options
        )
    except RuntimeError:
        return  # torch has no derivative for this sample
    ours = th.autograd.grad([a for a, _ in pairs], my_inputs, list(map(th.tensor, cotangents)), **options)
    same_gradients(ours, theirs, tolerance, "gradient")
    expected, results = ([g for g in of if g is not None and g.requires_grad] for of in (theirs, ours))
    if not expected or not twice:
        return
    try:
        theirs = torch.autograd.grad([(g * g).sum() for g in expected], inputs, allow_unused=True)
    except RuntimeError:
        return  # … or no second one
    ours = th.autograd.grad([(g * g).sum() for g in results], my_inputs, allow_unused=True)
    same_gradients(ours, theirs, tolerance, "second derivative")


def same_gradients(ours, theirs, tolerance, what):
    """Raise unless they agree; where one has no gradient, the other may have zeros."""
    for i, (a, b) in enumerate(zip(ours, theirs)):
        left = [t for t in (a, b) if t is not None]
        if len(left) == 2:
            same(a, b, tolerance, f"{what} {i}")
        elif left and bool((left[0] != 0).any()):
            raise AssertionError(f"{what} {i}: {a}, torch {b}")


def summary(sample):
    """A sample in few words."""
    text = str(sample.summary()).removeprefix("SampleInput(input=")
    for word in (
        ', device="cpu"',
        "dtype=torch.",
        "TensorList",
        ", broadcasts_input=False, name='')",
        "size=",
    ):
        text = text.replace(word, "")
    return text[:160]


def same_nan(a, b):
    return isinstance(a, float) and isinstance(b, float) and a != a and b != b


def samples(names=None):
    """(operator, dtype, sample, the package's function) of each name that exists here."""
    from torch.testing._internal.common_methods_invocations import op_db

    torch.set_num_threads(1)
    for op in op_db:
        for name in (op.name, *(a.name for a in op.aliases)):
            if names and name not in names:
                continue
            function = ours_of(name, op.variant_test_name)
            if function is None or name.startswith("_"):
                continue
            for dtype in (torch.float32, torch.float64):
                if not op.supports_dtype(dtype, "cpu"):
                    continue
                torch.manual_seed(0)
                for sample in op.sample_inputs("cpu", dtype, requires_grad=op.supports_autograd):
                    yield op, dtype, sample, function, name


def check(names=None):
    """{operator: [samples, failures as text]}; what cannot be represented is not counted."""
    found = collections.defaultdict(lambda: [0, []])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for op, dtype, sample, function, name in samples(names):
            entry = found[name]
            try:
                torch.manual_seed(SEED)
                th.manual_seed(SEED)
                compare(function, op, sample, dtype)
            except Unrepresentable:
                continue
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is a disagreement
                entry[1].append(
                    f"{str(dtype)[6:]} {summary(sample)}: {type(error).__name__}: {str(error)[:160]}"
                )
            entry[0] += 1
    return found


REASONS = {
    "as_strided": "strides over the memory of a tensor that is not in reading order",
    "cov": "float32 weights beside float64 numbers: their gradient is computed in float64 here",
    "layer_norm": "one number alone: the gradient is 0 here, rounding noise in torch",
    "linalg.eig": "complex numbers are out of scope",
    "linalg.lstsq": "matrices without full rank",
    "linalg.matrix_exp": "the last digits in float32: a series here, Padé's approximants in torch",
    "linalg.norm": "of zeros: the second derivative is 0 here, nan in torch",
    "linalg.pinv": "hermitian=True: torch reads the lower triangle, and spreads the gradient over both",
    "logcumsumexp": "the last digits of the gradient in float32",
    "nn.functional.batch_norm": "empty batches",
    "nn.functional.layer_norm": "one number alone: the gradient is 0 here, rounding noise in torch",
    "normal": "torch gives the result a history, with gradients that are 0",
    "scatter_reduce": 'the gradient of "prod" is refused',
    "rand_like": "op_db draws with randn_like there",
}
REASONS |= {
    "linalg.eigvals": REASONS["linalg.eig"],
    "matrix_exp": REASONS["linalg.matrix_exp"],
}


def record(found):
    """Keep the figures for the page of the docs."""
    kept = {
        "torch": torch.__version__.partition("+")[0],
        "operators": {n: [c, len(f)] for n, (c, f) in sorted(found.items())},
    }
    path = pathlib.Path(__file__).parent / "data" / "op_db.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    recording = "--record" in sys.argv
    found = check(set(sys.argv[1:]) - {"--record"})
    if recording:
        record(found)
    total, failed = sum(n for n, _ in found.values()), sum(len(f) for _, f in found.values())
    for name, (count, failures) in sorted(found.items(), key=lambda item: -len(item[1][1])):
        if failures:
            shown = failures if sys.argv[1:] and not recording else failures[:1]
            print(f"{name}: {len(failures)} of {count}\n    " + "\n    ".join(shown))
    print(
        f"{total - failed} of {total} samples of {len(found)} operators agree: {(total - failed) / max(total, 1):.2%}"
    )
