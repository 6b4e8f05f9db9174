"""Programs that leave no public name unused: each function as function, as method and in place; see programs.py.

A row of the tables says of what ``x`` is made, how the function is called, and which functions take that call. The forms
that exist become one program, which prints their results and, where there are any, the gradients of first and second order.
"""

import autodiff_lab as th
from autodiff_lab.ops import FUNCTIONS

# Their last node bears another name here; see OTHER_NODES in ops_table.py.
OTHER_NODES = """
mvlgamma dist vdot kron quantile nanquantile repeat_interleave trapz trapezoid rot90 nansum nanmean clamp_max clamp_min cov
trace matrix_exp t unsqueeze squeeze swapaxes swapdims transpose addmv addr addbmm baddbmm addmm cumsum cumprod sgn angle cdist
aminmax std_mean var_mean cholesky polygamma
""".split()

TWICE = """
[0.3, -0.6] ; x ; abs absolute acos arccos asin arcsin atan arctan cos cosh deg2rad erf erfc erfinv
[0.5, -0.6] ; x ; exp exp2 expm1 frac neg negative positive rad2deg conj relu sigmoid sin sinc sinh square
[0.3, -0.6] ; x ; tan tanh nan_to_num clone atleast_1d atleast_2d atleast_3d ravel flatten diagflat msort
[1.3, 2.5] ; x ; log log2 log10 log1p sqrt rsqrt reciprocal lgamma digamma
[0.3, 0.6] ; x ; logit
[1.3, 2.5] ; x, 2 ; mvlgamma
[1.3, 2.5] ; 1, x ; polygamma
[0.3, -0.6] ; x, th.tensor([1.5, 2.]) ; atan2 arctan2 copysign div divide true_divide float_power fmax fmin fmod hypot logaddexp logaddexp2 maximum minimum mul multiply add sub subtract dist ldexp
[0.3, -0.6] ; x, th.tensor([1.5, 2.]) ; remainder inner dot vdot ger outer kron rsub
[0.3, 0.6] ; x, th.tensor([1.5, 2.]) ; xlogy pow
[0.3, -0.6] ; x, th.tensor([1.5, 2.]), 0.5 ; lerp
[0.3, -0.6] ; x, th.tensor([1.5, 2.]), th.tensor([2., 3.]) ; addcmul addcdiv
[0.3, -0.6] ; x, -0.5, 0.1 ; clamp clip
[0.3, -0.6] ; x, 0.1 ; clamp_max clamp_min
[[1., 2.], [3., 5.]] ; x ; amax amin max min median nanmedian prod std mean nanmean nansum sum cov corrcoef trace diagonal diag diag_embed tril triu det t adjoint
[[2., 0.], [0., 4.]] ; x ; logdet inverse pinverse nuclear_norm
[[0., 1.], [0., 0.]] ; x ; matrix_exp
[3., 4.] ; x ; norm var
[[1., 2.], [3., 5.]] ; x, 0 ; amax amin cumprod cumsum logcumsumexp logsumexp mean nanmean nansum prod std sum var softmax unsqueeze squeeze
[[1., 2.], [3., 5.]] ; x, 1 ; diff
[0., 0.] ; x, 0 ; log_softmax
[[1., 2.], [3., 5.]] ; x, 0 ; cummax cummin max min median nanmedian mode sort unbind ; [0]
[[1., 2.], [3., 5.]] ; x, 2 ; chunk split tensor_split hsplit vsplit ; [0]
[[1., 2.], [3., 5.]] ; x, 1 ; kthvalue topk ; [0]
[[[1., 2.], [3., 5.]]] ; x, 2 ; dsplit ; [1]
[[1., 2.], [3., 5.]] ; x, (1, 1), 1 ; split_with_sizes ; [1]
[[1., 2.], [3., 5.]] ; x ; aminmax std_mean var_mean ; [1]
[[1., 2.], [3., 5.]] ; x ; qr ; [1]
[[2., 0.], [0., 4.]] ; x ; slogdet svd ; [1]
[[4., 0.], [0., 16.]] ; x ; cholesky
[[1., 2.], [3., 5.]] ; x, 0.3 ; quantile nanquantile
[[1., 2.], [3., 5.]] ; x, 2 ; matrix_power repeat_interleave roll
[[1., 2.], [3., 5.]] ; x, (2,) ; tile
[[1., 2.], [3., 5.]] ; x, 0, 1 ; moveaxis movedim swapaxes swapdims transpose select
[[1., 2.], [3., 5.]] ; x, (1, 0) ; permute flip
[[1., 2.], [3., 5.]] ; x ; fliplr flipud rot90
[[1., 2.], [3., 5.]] ; x, 0, (2, 1) ; unflatten
[[1., 2.], [3., 5.]] ; x, (3, 2, 2) ; broadcast_to
[[1., 2.], [3., 5.]] ; x, (4,) ; reshape view
[[1., 2.], [3., 5.]] ; x, (2, 2), (1, 2), 0 ; as_strided
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]) ; mm matmul minimum
[[1., 2.], [3., 5.]] ; x, th.tensor([7., -1.]) ; mv matmul
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]), th.tensor([[1., 2.], [0., 1.]]) ; addmm
[[1., 2.], [3., 5.]] ; x[0], x, th.tensor([3., 4.]) ; addmv
[[1., 2.], [3., 5.]] ; x, th.tensor([7., -1.]), th.tensor([3., 4.]) ; addr
[[1., 2.], [3., 5.]] ; x, th.ones(3, 2, 1), th.ones(3, 1, 2) ; addbmm
[[[1., 2.], [3., 5.]]] ; x, th.ones(1, 2, 1), th.ones(1, 1, 2) ; baddbmm
[[[1., 2.], [3., 5.]]] ; x, th.ones(1, 2, 1) ; bmm
[[1., 2., 4.], [3., 5., 9.]] ; x, th.tensor([[7., -1., 0.], [2., 0.5, 1.]]), 1 ; cross
[[1., 2.], [3., 5.]] ; x, 1, th.tensor([[0, 0], [1, 0]]) ; gather
[[1., 2.], [3., 5.]] ; x, th.tensor([3, 0]) ; take
[[1., 2.], [3., 5.]] ; x, th.tensor([[0, 0], [1, 0]]), 1 ; take_along_dim
[[1., 2.], [3., 5.]] ; x, 1, th.tensor([[0], [1]]), th.tensor([[7.], [8.]]) ; scatter scatter_add
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1, 0]) ; index_select
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1]), th.tensor([[7., 8.]]) ; index_add index_copy
[[1., 2.], [3., 5.]] ; x, 0, th.tensor([1]), 7. ; index_fill
[[1., 2.], [3., 5.]] ; x, (th.tensor([1]), th.tensor([0])), th.tensor([7.]) ; index_put
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0, 7. ; masked_fill
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0, th.tensor([7., 8.]) ; masked_scatter
[[1., 2.], [3., 5.]] ; x, th.eye(2) > 0 ; masked_select
[[1., 2.], [3., 5.]] ; x, 0, 0, 1 ; narrow
[[1., 2.], [3., 5.]] ; x, 0, 2, 1 ; unfold
[[1., 2.], [3., 5.]] ; x ; trapz trapezoid cumulative_trapezoid
"""

# No gradient of second order in torch, or one that is zero without a history.
ONCE = """
[0.3, -0.6] ; x ; ceil fix floor round sgn sign trunc angle
[[1., 2.], [3., 5.]] ; x, th.tensor([[7., -1.], [2., 0.5]]) ; cdist
"""

PLAIN = """
[0.3, -0.6] ; x ; asinh arcsinh atanh arctanh
[1.3, 2.5] ; x ; acosh arccosh
[0.3, -0.6] ; x, th.tensor([0.3, 2.]) ; eq ne lt le gt ge equal greater greater_equal less less_equal not_equal isclose allclose is_same_size
[0.3, -0.6] ; x ; isfinite isinf isnan isneginf isposinf isreal signbit logical_not argwhere nonzero argmax argmin argsort is_complex is_floating_point is_signed is_inference numel
[0.3, -0.6] ; x ; zero detach
[0.3, 0.] ; x, th.tensor([0.3, 2.]) ; logical_and logical_or logical_xor heaviside
[1.5] ; x ; is_nonzero
[0.3, -0.6] ; x, 2. ; fill
[[1., 2.], [3., 5.]] ; x, 4 ; histc histogram
[[1., 2.], [3., 5.]] ; x ; count_nonzero unique unique_consecutive any all
[6, 5] ; x, th.tensor([3, 1]) ; bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift gcd lcm
[6, 5] ; x ; bitwise_not bincount
[0., 0.6] ; x, 3, True ; multinomial
"""


def forms(name, args):
    """How a function of this name can be called with ``args``, each with the name of its result."""
    rest = args.replace(", x", "").replace("x, ", "") if args != "x" else ""
    receiver = "x"
    if args.startswith("x["):
        receiver, _, rest = args.partition(", ")
    if name in FUNCTIONS and hasattr(th, name):
        yield "a", f"th.{name}({args})"
    if hasattr(th.Tensor, name):
        yield "b", f"{receiver}.{name}({rest})"
    if hasattr(th.Tensor, f"{name}_"):
        yield "c", f"({receiver} * 1).{name}_({rest})"
    if f"{name}_" in FUNCTIONS and hasattr(th, f"{name}_"):
        yield "d", f"th.{name}_({args.replace(receiver, f'{receiver} * 1', 1)})"


def programs(table, orders):
    """The programs of a table's rows, with gradients of so many orders."""
    for row in table.strip().splitlines():
        data, args, names, *part = row.split(" ; ")
        for name in names.split():
            made = dict(forms(name, args))
            calls = "; ".join(f"{result} = {call}" for result, call in made.items())
            shown = ", ".join(n + "".join(part) + ".detach()" if name in OTHER_NODES else n for n in made)
            if orders:
                total = " + ".join(f"({n}{''.join(part)} ** 2).sum()" for n in made)
                grad = f"g, = th.autograd.grad({total}, x, create_graph={orders == 2})"
                again = ", th.autograd.grad(g.sum(), x)" * (orders == 2)
                yield f"x = th.tensor({data}, requires_grad=True); {calls}; {grad}; R = {shown}, g.detach(){again}"
            else:
                yield f"x = th.tensor({data}); {calls}; R = {shown}"


PROGRAMS = [*programs(TWICE, 2), *programs(ONCE, 1), *programs(PLAIN, 0)]
