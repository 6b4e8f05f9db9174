"""Chapter 7: functions against their derivatives. Leans on judging, creation and names."""

import math

import numpy as np

from ...ops.creation import tensor
from ..names import is_tensor
from .judging import exercise, given, near, numbers, slope, tensor_given

AT = (-1.5, -0.2, 0.4, 2.0)


def bent(x):
    """x·tanh x, of numbers or tensors."""
    return x * (x.tanh() if is_tensor(x) else math.tanh(x))


def derivatives(function):
    """What the learner's function says of ``bent`` at four points."""
    return given(function, bent, tensor(AT))


exercise(
    "7.1",
    ("toda una derivada de una vez", "a whole derivative at once"),
    right=lambda f: near([slope(bent, x) for x in AT])(derivatives(f)),
    wrong=[
        (lambda f: near([slope(bent, x) / 4 for x in AT])(derivatives(f)),
         ("Casi: salen divididas entre el número de puntos. Con mean() cada punto pesa 1/n; con sum(), 1.",
          "Nearly: they come out divided by the number of points. With mean() each point weighs 1/n; with sum(), 1.")),
        (lambda f: near([bent(x) for x in AT])(derivatives(f)),
         ("Esos son los valores de f; se piden sus derivadas.", "Those are the values of f; its derivatives are asked for.")),
        (lambda f: numbers(derivatives(f)).size == 1,
         ("Sale un solo número, y se piden cuatro: uno por punto.", "One number comes out, and four are asked for: one per point.")),
    ],
    otherwise=("No son esas. Compáralas con diferencias.", "Not those. Compare them with differences."),
    hints=[
        ("Los puntos han de ser una hoja que requiera gradiente: xs.detach().clone().requires_grad_().",
         "The points have to be a leaf that requires grad: xs.detach().clone().requires_grad_()."),
        ("f(xs).sum().backward(), y las derivadas están en xs.grad.",
         "f(xs).sum().backward(), and the derivatives are in xs.grad."),
    ],
    done=("Bien: la suma lee la diagonal de la jacobiana.", "Good: the sum reads the diagonal of the Jacobian."),
)  # fmt: skip

exercise(
    "7.2",
    ("cuántas capas hasta la millonésima", "how many layers down to a millionth"),
    right=near(next(n for n in range(1, 99) if 0.25**n < 1e-6)),
    wrong=[
        (near(9), ("0.25⁹ todavía es 3.8 millonésimas: falta poco.", "0.25⁹ is still 3.8 millionths: a little more.")),
        (near(11), ("Bastan menos: 0.25¹⁰ ya es menor que 10⁻⁶.", "Fewer will do: 0.25¹⁰ is below 10⁻⁶ already.")),
        (near(20), ("Eso sería con 1/2 por capa; la derivada más grande de σ es 1/4.",
                    "That would be with 1/2 per layer; the largest derivative of σ is 1/4.")),
        (near(6), ("Eso sería dividiendo entre 10 en cada capa; se divide entre 4.",
                   "That would be dividing by 10 in each layer; it is divided by 4.")),
        (near(math.log(1e-6) / math.log(0.25), rel=1e-4), ("Buena cuenta; las capas son enteras: redondea hacia arriba.",
                                                 "A good calculation; layers are whole: round up.")),
    ],
    otherwise=("No. ¿Por cuánto multiplica, como mucho, una capa con σ?",
               "No. By how much does a layer with σ multiply, at most?"),
    hints=[
        ("En el centro, σ′ vale 1/4.", "At the centre, σ′ is 1/4."),
        ("Busca el primer n con 0.25ⁿ < 10⁻⁶.", "Look for the first n with 0.25ⁿ < 10⁻⁶."),
    ],
    done=("Diez capas, y es el mejor de los casos.", "Ten layers, and that is the best case."),
)  # fmt: skip


def rooted(function):
    """(values, gradient) of the learner's root at −1, 0 and 4."""
    x = tensor([-1.0, 0.0, 4.0], requires_grad=True)
    y = tensor_given(function, x)
    if y.requires_grad:
        y.sum().backward()
    return numbers(y), None if x.grad is None else numbers(x.grad)


def rooted_right(f):
    values, grad = rooted(f)
    return near((0, 0, 2))(values) and grad is not None and near((0, 0, 0.25))(grad)


exercise(
    "7.3",
    ("una raíz sin nan", "a root without nan"),
    right=rooted_right,
    wrong=[
        (lambda f: np.isnan(rooted(f)[0]).any(), ("Los valores mismos tienen nan: la raíz recibió un número negativo.",
                                                  "The values themselves have nan: the root received a negative number.")),
        (lambda f: rooted(f)[1] is None, ("No llega ningún gradiente: ¿hay un detach o un no_grad?",
                                          "No gradient arrives: is there a detach, or no_grad?")),
        (lambda f: not np.isfinite(rooted(f)[1]).all(),
         ("Los valores están bien, pero el gradiente no es finito: la raíz todavía recibe el 0. Elige antes de la raíz, no "
          "después.",
          "The values are right, but the gradient is not finite: the root still receives the 0. Choose before the root, not "
          "after.")),
        (lambda f: not near((0, 0, 2))(rooted(f)[0]), ("El gradiente es finito, pero los valores no son 0, 0 y 2 en −1, 0 y 4.",
                                                       "The gradient is finite, but the values are not 0, 0 and 2 at −1, 0 and 4.")),
    ],
    otherwise=("En −1, 0 y 4 se esperan los gradientes 0, 0 y 1/4.", "At −1, 0 and 4 the gradients 0, 0 and 1/4 are expected."),
    hints=[
        ("Donde x no es positiva, cámbiala por un 1 antes de la raíz.",
         "Where x is not positive, replace it by a 1 before the root."),
        ("Son dos where: uno antes de la raíz y otro después.", "Two wheres: one before the root, one after."),
    ],
    done=("Bien. Este doble where aparece en muchos programas de verdad.", "Good. This double where stands in many real programs."),
)  # fmt: skip


def ramp(function, x):
    return float(numbers(given(function, tensor(float(x)))).reshape(()))


def ramps(function, *points):
    """The learner's function in single precision, and its slopes there, by a wide difference."""
    values = [ramp(function, x) for x in points]
    return values, [(ramp(function, x + 0.05) - ramp(function, x - 0.05)) / 0.1 for x in points]


PLACES = (-3.0, 0.0, 2.0)
SIGMA = [1 / (1 + math.exp(-x)) for x in PLACES]

exercise(
    "7.4",
    ("la función cuya derivada es σ", "the function whose derivative is σ"),
    right=lambda f: near(SIGMA, rel=5e-3)(ramps(f, *PLACES)[1])
    and near(math.log(2))(ramp(f, 0))
    and near((100, 0), rel=1e-3)((ramp(f, 100), ramp(f, -100))),
    wrong=[
        (lambda f: near(SIGMA)(ramps(f, *PLACES)[0]), ("Esa es σ misma; se pide una función cuya derivada sea σ.",
                                                       "That is σ itself; a function whose derivative is σ is asked for.")),
        (lambda f: near((0, 0, 2))(ramps(f, *PLACES)[0]), ("Esa es ReLU: se parece, pero tiene una esquina y vale 0 en 0.",
                                                           "That is ReLU: alike, but it has a corner, and is 0 at 0.")),
        (lambda f: near(SIGMA, rel=5e-3)(ramps(f, *PLACES)[1]) and not math.isfinite(ramp(f, 100)),
         ("Es la función, pero en x = 100 la exponencial se desborda: escríbela con exp(−|x|).",
          "It is the function, but at x = 100 the exponential overflows: write it with exp(−|x|).")),
        (lambda f: near(SIGMA, rel=5e-3)(ramps(f, *PLACES)[1]), ("La derivada está bien; le sobra o le falta una constante: ha "
                                                                 "de valer ln 2 en 0.",
                                                                 "The derivative is right; a constant is too much or missing: "
                                                                 "it has to be ln 2 at 0.")),
    ],
    otherwise=("Su derivada no es σ. Dibújala junto a ella.", "Its derivative is not σ. Draw it beside it."),
    hints=[
        ("Se parece a una ReLU sin esquina; se llama softplus.", "It looks like a ReLU without the corner; it is called softplus."),
        ("Es ln(1 + eˣ), o sea max(x, 0) + ln(1 + e^(−|x|)).", "It is ln(1 + eˣ), that is, max(x, 0) + ln(1 + e^(−|x|))."),
    ],
    done=("Bien: una ReLU sin esquina, que no se desborda.", "Good: a ReLU without a corner, which does not overflow."),
)  # fmt: skip
