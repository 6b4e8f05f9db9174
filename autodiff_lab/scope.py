"""What is out of scope, and what comes nearest: the words for a name that does not exist here. Leans on nothing."""

import difflib
import sys

# names in torch: why they are not here, and what to use
OUT_OF_SCOPE = {name: said for names, said in {
    "complex complex64 complex128 cfloat cdouble polar view_as_complex view_as_real fft stft istft":
        "complex numbers are out of scope; keep real and imaginary parts in two tensors, or use NumPy",
    "bfloat16 uint16 uint32 uint64": "this dtype is out of scope; use float32 or int64",
    "sparse sparse_coo_tensor sparse_csr_tensor nested to_sparse to_dense":
        "every tensor is dense and strided; use zeros() and index_put_()",
    "jit export fx onnx package library compiler dynamo":
        "programs are run as they are written; to see the graph of one there is lab.graph",
    "distributed multiprocessing futures fork wait": "everything runs in one process on the CPU",
    "quantization ao quantize_per_tensor qint8": "quantised numbers are out of scope; use float16",
    "profiler monitor": "use utils.benchmark.Timer, or lab.trace to see each step",
    "hub torchvision": "nothing is downloaded; build the model with nn",
    "weight_norm spectral_norm prune parametrize parametrizations":
        "reparametrisations are out of scope; compute the weight in forward()",
    "SparseAdam Adafactor Muon ASGD": "this algorithm is out of scope; there are SGD, Adam, AdamW and their kin",
    "swa_utils": "keep the mean of the weights yourself, with lerp_() after each step",
    "tensorboard": "gather the numbers in a list, and draw them with matplotlib",
    "stateless": "use func.functional_call()",
    "types": "write the type itself: Tensor, torch.device, torch.dtype, int or float",
    "Beta Gamma Dirichlet StudentT Cauchy Chi2 HalfNormal HalfCauchy Gumbel Weibull Pareto VonMises "
    "NegativeBinomial OneHotCategorical TransformedDistribution MixtureSameFamily":
        "this distribution is out of scope; subclass Distribution and write log_prob() and sample()",
    "register_backward_hook": "use register_full_backward_hook()",
    "register_module_forward_hook register_module_forward_pre_hook register_module_full_backward_hook":
        "hooks are put on one module; use apply() to put one on each",
    "Buffer": "use Module.register_buffer()",
    "lu lu_factor lu_solve": "use linalg.qr, or linalg.solve for a system of equations",
    "share_memory": "everything runs in one process",
    "DataParallel SyncBatchNorm parallel": "everything runs in one process; use the module",
    "EmbeddingBag": "use Embedding, and mean() or sum() over the words",
    "CTCLoss": "this loss is out of scope; CrossEntropyLoss takes one class for each step",
}.items() for name in names.split()}  # fmt: skip

METHODS_OUT_OF_SCOPE = "bfloat16 cdouble cfloat istft lu lu_solve stft to_dense to_sparse".split()


def missing(module, name, names):
    """The AttributeError for ``module.name``, with the reason where there is one and the nearest names otherwise."""
    said = reason(name)
    if not said:
        near = difflib.get_close_matches(name, names, 3, 0.7)
        said = f": did you mean {' or '.join(near)}?" if near else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{said}")


def reason(name):
    """``": why it is not here"``, or nothing."""
    return f": {OUT_OF_SCOPE[name]}" if name in OUT_OF_SCOPE else ""


class Absent:
    """Asked last by ``import`` for a module of this package: says why one that is in torch is not here."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        last = name.rpartition(".")[2]
        if name.startswith(f"{__package__}.") and reason(last):
            raise ModuleNotFoundError(f"No module named {name!r}{reason(last)}")


sys.meta_path.append(Absent)

__all__ = ["missing", "reason"]
