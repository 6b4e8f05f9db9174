"""Chapter 8: forward and reverse. Leans on judging, creation and names."""

import math
from types import CodeType, FunctionType

from ...ops.creation import tensor
from ..names import is_tensor
from .judging import exercise, given, near, numbers, slope


def seeded(t):
    """The exercise's function along the line (0, 3) + t·(1, 2)."""
    return t * (3 + 2 * t) + math.sin(t)


exercise(
    "8.1",
    ("una tangente con otra semilla", "a tangent with another seed"),
    right=near(lambda: slope(seeded, 0)),
    wrong=[
        (near(3), ("Falta una parte: la derivada respecto a x₁ tiene dos términos, x₂ y cos x₁.",
                   "A part is missing: the derivative with respect to x₁ has two terms, x₂ and cos x₁.")),
        (near(1), ("Falta el producto: ẋ₁·x₂ + x₁·ẋ₂.", "The product is missing: ẋ₁·x₂ + x₁·ẋ₂.")),
        (near(6), ("La semilla de x₁ es 1 y la de x₂ es 2; parece que las cambiaste.",
                   "The seed of x₁ is 1 and that of x₂ is 2; they seem to have been swapped.")),
        (near(0), ("Ese es el valor de y; se pide su tangente.", "That is the value of y; its tangent is asked for.")),
    ],
    otherwise=("No. Haz la tabla: v₁ = x₁x₂, v₂ = sin x₁, v₃ = v₁ + v₂, cada una con su tangente.",
               "No. Make the table: v₁ = x₁x₂, v₂ = sin x₁, v₃ = v₁ + v₂, each with its tangent."),
    hints=[
        ("v̇₁ = ẋ₁·x₂ + x₁·ẋ₂, con x₁ = 0.", "Write v̇₁ = ẋ₁·x₂ + x₁·ẋ₂, with x₁ = 0."),
        ("v̇₂ = ẋ₁·cos x₁, y cos 0 = 1.", "v̇₂ = ẋ₁·cos x₁, and cos 0 = 1."),
    ],
    done=("Bien: 3 del producto y 1 del seno.", "Good: 3 from the product and 1 from the sine."),
)  # fmt: skip

exercise(
    "8.2",
    ("cuántos recorridos para una jacobiana", "how many passes for a Jacobian"),
    right=near(3),
    wrong=[
        (near(1000), ("Esos son los del modo directo, uno por entrada. ¿Y en el otro?",
                      "Those are forward mode's, one per input. And in the other?")),
        (near(3000), ("Esos son los números de la jacobiana; un recorrido da toda una fila.",
                      "Those are the numbers in the Jacobian; a pass gives a whole row.")),
        (near(1), ("Uno bastaría si hubiera una sola salida.", "One would do if there were a single output.")),
        (near(1003), ("No hacen falta los dos modos: basta el que conviene.", "Both modes are not needed: the better one will do.")),
    ],
    otherwise=("No. Un recorrido reverso da una fila, y uno directo una columna.",
               "No. A reverse pass gives a row, a forward one a column."),
    hints=[
        ("La jacobiana tiene 3 filas y 1000 columnas.", "The Jacobian has 3 rows and 1000 columns."),
        ("Por filas, en modo reverso.", "By rows, in reverse mode."),
    ],
    done=("Tres, en modo reverso: uno por salida.", "Three, in reverse mode: one per output."),
)  # fmt: skip

POINT, DIRECTION = (0.5, -1.0, 2.0), (1.0, 3.0, -0.5)


def hilly(x):
    """x₀²·x₁ + sin(x₁·x₂) + x₂³, of a tensor of three numbers."""
    return x[0] ** 2 * x[1] + (x[1] * x[2]).sin() + x[2] ** 3


def hill(a, b, c):
    return a**2 * b + math.sin(b * c) + c**3


GRADIENT = [slope(hill, *POINT, argument=k) for k in range(3)]


def moved_slope(argument):
    """∂/∂(argument) of the slope along DIRECTION, at POINT."""
    h = 1e-4
    ends = [[p + s * h * d for p, d in zip(POINT, DIRECTION)] for s in (1, -1)]
    up, down = (slope(hill, *end, argument=argument) for end in ends)
    return (up - down) / (2 * h)


CURVED = [moved_slope(k) for k in range(3)]
ALONG = sum(g * d for g, d in zip(GRADIENT, DIRECTION))


def asked(function):
    """What the learner's function of (f, x, v) gives at the point of this file."""
    found = given(function, hilly, tensor(POINT), tensor(DIRECTION))
    return found[0] if isinstance(found, tuple) and len(found) == 1 and is_tensor(found[0]) else found


exercise(
    "8.3",
    ("una derivada direccional", "a directional derivative"),
    right=lambda f: near(ALONG)(asked(f)),
    wrong=[
        (lambda f: near([g * d for g, d in zip(GRADIENT, DIRECTION)])(asked(f)),
         ("Casi: falta sumar los tres productos.", "Nearly: the three products have to be added.")),
        (lambda f: near(GRADIENT)(asked(f)), ("Ese es el gradiente; falta multiplicarlo por la dirección.",
                                              "That is the gradient; it has to be multiplied by the direction.")),
        (lambda f: near(hill(*POINT))(asked(f)[0]),
         ("Salen dos cosas, el valor y la tangente: devuelve la segunda.",
          "Two things come out, the value and the tangent: return the second.")),
        (lambda f: near(sum(GRADIENT))(asked(f)), ("La dirección no se usó: así todas las entradas se mueven 1.",
                                                   "The direction was not used: this moves every input by 1.")),
    ],
    otherwise=("No. Compárala con (f(x + h·v) − f(x − h·v)) / (2h).", "No. Compare it with (f(x + h·v) − f(x − h·v)) / (2h)."),
    hints=[
        ("Basta un recorrido en modo directo: func.jvp.", "One pass in forward mode will do: func.jvp."),
        ("th.func.jvp(f, (x,), (v,)) devuelve el valor y la tangente.", "th.func.jvp(f, (x,), (v,)) returns value and tangent."),
    ],
    done=("Bien: un recorrido, con cualquier número de entradas.", "Good: one pass, whatever the number of inputs."),
)  # fmt: skip


def builds_matrix(function):
    """Whether the learner's function names what gives a whole Hessian or Jacobian."""
    names = {name for code in codes(function) for name in code.co_names}
    return bool(names & {"hessian", "jacobian", "jacrev", "jacfwd"})


def codes(function):
    """The code of a function, and of those that are written inside it."""
    found = [function.__code__] if isinstance(function, FunctionType) else []
    for code in found:
        found += [part for part in code.co_consts if isinstance(part, CodeType)]
    return found


exercise(
    "8.4",
    ("hessiana por vector, sin la hessiana", "Hessian times vector, without the Hessian"),
    right=lambda f: near(CURVED)(asked(f)) and not builds_matrix(f),
    wrong=[
        (lambda f: near(CURVED)(asked(f)),
         ("Los números son esos, pero tu función construye la matriz entera: con un millón de entradas no cabría.",
          "Those are the numbers, but your function builds the whole matrix: with a million inputs it would not fit.")),
        (lambda f: near(CURVED)(asked(f)[1]), ("Salen dos cosas, el gradiente y su tangente: devuelve la segunda.",
                                               "Two things come out, the gradient and its tangent: return the second.")),
        (lambda f: numbers(asked(f)).size == 9, ("Esa es la hessiana entera; se pide su producto con v, que tiene tres números.",
                                                 "That is the whole Hessian; its product with v is asked for, three numbers.")),
        (lambda f: near(GRADIENT)(asked(f)), ("Ese es el gradiente: falta derivarlo otra vez.",
                                              "That is the gradient: it has to be differentiated again.")),
        (lambda f: near([g * d for g, d in zip(GRADIENT, DIRECTION)])(asked(f)),
         ("Ese es el gradiente por v, número a número: la hessiana no aparece.",
          "That is the gradient times v, number by number: the Hessian is not in it.")),
        (lambda f: near(ALONG)(asked(f)), ("Ese es ∇f·v, un número; hay que derivarlo respecto a x una vez más.",
                                           "That is ∇f·v, one number; differentiate it with respect to x once more.")),
    ],
    otherwise=("No es Hv. Compárala con (∇f(x + h·v) − ∇f(x − h·v)) / (2h).",
               "That is not Hv. Compare it with (∇f(x + h·v) − ∇f(x − h·v)) / (2h)."),
    hints=[
        ("Hv es cuánto cambia el gradiente en la dirección v.", "Hv is how much the gradient changes in the direction v."),
        ("El jvp de func.grad(f), o derivar (gradiente @ v) con create_graph=True.",
         "The jvp of func.grad(f), or differentiate (gradient @ v) with create_graph=True."),
    ],
    done=("Bien: con un millón de entradas costaría lo mismo que unos cuantos gradientes.",
          "Good: with a million inputs it would cost no more than a few gradients."),
)  # fmt: skip
