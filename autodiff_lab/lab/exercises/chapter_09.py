"""Chapter 9: derivatives of derivatives, and operations of one's own. Leans on judging, creation and names."""

import math

from ...dtypes import float64
from ...ops.creation import tensor
from ..names import is_tensor
from .judging import Unfit, Untouched, exercise, given, near, numbers, slope, tensor_given


def wave(x):
    """e^(x/2)·sin x, of numbers or tensors."""
    return (x / 2).exp() * x.sin() if is_tensor(x) else math.exp(x / 2) * math.sin(x)


def wave_derivative(x, n):
    """Of order n: e^(x/2)·r^n·sin(x + n·φ), where r and φ are the modulus and the angle of 1/2 + i."""
    z = complex(0.5, 1.0)
    return (z**n * complex(math.cos(x), math.sin(x))).imag * math.exp(x / 2)


ORDERS = (1, 2, 3, 4)


def orders(function):
    return [given(function, wave, 0.7, n) for n in ORDERS]


exercise(
    "9.1",
    ("la derivada de orden n", "the derivative of order n"),
    right=lambda f: near([wave_derivative(0.7, n) for n in ORDERS])(orders(f)),
    wrong=[
        (lambda f: near([wave_derivative(0.7, 1)] * 4)(orders(f)),
         ("Siempre sale la primera derivada: hay que derivar n veces.",
          "The first derivative comes out every time: differentiate n times.")),
        (lambda f: near([wave_derivative(0.7, n - 1) for n in ORDERS])(orders(f)),
         ("Falta una vuelta: con n = 1 sale el valor de f.", "One turn is missing: with n = 1 the value of f comes out.")),
        (lambda f: near([wave_derivative(0.7, n + 1) for n in ORDERS])(orders(f)),
         ("Sobra una vuelta: con n = 1 sale la segunda derivada.",
          "There is one turn too many: with n = 1 the second derivative comes out.")),
        (lambda f: near([wave(0.7)] * 4)(orders(f)), ("Sale el valor de f, sin derivar.",
                                                      "The value of f comes out, not differentiated.")),
    ],
    otherwise=("No son esas. ¿Derivas cada vez lo último que salió? Si usas backward, x.grad suma lo anterior: usa autograd.grad.",
               "Not those. Do you differentiate what came out last, each time? With backward, x.grad adds up what was there "
               "before: use autograd.grad."),
    hints=[
        ("En cada vuelta, y pasa a ser su gradiente: y, = th.autograd.grad(y, x, …).",
         "In each turn y becomes its gradient: y, = th.autograd.grad(y, x, …)."),
        ("Sin create_graph=True no hay segunda vuelta.", "Without create_graph=True there is no second turn."),
    ],
    done=("Bien: todos los órdenes, con la misma línea.", "Good: all orders, with the same line."),
)  # fmt: skip

AT = (-2.0, -0.3, 0.8, 3.0)


def swish(x):
    return x / (1 + math.exp(-x))


HALF = (
    "forward ya está; backward todavía devuelve los puntos suspensivos.",
    "forward is done; backward still returns the dots.",
)


def applied(function):
    """(values, gradients, gradients for three times the result) of the learner's operation."""
    found = []
    for factor in (1, 3):
        x = tensor(AT, dtype=float64, requires_grad=True)
        try:
            y = tensor_given(function, x)
        except (TypeError, RuntimeError) as error:
            if "llipsis" in str(error):  # the mould's own dots, met by apply()
                raise Untouched from None
            raise
        try:
            (y * factor).sum().backward()
        except RuntimeError as error:
            if "llipsis" in str(error):
                raise Unfit(HALF) from None
            raise
        found += [numbers(y)] if factor == 1 else []
        found.append(numbers(x.grad) if x.grad is not None else [math.nan] * 4)
    return found


SLOPES = [slope(swish, x) for x in AT]
SIGMAS = [1 / (1 + math.exp(-x)) for x in AT]


def swish_right(f):
    values, once, thrice = applied(f)
    return (
        near([swish(x) for x in AT])(values) and near(SLOPES)(once) and near([3 * s for s in SLOPES])(thrice)
    )


exercise(
    "9.2",
    ("una Function con su regla", "a Function with its rule"),
    right=swish_right,
    wrong=[
        (lambda f: not near([swish(x) for x in AT])(applied(f)[0]), ("Los valores no son x·σ(x): revisa forward.",
                                                                     "The values are not x·σ(x): look at forward.")),
        (lambda f: near(SLOPES)(applied(f)[1]), ("La derivada está bien, pero falta g: lo que llega multiplica.",
                                                 "The derivative is right, but g is missing: what arrives multiplies.")),
        (lambda f: near(SIGMAS)(applied(f)[1]), ("Esa derivada trata a σ(x) como constante: falta el segundo término del producto.",
                                                 "That derivative treats σ(x) as a constant: the product's second term is missing.")),
        (lambda f: near([x * s * (1 - s) for x, s in zip(AT, SIGMAS)])(applied(f)[1]),
         ("Esa trata a x como constante: falta el primer término del producto, σ(x).",
          "That one treats x as a constant: the product's first term, σ(x), is missing.")),
    ],
    otherwise=("Los valores están bien; la derivada no. Es un producto: (x·σ)′ = σ + x·σ′.",
               "The values are right; the derivative is not. It is a product: (x·σ)′ = σ + x·σ′."),
    hints=[
        ("σ′ = σ·(1 − σ).", "Remember σ′ = σ·(1 − σ)."),
        ("Compruébala con th.autograd.gradcheck.", "Check it with th.autograd.gradcheck."),
    ],
    done=("Bien. Tu operación vale tanto como las de la biblioteca.", "Good. Your operation is as good as the library's."),
)  # fmt: skip


def valley(x):
    """x⁴ − 3x, of numbers or tensors."""
    return x**4 - 3 * x


START = 1.5
D1, D2 = 4 * START**3 - 3, 12 * START**2


def newton(function):
    return given(function, valley, START)


exercise(
    "9.3",
    ("un paso de Newton", "a step of Newton's"),
    right=lambda f: near(START - D1 / D2)(newton(f)),
    wrong=[
        (lambda f: near(START + D1 / D2)(newton(f)), ("El signo: así se aleja del mínimo.", "The sign: this moves away from the minimum.")),
        (lambda f: near(START - valley(START) / D1)(newton(f)),
         ("Ese es el paso para hallar una raíz, f/f′; para un mínimo es f′/f″.",
          "That is the step to find a root, f/f′; for a minimum it is f′/f″.")),
        (lambda f: near(START - D1)(newton(f)), ("Falta dividir entre la segunda derivada.",
                                                 "The division by the second derivative is missing.")),
        (lambda f: near(D1 / D2)(newton(f)), ("Ese es el tamaño del paso; se pide el punto al que se llega.",
                                              "That is the size of the step; the point it leads to is asked for.")),
    ],
    otherwise=(f"No es ese punto. Con x⁴ − 3x en x = {START}, f′ = {D1} y f″ = {D2}.",
               f"Not that point. For x⁴ − 3x at x = {START}, f′ = {D1} and f″ = {D2}."),
    hints=[
        ("Dos veces autograd.grad: la primera con create_graph=True.",
         "autograd.grad twice: the first time with create_graph=True."),
        ("Devuelve (x − d1/d2).item().", "Return (x − d1/d2).item()."),
    ],
    done=("Bien.", "Good."),
)  # fmt: skip
