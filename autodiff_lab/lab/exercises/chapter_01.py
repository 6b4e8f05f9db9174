"""Chapter 1: four ways to a derivative. Leans on judging."""

import math

from .judging import agrees, exercise, near, numbers, slope


def logistic(x, n=4):
    v = x
    for _ in range(n - 1):
        v = 4 * v * (1 - v)
    return v


def third(x):
    return logistic(x, 3)


exercise(
    "1.1",
    ("la derivada de una iteración", "the derivative of an iteration"),
    right=near(lambda: slope(third, 0.2)),
    wrong=[
        (near(lambda: third(0.2)), ("Ese es el valor de l₃ en 0.2; se pide su derivada.",
                                    "That is the value of l₃ at 0.2; its derivative is asked for.")),
        (near(lambda: slope(logistic, 0.2)), ("Esa es la derivada de l₄: una vuelta de más.",
                                              "That is the derivative of l₄: one turn too many.")),
        (near(lambda: slope(lambda x: logistic(x, 2), 0.2)), ("Esa es la derivada de l₂: falta una vuelta.",
                                                              "That is the derivative of l₂: one turn is missing.")),
        (near(lambda: -slope(third, 0.2)), ("Casi: revisa el signo. ¿Sube o baja l₃ justo después de 0.2?",
                                            "Nearly: look at the sign. Does l₃ rise or fall just after 0.2?")),
    ],
    otherwise=("No es esa. Compárala con una diferencia centrada de l₃.",
               "Not that one. Compare it with a centred difference of l₃."),
    hints=[
        ("Cualquiera de los cuatro caminos sirve; el más corto son tres líneas con un tensor.",
         "Any of the four ways will do; the shortest is three lines with a tensor."),
        ("l recibe el número de vueltas: l(x, 3).", "l takes the number of turns: l(x, 3)."),
        ("x = th.tensor(0.2, requires_grad=True); l(x, 3).backward(); y la respuesta queda en x.grad.",
         "x = th.tensor(0.2, requires_grad=True); l(x, 3).backward(); and the answer is left in x.grad."),
    ],
    done=("Así es. Y es negativa: después de 0.2, l₃ baja.", "That is it. And it is negative: after 0.2, l₃ falls."),
)  # fmt: skip


def centred_error(h):
    return abs((logistic(0.2 + h) - logistic(0.2 - h)) / (2 * h) - 708288 / 78125)


def step(answer):
    """The step, one number."""
    given = numbers(answer)
    near(1.0)(given)  # one number, or words about it
    return float(given.reshape(()))


exercise(
    "1.2",
    ("el mejor paso", "the best step"),
    right=lambda h: step(h) > 0 and centred_error(step(h)) < 1e-8,
    wrong=[
        (lambda h: step(h) <= 0, ("El paso es una distancia: tiene que ser mayor que cero.",
                                  "The step is a distance: it has to be greater than zero.")),
        (lambda h: step(h) > 1e-6, ("Demasiado grande: manda el truncamiento, la secante todavía no es la tangente.",
                                    "Too large: truncation rules, the secant is not the tangent yet.")),
        (lambda h: step(h) < 1e-6, ("Demasiado pequeño: manda el redondeo, al restar se cancelan las cifras.",
                                    "Too small: rounding rules, the subtraction cancels the digits.")),
    ],
    otherwise=("Con ese paso el error todavía pasa de 1e-8.", "With that step the error is still above 1e-8."),
    hints=[
        ("En la gráfica, busca el punto más bajo de la curva centrada.",
         "On the plot, look for the lowest point of the centred curve."),
        ("El truncamiento va como h² y el redondeo como 1e-16/h: se equilibran cerca de la raíz cúbica de 1e-16.",
         "Truncation goes like h², rounding like 1e-16/h: they balance near the cube root of 1e-16."),
    ],
    done=("Bien: ahí se equilibran el truncamiento y el redondeo.", "Good: there truncation and rounding balance."),
)  # fmt: skip

POINTS = ((0.3, 1.0), (1.1, 2.5), (-2.0, 0.5))

exercise(
    "1.3",
    ("el seno de un número dual", "the sine of a dual number"),
    right=agrees(lambda v, t: (math.sin(v), t * slope(math.sin, v)), *POINTS),
    wrong=[
        (agrees(lambda v, t: (math.sin(v), math.cos(v)), *POINTS),
         ("Falta la regla de la cadena: la derivada de la entrada, dot, tiene que multiplicar.",
          "The chain rule is missing: the derivative of the input, dot, has to multiply.")),
        (agrees(lambda v, t: (math.sin(v), -t * math.cos(v)), *POINTS),
         ("El signo: la derivada del seno es el coseno; la del coseno es la que lleva el menos.",
          "The sign: the derivative of the sine is the cosine; it is the cosine's that has the minus.")),
        (agrees(lambda v, t: (math.sin(v), math.sin(t)), *POINTS),
         ("El seno se aplica al valor, no a la derivada: dot no es un ángulo.",
          "The sine applies to the value, not to the derivative: dot is no angle.")),
        (agrees(lambda v, t: (math.sin(v), t * math.sin(v)), *POINTS),
         ("El valor está bien. ¿Y la derivada del seno?", "The value is right. And the derivative of the sine?")),
    ],
    otherwise=("Devuelve un par: primero el valor, sin v; después su derivada.",
               "Return a pair: first the value, sin v; then its derivative."),
    hints=[
        ("Para cualquier función, f(v + v̇ε) = f(v) + f′(v)·v̇·ε.",
         "For any function, f(v + v̇ε) = f(v) + f′(v)·v̇·ε."),
        ("np.sin y np.cos dan lo que hace falta: la derivada de sin es cos.",
         "np.sin and np.cos give what is needed: the derivative of sin is cos."),
    ],
    done=("Eso es: una función nueva son dos líneas, su valor y su derivada.",
          "That is it: a new function is two lines, its value and its derivative."),
)  # fmt: skip


def collatz(x):
    while x < 100:
        x = 3 * x + 1 if x > 10 else x * x
    return x


exercise(
    "1.4",
    ("un programa sin fórmula", "a program without a formula"),
    right=near(lambda: slope(collatz, 3.0)),
    wrong=[
        (near(lambda: collatz(3.0)), ("Ese es el resultado del programa; se pide su derivada.",
                                      "That is the program's result; its derivative is asked for.")),
        (near(108.0), ("Falta la última vuelta: 81 < 100, así que el programa multiplica por 3 una vez más.",
                       "The last turn is missing: 81 < 100, so the program multiplies by 3 once more.")),
        (near(lambda: 3 * 2 * 3 * 3.0), ("Cuidado con la segunda vuelta: ahí x ya no vale 3, sino 9.",
                                         "Mind the second turn: there x is no longer 3 but 9.")),
    ],
    otherwise=("No es esa. Escribe los valores por los que pasa x, y la derivada local de cada vuelta.",
               "Not that one. Write down the values x goes through, and the local derivative of each turn."),
    hints=[
        ("Define collatz y pásale un tensor con requires_grad=True.",
         "Define collatz and give it a tensor with requires_grad=True."),
        ("Los while e if comparan el tensor como si fuera un número: no hay que cambiar nada.",
         "while and if compare the tensor as if it were a number: nothing has to be changed."),
    ],
    done=("Bien: 3 → 9 → 81 → 244, y las derivadas locales 6, 18 y 3 se multiplican.",
          "Good: 3 → 9 → 81 → 244, and the local derivatives 6, 18 and 3 multiply."),
)  # fmt: skip
