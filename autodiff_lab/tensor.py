"""Tensor and Parameter: memory, history, gradient. Leans on printing, engine, graph, dtypes; knows no operation.

Operations attach themselves: each row of ``ops`` adds its methods to the class below.

Note [Where a tensor's numbers live]
``_array`` is an ndarray, or for most 0-d tensors a NumPy scalar: arithmetic on scalars is eight times faster. A
scalar cannot be shared or written to, so ``memory(t)`` turns it into a 0-d array the first time a view, ``detach``
or ``numpy()`` needs memory to share. A write to a scalar that nobody shares just replaces it.

Note [Rare state]
The slots below are None on most tensors, and set when the tensor is made: a ``__getattr__`` that read an empty slot as
None would make Python look up every attribute of every tensor by the slow way. For the same reason what torch's
tensors have and these do not is a descriptor that says why (``Missing``).

    _clock        ticks of the writes to this memory, shared with views and detached twins; Untracked in inference mode
    _grad         the gradient
    _view         on a view: its base and how it was made (views.View); on a base: weak references to its views
    _hooks        of a leaf (a non-leaf's are on its node)
"""

import math
import warnings
import weakref

import numpy as np

from . import dtypes, engine, printing
from .device import CPU, strided
from .errors import check, explained, warn
from .graph import LEAF, Gate, Hooks, Node, SavedOutput
from .mode import mode, ticks, told
from .scope import METHODS_OUT_OF_SCOPE, reason

RARE = ("_clock", "_grad", "_view", "_hooks")

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
    "the leaf Tensor instead."
)


class Size(tuple):
    """A tensor's shape: a tuple that prints as torch's ``Size`` does.

    >>> import autodiff_lab as th
    >>> th.zeros(2, 3).shape, th.zeros(2, 3).shape.numel()
    (autodiff_lab.Size([2, 3]), 6)
    """

    __slots__ = ()

    def __repr__(self):
        return f"autodiff_lab.Size({list(self)})"

    def numel(self):
        """The number of elements of a tensor of this shape."""
        count = 1
        for n in self:
            count *= n
        return count

    def __getitem__(self, index):
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __mul__(self, times):
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__


def new_tensor(array, node=None, cls=None):
    """A tensor, or a ``cls``, around a NumPy value, with no copy; ``node`` is its history."""
    t = _new(cls or Tensor)
    t._array = array
    t._node = node
    t._clock = t._grad = t._hooks = t._view = None
    return t


class Clock(list):
    """The ticks of the latest writes to one memory; ``gone`` counts those before, so that training grows by nothing."""

    __slots__ = ("gone",)

    def __init__(self):
        self.gone = 0


class Untracked(Clock):
    """The clock of what was made in inference mode: it stands still."""

    __slots__ = ()

    def append(self, tick):
        pass


def clock_of(t):
    """The tensor's list of write ticks, made on first need."""
    if t._clock is None:
        t._clock = Clock()
    return t._clock


def count_write(t):
    """Tick the tensor's clock; before the write itself, so that an interrupt leaves no unseen write."""
    tick = ticks.last_write = ticks.next()
    clock = t._clock
    if clock is None:
        clock = t._clock = Clock()
    clock.append(tick)
    if len(clock) > 200:
        clock.gone += 100
        del clock[:100]


def memory(t):
    """The tensor's numbers as an ndarray that can be shared; see Note [Where a tensor's numbers live]."""
    number = t._array
    if type(number) is not np.ndarray:
        t._array = np.array(number)
        for kept in getattr(t._node, "_saved", None) or ():  # the node that made it looks at the same memory
            if type(kept) is SavedOutput and kept.array is number:
                kept.array = t._array
    return t._array


def alias(t, node=None):
    """A tensor over the same memory and clock, with another history."""
    twin = new_tensor(memory(t), node)
    twin._clock = clock_of(t)
    return twin


class Tensor:
    """Numbers of one dtype in a grid, and the history of how they were computed.

    Made by ``tensor``, ``zeros``, ``rand`` … or by operations on other tensors.

    Attributes:
        shape (Size), dtype, device, ndim: what it holds.
        requires_grad (bool): whether operations on it are recorded.
        grad (Tensor or None): the gradient gathered by ``backward``; None is "not computed", which is not 0.
        grad_fn (Node or None): the step that made it; None for a leaf.
        is_leaf (bool): whether it was made by the user rather than by a recorded operation.

    >>> import autodiff_lab as th
    >>> x = th.tensor([1., 2.], requires_grad=True)
    >>> (x ** 2).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_array", "_node", *RARE)
    __array_priority__ = 1000
    _seq = 0  # a leaf as an edge of the graph is older than every node: Note [Edges]

    def __new__(cls, *sizes, **options):
        return Tensor._legacy(cls, sizes, options)

    def __dir__(self):
        return [name for name in super().__dir__() if name not in METHODS_OUT_OF_SCOPE]

    # -- what it holds ---------------------------------------------------------------------------

    shape = property(lambda self: Size(self._array.shape))
    dtype = property(lambda self: dtypes.from_numpy(self._array.dtype))
    device = property(lambda self: CPU)
    layout = property(lambda self: strided)
    ndim = property(lambda self: self._array.ndim, doc="The number of dimensions.")
    itemsize = property(lambda self: self._array.itemsize)
    nbytes = property(lambda self: self._array.nbytes)

    def size(self, dim=None):
        """The shape, or the size of one dimension."""
        return Size(self._array.shape) if dim is None else self._array.shape[dimension(dim, self._array.ndim)]

    def dim(self):
        """The number of dimensions."""
        return self._array.ndim

    def numel(self):
        """The number of elements."""
        return self._array.size

    def element_size(self):
        """Bytes an element."""
        return self._array.itemsize

    ndimension, nelement = dim, numel
    is_cuda = is_sparse = is_quantized = is_meta = is_mkldnn = False
    is_cpu = True

    def is_floating_point(self):
        """Whether the dtype is a floating-point one."""
        return self._array.dtype.kind == "f"

    def is_complex(self):
        """False: there are no complex tensors here."""
        return False

    def is_signed(self):
        """Whether the dtype can hold negative numbers."""
        return self._array.dtype.kind in "if"

    def get_device(self):
        """-1, torch's number for the CPU."""
        return -1

    def stride(self, dim=None):
        """How many elements lie between neighbours along each dimension, or along ``dim``."""
        a = self._array
        steps = tuple(s // a.itemsize for s in a.strides)
        if not a.size and a.base is None:  # of no numbers that it has computed NumPy says 0
            steps = tuple(math.prod(max(n, 1) for n in a.shape[i + 1 :]) for i in range(a.ndim))
        return steps if dim is None else steps[dim]

    def storage_offset(self):
        """How many elements lie between the base's first number and this view's first."""
        base = self._base
        return 0 if base is None else (self.data_ptr() - base.data_ptr()) // self._array.itemsize

    def data_ptr(self):
        """The address of the first number; equal for tensors that share it."""
        return memory(self).__array_interface__["data"][0]

    def is_contiguous(self):
        """Whether the numbers lie in memory in reading order."""
        return bool(self._array.flags.c_contiguous)

    def item(self):
        """The only element, as a Python number; RuntimeError if there is more than one element, or none."""
        n = self._array.size
        check(n == 1, f"a Tensor with {n} elements cannot be converted to Scalar")
        return self._array.item()

    def tolist(self):
        """The numbers as nested Python lists; a 0-d tensor as one number."""
        return self._array.tolist()

    def numpy(self, *, force=False):
        """The numbers as a NumPy array over the same memory; RuntimeError if it requires grad, unless ``force``."""
        check(self._node is None or not mode.grad or force, "Can't call numpy() on Tensor that requires grad. Use "
              "tensor.detach().numpy() instead.", note="note.numpy", tensor=self)  # fmt: skip
        clock_of(self)
        return memory(self)

    def __array__(self, dtype=None, copy=None):
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array

    def __len__(self):
        check(self._array.ndim != 0, "len() of a 0-d tensor", TypeError)
        return self._array.shape[0]

    def _number(self, convert):
        check(self._array.size == 1,
              "only one element tensors can be converted to Python scalars", ValueError)  # fmt: skip
        if self._node is not None and convert is not int and mode.grad:
            warn("scalar")
        return convert(self._array.item())

    def __float__(self):
        return self._number(float)

    def __int__(self):
        return self._number(int)

    def __complex__(self):
        return self._number(complex)

    def __bool__(self):
        if self._array.size != 1:
            how = "more than one value" if self._array.size else "no values"
            error = RuntimeError(f"Boolean value of Tensor with {how} is ambiguous")
            raise explained(error, "note.truth", self, count=self._array.size)
        return bool(self._array.item())

    def __index__(self):
        whole = self._array.size == 1 and self._array.dtype.kind in "biu"
        check(whole, "only integer tensors of a single element can be converted to an index", TypeError)
        return int(self._array.item())

    __hash__ = object.__hash__

    # -- as text ---------------------------------------------------------------------------------

    def __repr__(self):
        fn = self.grad_fn
        return printing.tensor_text(
            self._array, default_dtype=dtypes.get_default_dtype().numpy, requires_grad=self.requires_grad,
            grad_fn=None if fn is None else type(fn).__name__, tangent=Node.tangent_of(self),
            parameter=isinstance(self, Parameter), name="tensor" if type(self) in TENSORS else type(self).__name__,
        )  # fmt: skip

    __str__ = __repr__

    def __format__(self, spec):
        return printing.format_spec(self._array, spec, self, plain=type(self) is Tensor)

    # -- history ---------------------------------------------------------------------------------

    @property
    def requires_grad(self):
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value):
        check(isinstance(value, bool), "requires_grad must be a bool")
        if value and self.is_leaf:
            check_differentiable(self._array.dtype, self, FLOAT_ONLY[0].lower() + FLOAT_ONLY[1:])
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad=True):
        """Switch recording for this leaf on or off, in place; RuntimeError for non-leaves and integers."""
        known = isinstance(requires_grad, (bool, np.bool_))
        check(known, "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not "
                     f"{type(requires_grad).__name__}", TypeError)  # fmt: skip
        if isinstance(self._node, Node):
            check(requires_grad, "you can only change requires_grad flags of leaf variables. If you want to use a "
                  "computed variable in a subgraph that doesn't require differentiation use var_no_grad = "
                  "var.detach().", note="note.only_leaves", tensor=self)  # fmt: skip
            return self
        if requires_grad:
            only = "only Tensors of floating point dtype can require gradients"
            check_differentiable(self._array.dtype, self, only)
            check(not self.is_inference() or not isinstance(mode.grad, bool),
                  "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.")  # fmt: skip
        self._node = LEAF if requires_grad else None
        return self

    is_leaf = property(lambda self: not isinstance(self._node, Node))

    @property
    def grad_fn(self):
        node = self._node
        return None if node is None or node is LEAF else node._shown

    @property
    def output_nr(self):
        """Which output of its ``grad_fn`` this tensor is."""
        return self._node.index if type(self._node) is Gate else 0

    @property
    def grad(self):
        if self._grad is None and isinstance(self._node, Node) and not self.retains_grad:
            warnings.warn(NON_LEAF_GRAD, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            given = type(value).__name__
            known = isinstance(value, Tensor)
            check(known, f"assigned grad expected to be a Tensor or None but got grad of type {given}",
                  TypeError)  # fmt: skip
            check(value is not self, "can't assign Variable as its own grad")
            if value._array.dtype != self._array.dtype:
                said = f"expected {self.type()}, got {value.type()}"
                raise RuntimeError(f"assigned grad has data of a different type: {said}")
            check(value._array.shape == self._array.shape, "attempting to assign a gradient of size "
                  f"'{list(value.shape)}' to a tensor of size '{list(self.shape)}'. Please ensure that the "
                  "gradient and the tensor are the same size")  # fmt: skip
        self._grad = value

    @grad.deleter
    def grad(self):
        self._grad = None

    def _accumulate(self, g, alone=False):
        """Add ``g``, a NumPy value or a tensor, to ``.grad``; the sum is in place unless ``g`` is recorded.

        ``alone`` says that nobody else holds ``g``: it need not be copied, if it lies in memory as the tensor does.
        """
        before = self._grad
        if isinstance(g, Tensor):
            self._grad = (g if g._node is not None else own_copy(g)) if before is None else before + g
        elif before is None:
            if g.__class__ is np.ndarray and not (alone and g.strides == self._array.strides):
                made = np.empty_like(self._array)
                made[...] = g
                g = made
            self._grad = new_tensor(g)
        elif before._node is None or before._node is LEAF:
            count_write(before)
            before._array += g  # in place where it is an array
        else:
            self._grad = before + new_tensor(g)

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Compute the gradients of this tensor with respect to the leaves of its graph, adding to their ``.grad``.

        Args:
            gradient (Tensor): the cotangent to start from, of this tensor's shape; 1 for a single element.
            retain_graph (bool): keep the saved tensors for another pass; ``create_graph`` by default.
            create_graph (bool): record the pass itself, for higher derivatives.
            inputs (Tensor or sequence of Tensor): accumulate into these only.

        Raises RuntimeError if nothing was recorded, the graph was freed, a saved tensor was changed in place, or there
        is no ``gradient`` for several elements; no ``.grad`` changes then.

        >>> import autodiff_lab as th
        >>> x = th.tensor(3., requires_grad=True)
        >>> (x * x).backward()
        >>> x.grad
        tensor(6.)
        """
        if inputs is not None:
            inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
            check(inputs, "'inputs' argument to backward() cannot be empty.")
        if gradient is not None:
            check_cotangents((self,), (gradient,))
        keep = create_graph if retain_graph is None else retain_graph
        if create_graph:
            warn("cycle")
        engine.backward((self,), (gradient,), keep=keep, create_graph=create_graph, inputs=inputs)

    def detach(self):
        """The same numbers over the same memory, without history."""
        twin = alias(self)
        if mode.grad.__class__ is not bool:
            told("cut", self, twin, "detach()")
        return twin

    def detach_(self):
        """Cut this tensor's history, in place; RuntimeError on a view, whose history belongs to its base."""
        check(self._base is None,
              "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) "
              "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and "
              "hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
              "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.")  # fmt: skip
        self._node = None
        return self

    @property
    def data(self):
        """The same numbers without history, unseen by the version counter; prefer ``detach()``."""
        twin = new_tensor(memory(self))
        twin._clock = type(clock_of(self))()
        if mode.grad.__class__ is not bool:
            told("cut", self, twin, ".data")
        return twin

    @data.setter
    def data(self, value):
        given = type(value).__name__
        check(isinstance(value, Tensor), f"Variable data has to be a tensor, but got {given}", TypeError)
        self._array = memory(value)

    @property
    def _backward_hooks(self):
        hooks = self._node._hooks if isinstance(self._node, Node) else self._hooks
        return None if hooks is None else hooks.lists.get("pre")

    @property
    def _version(self):
        check(not self.is_inference(), "Inference tensors do not track version counter.")
        clock = self._clock
        return 0 if clock is None else clock.gone + len(clock)

    @property
    def _base(self):
        view = self._view
        return None if view is None or isinstance(view, list) else view.base

    def _is_view(self):
        return self._base is not None

    def is_inference(self):
        """Whether it was made in inference mode."""
        return type(self._clock) is Untracked

    def register_hook(self, hook):
        """Call ``hook(grad)`` when this tensor's gradient has been computed; it may return another.

        The handle that comes back has ``remove()``; RuntimeError if the tensor does not require grad.
        """
        check(self._node is not None, "cannot register a hook on a tensor that doesn't require gradient",
              note="note.no_grad", tensor=self)  # fmt: skip
        return self._hook_lists().add("pre", hook)

    def register_post_accumulate_grad_hook(self, hook):
        """Call ``hook(tensor)`` after a gradient was added to this leaf's ``.grad``."""
        check(self._node is not None, "cannot register a hook on a tensor that doesn't require gradient")
        check(self._node is LEAF, "post accumulate grad hooks cannot be registered on non-leaf tensors")
        return self._hook_lists().add("accumulated", hook)

    def _hook_lists(self):
        if self._node is not LEAF:
            return self._node._hook_lists()
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    def retain_grad(self):
        """Ask for ``.grad`` on a non-leaf too; RuntimeError if the tensor does not require grad."""
        check(self._node is not None, "can't retain_grad on Tensor that has requires_grad=False",
              note="note.no_grad", tensor=self)  # fmt: skip
        if isinstance(self._node, Node) and not self.retains_grad:
            self._node._hook_lists().add("retain", Retain(self))

    @property
    def retains_grad(self):
        """Whether ``.grad`` is kept on this non-leaf."""
        node = self._node
        if not isinstance(node, Node) or node._hooks is None:
            return False
        return any(hook.tensor() is self for hook in node._hooks.of("retain"))

    def __deepcopy__(self, memo):
        check(self.is_leaf, "Only Tensors created explicitly by the user (graph leaves) support the deepcopy "
              "protocol at the moment.  If you were attempting to deepcopy a module, this may be because of a "
              "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001",
              note="note.deepcopy", tensor=self)  # fmt: skip
        twin = rebuilt(type(self), np.array(self._array), self.requires_grad)
        memo[id(self)] = twin
        if self._grad is not None:
            twin._grad = self._grad.__deepcopy__(memo)
        twin.__dict__.update(self.__dict__)
        return twin

    def __copy__(self):
        twin = rebuilt(type(self), memory(self), self.requires_grad)
        twin.__dict__.update(self.__dict__)
        return twin

    def __reduce_ex__(self, protocol):
        return rebuilt, (type(self), np.array(self._array), self.requires_grad), self.__dict__ or None

    def __setstate__(self, state):
        self.__dict__.update(state)


_new = object.__new__


class Retain:
    """The hook behind ``retain_grad``: keeps the gradient on its tensor, without keeping the tensor."""

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)

    def __call__(self, g):
        tensor = self.tensor()
        if tensor is not None:
            tensor._grad = g if tensor._grad is None else tensor._grad + g


class Parameter(Tensor):
    """A tensor that a module registers as one of its parameters; it requires grad from the start.

    Args:
        data (Tensor): the numbers, whose memory is shared.
        requires_grad (bool): whether operations on it are recorded.

    >>> from autodiff_lab import nn
    >>> import autodiff_lab as th
    >>> nn.Parameter(th.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data=None, requires_grad=True):
        if data is None:
            data = new_tensor(np.empty(0, dtypes.get_default_dtype().numpy))
        said = f"Parameter takes a Tensor, not {type(data).__name__}; wrap it with autodiff_lab.tensor(…)"
        check(isinstance(data, Tensor), said, TypeError)
        if requires_grad:
            check_differentiable(data._array.dtype, data)
        parameter = new_tensor(memory(data), LEAF if requires_grad else None, cls)
        parameter._clock = clock_of(data)
        return parameter


def rebuilt(cls, array, requires_grad):
    """A leaf from its parts; what unpickling and deepcopy call."""
    return new_tensor(array if array.ndim else array[()], LEAF if requires_grad else None, cls)


def dimension(dim, ndim, name="dim"):
    """A dimension counted from either end, as a number from 0; IndexError if there is none."""
    if not isinstance(dim, (int, np.integer)) or isinstance(dim, bool):
        if not isinstance(dim, Tensor):
            raise TypeError(f"argument '{name}' must be int, not {type(dim).__name__}")
        dim = int(dim)
    reach = max(ndim, 1)
    if not -reach <= dim < reach:
        said = f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], but got {dim})"
        raise explained(IndexError(said), "note.dimension", ndim=ndim)
    return int(dim) % reach


def own_copy(g):
    return new_tensor(np.array(g._array) if type(g._array) is np.ndarray else g._array)


FLOAT_ONLY = "Only Tensors of floating point and complex dtype can require gradients"


def check_differentiable(numpy_dtype, tensor=None, sentence=FLOAT_ONLY):
    """Raise unless a tensor of this dtype may require grad."""
    if numpy_dtype.kind != "f":
        raise explained(RuntimeError(sentence), "note.float_only", tensor, dtype=str(numpy_dtype))


def check_cotangents(outputs, grads):
    """Raise unless each cotangent is None or a tensor of its output's shape and of a floating dtype."""
    for i, (output, g) in enumerate(zip(outputs, grads)):
        if g is None:
            continue
        given = type(g).__name__
        check(isinstance(g, Tensor), f"gradients can be either Tensors or None, but got {given}", TypeError)
        check(g._array.shape == output._array.shape, f"Mismatch in shape: grad_output[{i}] has a shape of "
              f"{g.shape} and output[{i}] has a shape of {output.shape}.")  # fmt: skip


def as_tensor(g):
    """A cotangent as hooks and users see it: itself if it is a tensor, else a new tensor around it."""
    return g if isinstance(g, Tensor) else new_tensor(g)


def type_name(array):
    return f"autodiff_lab.{dtypes.from_numpy(array.dtype).title}Tensor"


def tensor_from(array, clock, edge):
    """A tensor over saved memory with the history that ``edge`` names."""
    t = new_tensor(array, LEAF if isinstance(edge, Tensor) else edge)
    t._clock = clock
    return edge if isinstance(edge, Tensor) else t


class Missing:
    """A method that torch's tensors have and these do not: to ask for it is an AttributeError that says why."""

    def __init__(self, name):
        self.name = name

    def __get__(self, t, cls):
        raise AttributeError(f"{cls.__name__!r} object has no attribute {self.name!r}{reason(self.name)}")


for _name in METHODS_OUT_OF_SCOPE:
    setattr(Tensor, _name, Missing(_name))

# What the graph and the engine, which stand below, need of tensors.
for _function in (as_tensor, type_name, tensor_from):
    setattr(Node, _function.__name__, staticmethod(_function))

TENSORS = frozenset({Tensor, Parameter})

__all__ = ["Parameter", "Size", "Tensor", "dimension"]
