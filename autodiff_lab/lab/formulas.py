"""What the laboratory knows of each operation by name: its symbol, its operands, its local derivatives.

One lambda, three readings: a row's ``forward`` and rules are written with operators and NumPy names, so they run
on tensors (to recompute a value), on arrays (to get a derivative's number) and on :class:`Sym` (to write the
formula that is shown). Leans on NumPy alone; nothing here reads a graph.
"""

from functools import lru_cache

import numpy as np

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPT = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")
_ON_THE_LINE = {low: plain for plain, low in _SUBSCRIPT.items()}
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4  # how tightly a formula holds together


def number_text(value, digits=5):
    """A number as the pictures write it: five significant digits unless told otherwise, no empty zeros.

    >>> number_text(24.0), number_text(0.69314718), number_text(1e10), number_text(True)
    ('24', '0.69315', '1e10', 'True')
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)) or value == 0:  # a negative zero, too, is 0
        return str(int(value))
    return f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def subscript(text):
    """A name with its digits set low.

    >>> subscript("v-1"), subscript("v12")
    ('v₋₁', 'v₁₂')
    """
    return text.translate(_SUBSCRIPT)


class Sym:
    """A formula being written: ``text`` in plain Unicode, ``tex`` in LaTeX, ``number`` when it is only a number.

    >>> x = Sym("x")
    >>> (3 * x**2).text, (3 * x**2).tex, np.cos(x).text, (1 / (x + 1)).text
    ('3·x²', '3\\\\,x^{2}', 'cos(x)', '1/(x + 1)')
    """

    __slots__ = ("level", "made", "number", "tex", "text")

    def __init__(self, text, tex=None, level=_ATOM, number=None, made=(None,)):
        self.text, self.level, self.number = text, level, number
        self.made = (
            made  # where a later step can simplify: ("^", base, n), ("/", a, b), ("−", a), ("·", number, a)
        )
        self.tex = tex if tex is not None else _tex_name(text)

    @classmethod
    def of(cls, value):
        """The formula of a number; a formula stays itself."""
        if isinstance(value, Sym):
            return value
        text = number_text(value)
        return cls(text, text, _ATOM if value >= 0 else _SUM, value)

    def held(self, level):
        """The formula, in parentheses unless it binds at least as tightly as ``level``: (text, tex)."""
        if self.level >= level:
            return self.text, self.tex
        return f"({self.text})", rf"\left({self.tex}\right)"

    def __repr__(self):
        return f"Sym({self.text!r})"

    def __bool__(self):
        raise TypeError("a formula is neither true nor false")

    def __add__(self, other):
        return _joined(self, other, "+", lambda a, b: a + b)

    def __radd__(self, other):
        return Sym.of(other) + self

    def __sub__(self, other):
        return _joined(self, other, "−", lambda a, b: a - b)

    def __rsub__(self, other):
        return Sym.of(other) - self

    def __neg__(self):
        if self.number is not None:
            return Sym.of(-self.number)
        if self.made[0] == "−":
            return self.made[1]
        text, tex = self.held(_PRODUCT)
        return Sym(f"−{text}", f"-{tex}", _SUM, made=("−", self))

    def __mul__(self, other):
        a, b = self, Sym.of(other)
        if a.number is not None and b.number is not None:
            return Sym.of(a.number * b.number)
        if _is(a, 1) or _is(b, 0):
            return b
        if _is(b, 1) or _is(a, 0):
            return a
        if b.number is not None:
            a, b = b, a
        if _is(a, -1):
            return -b
        if a.made[0] == "−":
            return -(a.made[1] * b)
        if b.made[0] == "−":
            return -(a * b.made[1])
        if a.made[0] == "·":
            return a.made[1] * (a.made[2] * b)
        right, right_tex = b.held(_PRODUCT)
        if a.number is not None:
            return Sym(f"{a.text}·{right}", rf"{a.tex}\,{right_tex}", _PRODUCT, made=("·", a, b))
        (base, m), (other_base, n) = _power(a), _power(b)
        if base.text == other_base.text:
            return base ** (m + n)
        left, left_tex = a.held(_PRODUCT)
        return Sym(f"{left}·{right}", rf"{left_tex} \cdot {right_tex}", _PRODUCT)

    def __rmul__(self, other):
        return Sym.of(other) * self

    def __truediv__(self, other):
        b = Sym.of(other)
        if _is(b, 1):
            return self
        if self.number is not None and b.number:
            return Sym.of(self.number / b.number)
        if self.made[0] == "/":
            return self.made[1] / (self.made[2] * b)
        if self.made[0] == "−" or _is(self, -1):
            return -(-self / b)
        text = f"{self.held(_PRODUCT)[0]}/{b.held(_POWER)[0]}"
        return Sym(text, rf"\frac{{{self.tex}}}{{{b.tex}}}", _PRODUCT, made=("/", self, b))

    def __rtruediv__(self, other):
        return Sym.of(other) / self

    def __pow__(self, other):
        n = Sym.of(other)
        if _is(n, 1):
            return self
        if _is(n, 0):
            return Sym.of(1)
        text, tex = self.held(_ATOM)
        whole = n.number is not None and float(n.number).is_integer() and abs(n.number) < 1000
        raised = str(int(n.number)).translate(_SUPERSCRIPT) if whole else f"^{n.held(_ATOM)[0]}"
        made = ("^", self, int(n.number)) if whole else (None,)
        return Sym(text + raised, f"{tex}^{{{n.tex}}}", _POWER, made=made)

    def __rpow__(self, other):
        return Sym.of(other) ** self

    def __matmul__(self, other):
        (left, left_tex), (right, right_tex) = self.held(_PRODUCT), Sym.of(other).held(_PRODUCT)
        return Sym(f"{left} @ {right}", f"{left_tex} {right_tex}", _PRODUCT)

    def __gt__(self, other):  # the Iverson bracket: 1 where it holds, 0 elsewhere
        return self._bracket(">", other)

    def __lt__(self, other):
        return self._bracket("<", other)

    def __ge__(self, other):
        return self._bracket("≥", other)

    def __le__(self, other):
        return self._bracket("≤", other)

    def _bracket(self, sign, other):
        other = Sym.of(other)
        return Sym(f"[{self.text} {sign} {other.text}]", f"[{self.tex} {sign} {other.tex}]")

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__" or kwargs:
            return NotImplemented
        written = _WRITTEN.get(ufunc.__name__)
        return written(*map(Sym.of, inputs)) if written else call(ufunc.__name__, *inputs)


def call(name, *arguments):
    """The formula of a function applied: ``call("sin", x)``."""
    arguments = [Sym.of(a) for a in arguments]
    tex = name if name.startswith("\\") else rf"\operatorname{{{_escape_tex(name)}}}"
    inside, inside_tex = ", ".join(a.text for a in arguments), ", ".join(a.tex for a in arguments)
    return Sym(f"{name.lstrip(chr(92))}({inside})", rf"{tex}\left({inside_tex}\right)")


def _power(sym):
    return sym.made[1:] if sym.made[0] == "^" else (sym, 1)


def _is(sym, number):
    return sym.number is not None and sym.number == number


def _joined(a, b, sign, compute):
    b = Sym.of(b)
    if a.number is not None and b.number is not None:
        return Sym.of(compute(a.number, b.number))
    if _is(b, 0):
        return a
    if _is(a, 0):
        return b if sign == "+" else -b
    if b.made[0] == "−" or (b.number is not None and b.number < 0):
        b, sign = -b, "−" if sign == "+" else "+"
    text, tex = b.held(_SUM if sign == "+" else _PRODUCT)
    return Sym(f"{a.text} {sign} {text}", f"{a.tex} {'+' if sign == '+' else '-'} {tex}", _SUM)


def _escape_tex(text):
    return "".join("\\" + c if c in "#$%&_{}" else c for c in text if c not in "\\^~")


@lru_cache(1024)
def _tex_name(text):
    """``x`` stays x, ``v₁`` is v_{1}, a longer name is set as one word."""
    plain = text.translate(_ON_THE_LINE)
    if plain != text:
        return f"{plain[0]}_{{{plain[1:]}}}"
    return text if len(text) == 1 and text.isalnum() else rf"\mathrm{{{_escape_tex(text)}}}"


def _root(x):
    return Sym(f"√{x.held(_ATOM)[0]}", rf"\sqrt{{{x.tex}}}", _POWER)


def _transposed(x):
    text, tex = x.held(_ATOM)
    return Sym(f"{text}ᵀ", rf"{tex}^{{\top}}", _POWER)


def _bars(x):
    return Sym(f"|{x.text}|", rf"\left|{x.tex}\right|")


# fmt: off
_WRITTEN = {  # the NumPy functions whose formula is not name(arguments)
    "exp":        lambda x: Sym(f"e^{x.held(_ATOM)[0]}", f"e^{{{x.tex}}}", _POWER),
    "log":        lambda x: call(r"\ln", x),
    "sqrt":       _root,
    "absolute":   _bars,
    "sign":       lambda x: call("sgn", x),
    "sin":        lambda x: call(r"\sin", x),
    "cos":        lambda x: call(r"\cos", x),
    "tan":        lambda x: call(r"\tan", x),
    "tanh":       lambda x: call(r"\tanh", x),
    "sinh":       lambda x: call(r"\sinh", x),
    "cosh":       lambda x: call(r"\cosh", x),
    "add":        lambda x, y: x + y,
    "subtract":   lambda x, y: x - y,
    "multiply":   lambda x, y: x * y,
    "divide":     lambda x, y: x / y,
    "power":      lambda x, y: x ** y,
    "negative":   lambda x: -x,
    "square":     lambda x: x ** 2,
    "reciprocal": lambda x: 1 / x,
    "greater":    lambda x, y: x > y,
    "less":       lambda x, y: x < y,
}

# The methods a forward may call on a symbol as it does on a tensor: x.sin(), x.relu(), …
_METHODS = {"t": _transposed, "exp": _WRITTEN["exp"], "log": _WRITTEN["log"], "sqrt": _root, "abs": _bars}
for _name in ("sin cos tan tanh sinh cosh sigmoid relu log2 log10 log1p expm1 asin acos atan sum mean").split():
    _METHODS.setdefault(_name, _WRITTEN.get(_name) or (lambda *a, _n=_name: call(_n, *a)))
for _name, _written in _METHODS.items():
    setattr(Sym, _name, _written)
# fmt: on


class Row:
    """One operation as the laboratory knows it.

    ``operands`` are the saved names of its tensor arguments in the order of ``next_functions``; ``scalars`` are
    saved plain numbers handed to ``forward`` and the rules after them. A rule is ``lambda g, out, *operands``; a
    text in its place is shown as it stands, with ``{x}`` and ``{y}`` the operands. ``inverse`` gets the operand that
    is missing back from the result and the other one; it is a number and no tensor if ``literal``. ``elementwise``
    says that the rule is the derivative entry by entry, so that it has a number.
    """

    __slots__ = ("elementwise", "forward", "inverse", "literal", "operands", "rules", "scalars", "symbol")

    def __init__(
        self, symbol, operands, forward, rules, inverse=None, scalars="", elementwise=True, literal=False
    ):
        self.literal = literal
        self.symbol, self.operands, self.scalars = symbol, tuple(operands.split()), tuple(scalars.split())
        self.forward, self.inverse, self.elementwise = forward, inverse, elementwise
        self.rules = rules if isinstance(rules, tuple) else (rules,)


def _scaled(y, alpha):
    return y if alpha == 1 else alpha * y


def _moved(symbol, rule="ḡ"):
    """A row that only moves entries about: shown, never recomputed."""
    return Row(symbol, "self", None, rule, elementwise=False)


# fmt: off
ROWS = {
    # two operands         operands       forward                              local derivatives
    "Add":     Row("+",  "self other",  lambda x, y, a=1: x + _scaled(y, a), (lambda g, out, x, y, a=1: g,
                                                                              lambda g, out, x, y, a=1: g * a),
                   inverse=(lambda out, y, a=1: out - _scaled(y, a), lambda out, x, a=1: (out - x) / a),
                   scalars="alpha"),
    "Sub":     Row("−",  "self other",  lambda x, y, a=1: x - _scaled(y, a), (lambda g, out, x, y, a=1: g,
                                                                              lambda g, out, x, y, a=1: -(g * a)),
                   inverse=(lambda out, y, a=1: out + _scaled(y, a), lambda out, x, a=1: (x - out) / a),
                   scalars="alpha"),
    "Rsub":    Row("−",  "self other",  lambda x, y, a=1: y - _scaled(x, a), (lambda g, out, x, y, a=1: -(g * a),
                                                                              lambda g, out, x, y, a=1: g),
                   inverse=(lambda out, y, a=1: (y - out) / a, lambda out, x, a=1: out + _scaled(x, a)),
                   scalars="alpha"),
    "Rsub1":   Row("−",  "self other",  lambda x, y, a=1: y - _scaled(x, a), (lambda g, out, x, y, a=1: -(g * a),),
                   inverse=(None, lambda out, x, a=1: out + _scaled(x, a)), scalars="alpha", literal=True),
    "Mul":     Row("×",  "self other",  lambda x, y: x * y,                  (lambda g, out, x, y: g * y,
                                                                              lambda g, out, x, y: g * x),
                   inverse=(lambda out, y: out / y, lambda out, x: out / x)),
    "Div":     Row("÷",  "self other",  lambda x, y: x / y,                  (lambda g, out, x, y: g / y,
                                                                              lambda g, out, x, y: -(g * x / y**2)),
                   inverse=(lambda out, y: out * y, lambda out, x: x / out)),
    "Pow0":    Row("xⁿ", "self",        lambda x, n: x**n,
                   lambda g, out, x, n: g * (n * x ** (n - 1)), scalars="exponent"),
    "Pow1":    Row("xʸ", "self exponent", lambda x, y: x**y,
                   (lambda g, out, x, y: g * (y * x ** (y - 1)), lambda g, out, x, y: g * (x**y * np.log(x)))),
    "Pow2":    Row("bˣ", "exponent",    lambda y, b: b**y,
                   lambda g, out, y, b: g * (b**y * np.log(b)), scalars="self"),
    "Maximum": Row("max", "self other", None, ("[{x} > {y}]", "[{y} > {x}]")),
    "Minimum": Row("min", "self other", None, ("[{x} < {y}]", "[{y} < {x}]")),

    # one operand
    "Neg":        Row("−",   "self", lambda x: -x,          lambda g, out, x: -g),
    "Reciprocal": Row("1/x", "self", lambda x: 1 / x,       lambda g, out, x: -(g / x**2)),
    "Exp":        Row("exp", "self", lambda x: x.exp(),     lambda g, out, x: g * np.exp(x)),
    "Log":        Row("ln",  "self", lambda x: x.log(),     lambda g, out, x: g / x),
    "Log1P":      Row("log1p", "self", lambda x: x.log1p(), lambda g, out, x: g / (1 + x)),
    "Log2":       Row("log₂",  "self", lambda x: x.log2(),  lambda g, out, x: g / (np.log(2.0) * x)),
    "Log10":      Row("log₁₀", "self", lambda x: x.log10(), lambda g, out, x: g / (np.log(10.0) * x)),
    "Expm1":      Row("expm1", "self", lambda x: x.expm1(), lambda g, out, x: g * np.exp(x)),
    "Sin":        Row("sin", "self", lambda x: x.sin(),     lambda g, out, x: g * np.cos(x)),
    "Cos":        Row("cos", "self", lambda x: x.cos(),     lambda g, out, x: -(g * np.sin(x))),
    "Tan":        Row("tan", "self", lambda x: x.tan(),     lambda g, out, x: g / np.cos(x) ** 2),
    "Sinh":       Row("sinh", "self", lambda x: x.sinh(),   lambda g, out, x: g * np.cosh(x)),
    "Cosh":       Row("cosh", "self", lambda x: x.cosh(),   lambda g, out, x: g * np.sinh(x)),
    "Asin":       Row("asin", "self", lambda x: x.asin(),   lambda g, out, x: g / np.sqrt(1 - x**2)),
    "Acos":       Row("acos", "self", lambda x: x.acos(),   lambda g, out, x: -(g / np.sqrt(1 - x**2))),
    "Atan":       Row("atan", "self", lambda x: x.atan(),   lambda g, out, x: g / (1 + x**2)),
    "Tanh":       Row("tanh", "self", lambda x: x.tanh(),   lambda g, out, x: g * (1 - out**2)),
    "Sigmoid":    Row("σ",   "self", lambda x: x.sigmoid(), lambda g, out, x: g * (out * (1 - out))),
    "Relu":       Row("relu", "self", lambda x: x.relu(),   lambda g, out, x: g * (x > 0)),
    "Sqrt":       Row("√",   "self", lambda x: x.sqrt(),    lambda g, out, x: g / (2 * np.sqrt(x))),
    "Abs":        Row("|x|", "self", lambda x: x.abs(),     lambda g, out, x: g * np.sign(x)),
    "Clone":      Row("=",   "self", lambda x: x,           lambda g, out, x: g),

    # sums and products of arrays: the rule says what is done to the gradient that arrives, ḡ
    "Sum0":       Row("Σ",   "self", lambda x: x.sum(), "ḡ", elementwise=False),
    "Sum":        Row("Σ",   "self", None, "ḡ", elementwise=False),
    "Mean0":      Row("mean", "self", lambda x: x.mean(), "ḡ/n", elementwise=False),
    "Mean":       Row("mean", "self", None, "ḡ/n", elementwise=False),
    "Mm":         Row("@",   "self mat2",  lambda x, y: x @ y, ("ḡ @ {y}ᵀ", "{x}ᵀ @ ḡ"), elementwise=False),
    "Bmm":        Row("@",   "self mat2",  lambda x, y: x @ y, ("ḡ @ {y}ᵀ", "{x}ᵀ @ ḡ"), elementwise=False),
    "Mv":         Row("@",   "self vec",   lambda x, y: x @ y, ("ḡ ⊗ {y}", "{x}ᵀ @ ḡ"), elementwise=False),
    "Dot":        Row("@",   "self tensor", lambda x, y: x @ y, ("ḡ·{y}", "ḡ·{x}"), elementwise=False),
    "Addmm":      Row("+ @", "self mat1 mat2",
                      lambda b, x, y, beta=1, alpha=1: _scaled(b, beta) + _scaled(x @ y, alpha),
                      ("Σ ḡ", "ḡ @ {z}ᵀ", "{y}ᵀ @ ḡ"), scalars="beta alpha", elementwise=False),
    "MseLoss":    Row("mse", "self target", None, ("ḡ·2({x} − {y})/n", "ḡ·2({y} − {x})/n"), elementwise=False),

    # entries moved about
    "T":          Row("Aᵀ", "self", lambda x: x.t(), "ḡᵀ", elementwise=False),
    "Transpose":  _moved("Aᵀ", "ḡᵀ"),
    "Permute":    _moved("permute", "ḡ"),
    "View":       _moved("view", "ḡ"),
    "UnsafeView": _moved("reshape", "ḡ"),
    "Unsqueeze":  _moved("unsqueeze", "ḡ"),
    "Squeeze":    _moved("squeeze", "ḡ"),
    "Expand":     _moved("expand", "Σ ḡ"),
    "Select":     _moved("x[i]", "ḡ → [i]"),
    "Slice":      _moved("x[i:j]", "ḡ → [i:j]"),
    "Index":      _moved("x[·]", "ḡ → [·]"),
    "ToCopy":     _moved("dtype", "ḡ"),
}
# fmt: on


# The marks of rules that are texts, in LaTeX.
_IN_TEX = {"ḡ": r"\bar{g}", "ᵀ": r"^{\top}", " @ ": r"\,", "⊗": r"\otimes", "·": r"\cdot ", "Σ": r"\sum",
           "−": "-", "→": r"\to", "∈": r"\in"}  # fmt: skip


@lru_cache(1024)
def op_name(grad_fn_name):
    """``"MulBackward0"`` → ``"Mul"``; names of another make stay as they are.

    >>> op_name("MulBackward0"), op_name("torch::autograd::AccumulateGrad"), op_name("CopySlices")
    ('Mul', 'AccumulateGrad', 'CopySlices')
    """
    name = grad_fn_name.rsplit("::", 1)[-1]
    return name.partition("Backward")[0] or name


@lru_cache(1024)
def row_of(grad_fn_name):
    """The row of a ``grad_fn.name()``, or None: first by its exact variant (Pow0, Pow1), then by its operation."""
    name, _, variant = grad_fn_name.partition("Backward")
    if not variant and "Backward" not in grad_fn_name:
        return None
    return ROWS.get(name + variant) or ROWS.get(name)


def local_formula(row, argument, operands, out, scalars, g=1):
    """The local derivative of one argument, times ``g``, as a :class:`Sym`; None where no rule is known.

    >>> local_formula(ROWS["Pow0"], 0, [Sym("x")], Sym("v"), [3]).text
    '3·x²'
    >>> local_formula(ROWS["Mul"], 1, [Sym("x"), Sym("y")], Sym("v"), []).tex
    'x'
    """
    rule = row.rules[argument] if row is not None and argument < len(row.rules) else None
    if rule is None:
        return None
    if isinstance(rule, str):
        held = [o.held(_PRODUCT) for o in operands]
        text = rule.format(**dict(zip("xyz", (text for text, _ in held), strict=False)))
        for mark, tex in _IN_TEX.items():
            rule = rule.replace(mark, tex)
        for letter, (_, tex) in zip("xyz", held):
            rule = rule.replace("{" + letter + "}", "{" + tex + "}")
        return Sym(text, rule)
    return Sym.of(rule(Sym.of(g), out, *operands, *[Sym.of(s) for s in scalars]))


def own_formula(grad_fn, argument, operands, out, attributes, g=1):
    """The local derivative as this package's own rule says it, read on symbols: what is shown is the rule that ran.

    ``operands`` are the formulas of the arguments, in order; ``attributes`` the saved plain values by name. None
    for a node of another library, and where the rule needs numbers to go by.
    """
    row = getattr(type(grad_fn), "row", None)
    inputs = getattr(row, "inputs", ())
    if argument >= len(inputs) or row.rules.get(inputs[argument]) is None or len(operands) < len(inputs):
        return None
    known = {**attributes, **dict(zip(inputs, operands)), "out": out}
    try:
        with np.errstate(all="ignore"):
            result = row.rules[inputs[argument]](Sym.of(g), *[known[n] for n in row.needs[inputs[argument]]])
    except Exception:  # noqa: BLE001 - a rule on shapes, axes or masks cannot be read on symbols
        return None
    if isinstance(result, np.ndarray) and result.ndim == 0:
        result = result.item()
    return Sym.of(result) if isinstance(result, (Sym, int, float)) else None


def expression(row, operands, scalars, name):
    """What a node computes, written with its operands: ``v₁·v₂``; ``name(…)`` where no forward is known."""
    if row is not None and row.forward is not None and len(operands) == len(row.operands):
        # each operand is written out, even if they are the same: x·x, as the operation has it, and not x²
        apart = [Sym(o.text, o.tex, o.level, o.number, ("^", Sym(str(k)), 1)) for k, o in enumerate(operands)]
        return row.forward(*apart, *scalars)
    return call(name, *operands)
