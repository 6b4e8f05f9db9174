"""Chapter 11: your own autograd. Leans on judging."""

import math

from .judging import NOTHING, Unfit, agrees, ask_work, exercise, near, numbers, slope


def sine_of_square(x):
    return math.sin(x * x)


POINTS = (0.5, 1.2, -2.0)

TUPLES = (
    "Los padres y las derivadas locales van en tuplas, aunque haya uno solo: (v,) y no v.",
    "Parents and local derivatives go in tuples, even if there is one only: (v,) and not v.",
)
VALUE = (
    "Tu operación devuelve un número suelto, sin historia: ha de devolver un Valor.",
    "Your operation returns a bare number, without a history: it has to return a Value.",
)


PARENTS = (
    "Los padres son Valores, no números: (v,) y no (v.data,).",
    "Parents are Values, not numbers: (v,) and not (v.data,).",
)
SAID = {  # what Python says of an operation that gives no Value, or one put together wrongly, and what we say
    "object is not iterable": TUPLES,
    "has no attribute 'parents'": PARENTS,
    "'NoneType' object has no attribute": NOTHING,
    "object has no attribute 'grad'": VALUE,
}


def told_of_values(test):
    """The test, with words of its own for an operation that gives no Value, or one that is put together wrongly."""

    def tried(function):
        try:
            return test(function)
        except (AttributeError, TypeError) as error:
            for words, pair in SAID.items():
                if words in str(error):
                    raise Unfit(pair) from None
            raise

    return tried


exercise(
    "11.1",
    ("una operación nueva", "a new operation"),
    right=told_of_values(agrees(lambda x: (sine_of_square(x), slope(sine_of_square, x)), *POINTS)),
    wrong=[
        (agrees(lambda x: (sine_of_square(x), -slope(sine_of_square, x)), *POINTS),
         ("El signo: la derivada del seno es el coseno.", "The sign: the derivative of the sine is the cosine.")),
        (agrees(lambda x: (sine_of_square(x), math.sin(x * x) * 2 * x), *POINTS),
         ("El valor está bien; como derivada local pusiste otra vez el seno.",
          "The value is right; for the local derivative you have put the sine again.")),
        (agrees(lambda x: (sine_of_square(x), 0.0), *POINTS),
         ("El gradiente no llega: el Valor nuevo ha de decir quién es su padre y con qué derivada.",
          "The gradient does not arrive: the new Value has to say who its parent is, and with which derivative.")),
        (agrees(lambda x: (sine_of_square(x), 2 * x), *POINTS),
         ("La derivada local no puede ser 1: depende de dónde está v.",
          "The local derivative cannot be 1: it depends on where v is.")),
    ],
    otherwise=("El valor o la derivada no son los de sin(x²).", "Value or derivative are not those of sin(x²)."),
    hints=[
        ("Mira cómo está hecha exp: valor, padres, derivada local.", "Look at how exp is made: value, parents, local derivative."),
        ("La derivada local es math.cos(v.data).", "The local derivative is math.cos(v.data)."),
    ],
    done=("Bien: una operación nueva, una línea.", "Good: a new operation, one line."),
)  # fmt: skip

PAIRS = ((1.0, 2.0), (4.0, 1.0), (-2.0, -1.0))


def smaller(p, q):
    return (3 * p, 3.0, 0.0) if 3 * p < 5 * q else (5 * q, 0.0, 5.0)


exercise(
    "11.2",
    ("el menor de dos", "the smaller of two"),
    right=told_of_values(agrees(smaller, *PAIRS)),
    wrong=[
        (agrees(lambda p, q: (smaller(p, q)[0], 3.0, 5.0), *PAIRS),
         ("A los dos les llega gradiente; si el mayor se mueve un poquito, el menor no cambia.",
          "Both receive a gradient; if the larger one moves a little, the smaller does not change.")),
        (agrees(lambda p, q: (smaller(p, q)[0], 1.5, 2.5), *PAIRS),
         ("Mitad y mitad solo tendría sentido en un empate.", "Half and half would only make sense in a tie.")),
        (agrees(lambda p, q: (smaller(p, q)[0], 3.0 - smaller(p, q)[1], 5.0 - smaller(p, q)[2]), *PAIRS),
         ("Al revés: le llega al mayor.", "The other way round: the larger one receives it.")),
        (agrees(lambda p, q: (smaller(p, q)[0], 0.0, 0.0), *PAIRS),
         ("El valor está bien, pero el gradiente no llega a nadie.", "The value is right, but the gradient reaches nobody.")),
        (lambda f: all(near(smaller(*at)[0])(f(*at)[0]) for at in PAIRS),
         ("El valor está bien; las derivadas locales, no. Si el menor se mueve un poquito, ¿cuánto se mueve el resultado? "
          "¿Y si se mueve el mayor?",
          "The value is right; the local derivatives are not. If the smaller moves a little, how much does the result "
          "move? And if the larger does?")),
    ],
    otherwise=("El valor no es el menor de los dos.", "The value is not the smaller of the two."),
    hints=[
        ("Mueve un poquito cada argumento: ¿se entera el resultado?", "Move each argument a little: does the result hear of it?"),
        ("Las derivadas locales son 1 para el menor y 0 para el otro.",
         "The local derivatives are 1 for the smaller and 0 for the other."),
    ],
    done=("Así es: todo para el menor. Es como un if en el camino.", "That is it: all for the smaller. It is like an if on the way."),
)  # fmt: skip


def twice(answer):
    ask_work(answer)
    return [numbers(answer(at)) for at in (3.0, 1.0)]


exercise(
    "11.3",
    ("acumular solo en las hojas", "accumulating in leaves only"),
    right=lambda f: near((108, 216, 4, 8))([*twice(f)[0], *twice(f)[1]]),
    wrong=[
        (lambda f: near((0, 0))(twice(f)[0]),
         ("A la hoja no le llega nada: ¿empieza el resultado con 1? ¿Se suma en el grad de las hojas?",
          "Nothing arrives at the leaf: does the result begin with 1? Is it added to the grad of leaves?")),
        (lambda f: near((108, 324))(twice(f)[0]), ("Sigue como antes: los intermedios recuerdan la primera vez.",
                                                   "As before: the intermediate ones remember the first time.")),
        (lambda f: near((108, 108))(twice(f)[0]), ("Las hojas también se borran: la segunda llamada ha de sumar.",
                                                   "The leaves are cleared too: the second call has to add.")),
        (lambda f: near((108, 432))(twice(f)[0]) or near((216, 432))(twice(f)[0]),
         ("Se suma dos veces: ¿empieza el resultado en 1 cada vez?", "It is added twice: does the result begin at 1 each time?")),
        (lambda f: near((6, 12))(twice(f)[0]), ("Solo se recorre un paso: hay que ir por toda la lista.",
                                                "Only one step is walked: go through the whole list.")),
    ],
    otherwise=("Se espera 108 después de la primera llamada y 216 después de la segunda.",
               "108 is expected after the first call, and 216 after the second."),
    hints=[
        ("O borras el grad de los intermedios al empezar, o llevas los adjuntos en un diccionario aparte.",
         "Either clear the grad of intermediate ones at the start, or keep the adjoints in a dictionary apart."),
        ("Una hoja es un Valor sin padres.", "A leaf is a Value without parents."),
    ],
    done=("Bien. Así lo hace engine.py.", "Good. That is how engine.py does it."),
)  # fmt: skip
