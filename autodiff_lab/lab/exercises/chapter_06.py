"""Chapter 6: what is not recorded, and writing over what is. Leans on judging, creation, nn and reading."""

import math

from ...nn import Linear, Sequential, Tanh
from ...ops.creation import tensor
from .judging import FOUR, ask_work, exercise, near, slope, tensor_given

exercise(
    "6.1",
    ("quién requiere gradiente", "who requires grad"),
    right=near((1, 0, 0, 1), kind=FOUR),
    wrong=[
        (near((0, 0, 0, 1)), ("En a hay un detach, pero también está w: basta con un operando que lo requiera.",
                              "There is a detach in a, but w is there as well: one operand that requires it is enough.")),
        (near((1, 0, 0, 0)), ("d se calcula fuera del no_grad, y uno de sus operandos es w.",
                              "d is computed outside of no_grad, and one of its operands is w.")),
        (near((1, 0, 1, 1)), ("c se calculó dentro de no_grad: ahí nada se registra.",
                              "c was computed within no_grad: nothing is recorded there.")),
        (near((0, 1, 1, 0)), ("Al revés: esos son los que no lo requieren.",
                              "The other way round: those are the ones that do not require it.")),
        (near((1, 1, 1, 1)), ("No todos: b y c se calcularon sin que nada se registrara.",
                              "Not all: b and c were computed with nothing recorded.")),
        (near((1, 1, 0, 1)), ("b solo conoce a w.detach(), que no requiere gradiente.",
                              "b only knows w.detach(), which does not require grad.")),
    ],
    otherwise=("No son esos. De cada uno: ¿se registró la operación, y algún operando requiere gradiente?",
               "Not those. Of each: was the operation recorded, and does an operand require grad?"),
    hints=[
        ("Dos condiciones: que haya registro, y que algún operando requiera gradiente.",
         "Two conditions: that recording is on, and that an operand requires grad."),
        ("Ejecuta las líneas y pregunta .requires_grad a cada uno.", "Run the lines and ask each for .requires_grad."),
    ],
    done=("Así es.", "That is it."),
)  # fmt: skip


def frozen(function):
    """Which parameters require grad after the learner's function, in two networks; all do before."""
    ask_work(function)
    found = []
    for sizes in ((2, 3, 4), (1, 5, 5, 1)):
        layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (Linear(a, b), Tanh())]
        model = Sequential(*layers[:-1])
        function(model)
        found.append([p.requires_grad for p in model.parameters()])
    return found


LAST_ONLY = [[False, False, True, True], [False, False, False, False, True, True]]


exercise(
    "6.2",
    ("congelar todo menos la última capa", "freezing all but the last layer"),
    right=lambda f: frozen(f) == LAST_ONLY,
    wrong=[
        (lambda f: all(map(all, frozen(f))),
         ("No se congeló ningún parámetro. Un módulo se congela con .requires_grad_(False); un parámetro p, con "
          "p.requires_grad = False.",
          "No parameter was frozen. A module is frozen by .requires_grad_(False); a parameter p, by "
          "p.requires_grad = False.")),
        (lambda f: not any(map(any, frozen(f))), ("Congelaste todo: la última capa también. Vuelve a encenderla.",
                                                  "You froze everything, the last layer too. Switch it on again.")),
        (lambda f: frozen(f) == [[not p for p in row] for row in LAST_ONLY],
         ("Al revés: congelaste la última y dejaste las demás.", "The other way round: you froze the last and left the others.")),
        (lambda f: frozen(f)[0] == LAST_ONLY[0], ("Funciona con dos capas y no con tres: son todas menos la última, no la primera.",
                                                  "It works with two layers and not with three: all but the last, not the first.")),
        (lambda f: any(len(set(row[-2:])) > 1 for row in frozen(f)),
         ("La última capa tiene dos parámetros, weight y bias: los dos siguen aprendiendo.",
          "The last layer has two parameters, weight and bias: both go on learning.")),
    ],
    otherwise=("Se congelaron otros. Míralo con lab.tree(model).", "Others were frozen. Look at it with lab.tree(model)."),
    hints=[
        ("model.requires_grad_(False) congela un módulo entero.", "model.requires_grad_(False) freezes a whole module."),
        ("La última capa es model[-1]; también es un módulo.", "The last layer is model[-1]; it is a module as well."),
    ],
    done=("Bien. Así se afina una red que otra persona entrenó.", "Good. That is how a network somebody else trained is tuned."),
)  # fmt: skip

AT = (0.3, -1.0, 0.8)


def softened(function):
    """Numbers, and gradient of their weighted sum, of the learner's function.

    Instead of the gradient, None if none came, or the error on the way back.
    """
    x = tensor(AT, requires_grad=True)
    y = tensor_given(function, x)
    if y.requires_grad:
        try:
            (y * tensor((1.0, 2.0, 4.0))).sum().backward()
        except RuntimeError as error:
            return y, error
    return y, x.grad


def weighted(*x):
    e = [math.exp(v) for v in x]
    return (e[0] + 2 * e[1] + 4 * e[2]) / sum(e)


def values_right(y):
    return near([math.exp(v) / sum(map(math.exp, AT)) for v in AT])(y)


def right_softening(f):
    y, grad = softened(f)
    return (
        values_right(y)
        and grad is not None
        and not isinstance(grad, RuntimeError)
        and near([slope(weighted, *AT, argument=k) for k in range(3)])(grad)
    )


exercise(
    "6.3",
    ("sin escribir encima", "without writing over"),
    right=right_softening,
    wrong=[
        (lambda f: values_right(softened(f)[0]) and softened(f)[1] is None,
         ("Los números están bien, pero la gráfica se rompió: ya no hay gradiente.",
          "The numbers are right, but the graph is broken: there is no gradient any more.")),
        (lambda f: values_right(softened(f)[0]) and isinstance(softened(f)[1], RuntimeError),
         ("Los números están bien, pero al regresar falla: se sigue escribiendo sobre lo que exp guardó.",
          "The numbers are right, but going back fails: what exp saved is written over still.")),
        (lambda f: values_right(softened(f)[0]),
         ("Los números están bien y el gradiente no: ¿hay algún detach, .data o no_grad que esconda una parte?",
          "The numbers are right and the gradient is not: does a detach, a .data or a no_grad hide a part?")),
        (lambda f: near([math.exp(v) for v in AT])(softened(f)[0]),
         ("Falta dividir entre la suma.", "The division by the sum is missing.")),
    ],
    otherwise=("No da los mismos números que la original.", "It does not give the numbers of the original."),
    hints=[
        ("y /= … escribe sobre y, que exp había guardado.", "y /= … writes over y, which exp had saved."),
        ("y / y.sum() hace un tensor nuevo.", "y / y.sum() makes a new tensor."),
    ],
    done=("Eso es. Se llama softmax, y la verás en el capítulo 10.", "That is it. It is called softmax; you will meet it in chapter 10."),
)  # fmt: skip


def stopped(function):
    """Value and gradient of the learner's function at 3, and at −2; a gradient is 0 if none came."""
    found = []
    for at in (3.0, -2.0):
        x = tensor(at, requires_grad=True)
        y = tensor_given(function, x)
        if y.requires_grad:
            y.backward()
        found += [y.item(), x.grad.item() if x.grad is not None else 0.0]
    return found


exercise(
    "6.4",
    ("un factor que cuenta como constante", "a factor that counts as a constant"),
    right=lambda f: near((9, 3, 4, -2))(stopped(f)),
    wrong=[
        (lambda f: near((9, 6, 4, -4))(stopped(f)), ("El valor está bien; el gradiente es 2x, porque los dos factores cuentan.",
                                              "The value is right; the gradient is 2x, for both factors count.")),
        (lambda f: near((9, 0, 4, 0))(stopped(f)), ("El valor está bien, pero no llega ningún gradiente: uno de los factores ha de "
                                              "seguir siendo x.",
                                              "The value is right, but no gradient arrives: one of the factors has to be x "
                                              "still.")),
        (lambda f: near((3, -2))(stopped(f)[1::2]), ("El gradiente está bien, pero el valor ya no es x².",
                                                     "The gradient is right, but the value is no longer x².")),
        (lambda f: near((9, 3))(stopped(f)[:2]), ("En x = 3 acierta, y en x = −2 no: ha de valer con cualquier x.",
                                                  "It is right at x = 3 and not at x = −2: it has to hold for any x.")),
    ],
    otherwise=("En x = 3 se espera el valor 9 y el gradiente 3; en x = −2, 4 y −2.",
               "At x = 3 the value 9 and the gradient 3 are expected; at x = −2, 4 and −2."),
    hints=[
        ("¿Cuál de las tres maneras de 6.1 convierte un tensor en constante?",
         "Which of the three ways of 6.1 makes a tensor a constant?"),
        ("x.detach() tiene el mismo número que x.", "x.detach() has the same number as x."),
    ],
    done=("Bien: el mismo número, pero solo un camino registrado.", "Good: the same number, but only one recorded path."),
)  # fmt: skip
