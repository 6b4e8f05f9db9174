"""Chapter 3: the dynamic graph. Leans on judging, creation and reading."""

from ...ops.creation import tensor
from ..reading import read
from .judging import FOUR, Unfit, exercise, near, tensor_given


def operations(result):
    """How many operations stand in the graph of a result."""
    return sum(node.kind == "operation" for node in read(result, values=False).nodes)


def odd(x):
    v = x
    for _ in range(3):
        v = v / 2 if v > 10 else v * x
    return v + 1


exercise(
    "3.1",
    ("cuántas operaciones se registran", "how many operations are recorded"),
    right=near(lambda: operations(odd(tensor(4.0, requires_grad=True)))),
    wrong=[
        (near(3), ("Son tres las vueltas. ¿Y lo que pasa después de ellas?",
                   "There are three turns. And what happens after them?")),
        (near(2), ("Cada vuelta registra una operación, tome la rama que tome.",
                   "Each turn records an operation, whichever branch it takes.")),
        (near(7), ("Los if no se registran: solo las operaciones entre tensores.",
                   "The ifs are not recorded: only the operations on tensors.")),
        (near(8), ("Solo se registra la rama que se toma, no las dos.",
                   "Only the branch that is taken is recorded, not both.")),
    ],
    otherwise=("No es esa cuenta. Sigue a v: ¿cuánto vale al empezar cada vuelta?",
               "Not that count. Follow v: what is its value as each iteration begins?"),
    hints=[
        ("Escribe una línea por vuelta: 4 → 16 → …", "Write a line for each iteration: 4 → 16 → …"),
        ("lab.graph(f(x)).nodes las tiene todas; las de kind == 'operation' son operaciones.",
         "lab.graph(f(x)).nodes has them all; those of kind == 'operation' are operations."),
    ],
    done=("Así es: un producto, dos divisiones y una suma; los if no dejaron huella.",
          "That is it: a product, two divisions and a sum; the ifs left no trace."),
)  # fmt: skip

exercise(
    "3.2",
    ("qué tensores son hojas", "which tensors are leaves"),
    right=near((1, 0, 1, 1), kind=FOUR),
    wrong=[
        (near((1, 0, 0, 0)), ("También es hoja lo que se calculó sin que nadie lo registrara: mira d y e.",
                              "What was computed without anybody recording it is a leaf too: look at d and e.")),
        (near((1, 0, 1, 0)), ("e viene de detach: su historia se quedó atrás, así que ahí empieza de nuevo.",
                              "e comes from detach: its history stayed behind, so it begins there anew.")),
        (near((1, 0, 0, 1)), ("d sale de una operación entre tensores que no requieren gradiente: no se registró.",
                              "d comes from an operation on tensors that do not require grad: it was not recorded.")),
        (near((1, 1, 1, 1)), ("b la produjo una operación registrada: a requiere gradiente.",
                              "b was made by a recorded operation: a requires grad.")),
    ],
    otherwise=("No son esas. Pregúntate de cada una: ¿la produjo una operación registrada?",
               "Not those. Ask of each: was it made by a recorded operation?"),
    hints=[
        ("Una operación se registra si alguno de sus operandos requiere gradiente.",
         "An operation is recorded if one of its operands requires grad."),
        ("Ejecuta las cuatro líneas y pregunta a.is_leaf, b.is_leaf…",
         "Run the four lines and ask a.is_leaf, b.is_leaf…"),
    ],
    done=("Eso es. Solo b tiene una operación registrada detrás.", "Right. Only b has a recorded operation behind it."),
)  # fmt: skip


def made(function):
    """What the learner's function makes for 50.

    Raises:
        Unfit: if that is no tensor of 50 numbers.
    """
    weights = tensor_given(function, 50)
    if tuple(weights.shape) != (50,):
        raise Unfit(("La función debe devolver un tensor de n números.",
                     "The function has to return a tensor of n numbers."))  # fmt: skip
    return weights


def within(weights):
    values = weights.detach()
    return bool(values.abs().max() <= 0.1) and bool(values.min() < 0) and len(set(values.tolist())) > 40


exercise(
    "3.3",
    ("pesos pequeños que sean hojas", "small weights that are leaves"),
    right=lambda f: (w := made(f)).is_leaf and w.requires_grad and within(w),
    wrong=[
        (lambda f: not made(f).is_leaf, ("Es un resultado, no una hoja: el requires_grad llegó antes que la cuenta.",
                                         "It is a result, not a leaf: requires_grad came before the arithmetic.")),
        (lambda f: not made(f).requires_grad, ("Es hoja, pero nadie le pidió gradiente.",
                                               "It is a leaf, but nobody asked for its gradient.")),
        (lambda f: not within(made(f)), ("Es una hoja que requiere gradiente; revisa los números: al azar, entre −0.1 y 0.1, "
                                         "con los dos signos.",
                                         "It is a leaf that requires grad; look at the numbers: random, between −0.1 and "
                                         "0.1, of both signs.")),
    ],
    otherwise=("Se pide una hoja que requiera gradiente, con números entre −0.1 y 0.1.",
               "A leaf that requires grad is asked for, with numbers between −0.1 and 0.1."),
    hints=[
        ("th.rand(n) da números entre 0 y 1: estíralos y muévelos.",
         "th.rand(n) gives numbers between 0 and 1: stretch and shift them."),
        ("Haz la cuenta primero y termina con .requires_grad_().", "Do the arithmetic first, end with .requires_grad_()."),
    ],
    done=("Bien: primero el número, después requires_grad.", "Good: first the number, then requires_grad."),
)  # fmt: skip


def counts(function):
    """How many operations the learner's function records at 2 and at −2."""
    results = [tensor_given(function, tensor(at, requires_grad=True)) for at in (2.0, -2.0)]
    return [operations(result) if result.grad_fn is not None else 0 for result in results]


exercise(
    "3.4",
    ("una gráfica que depende del signo", "a graph that depends on the sign"),
    right=lambda f: counts(f) == [3, 1],
    wrong=[
        (lambda f: counts(f) == [1, 3], ("Es al revés: tres operaciones con x positivo, una con x negativo.",
                                         "The other way round: three operations for positive x, one for negative.")),
        (lambda f: 0 in counts(f), ("En uno de los casos no se registró nada: ¿se usó un número de Python en lugar de x, "
                                    "o se devuelve la propia x, sin operar?",
                                    "In one of the cases nothing was recorded: was a Python number used in place of x, or "
                                    "is x itself returned, with nothing done to it?")),
        (lambda f: len(set(counts(f))) == 1, ("La gráfica es la misma con los dos signos: hace falta un if de Python "
                                              "(th.where registra siempre lo mismo).",
                                              "The graph is the same for both signs: it takes a Python if (th.where always "
                                              "records the same).")),
    ],
    otherwise=("La gráfica cambia con el signo, pero las cuentas no son 3 y 1.",
               "The graph changes with the sign, but the counts are not 3 and 1."),
    hints=[
        ("Un if x > 0 de Python elige; cada rama hace sus propias operaciones.",
         "A Python if x > 0 chooses; each branch does its own operations."),
        ("Cada método cuenta una: x.sin().cos().exp() son tres.", "Each method counts one: x.sin().cos().exp() is three."),
    ],
    done=("Bien: el programa decide y la gráfica solo guarda lo que pasó.",
          "Good: the program decides, and the graph only keeps what happened."),
)  # fmt: skip
