"""Chapter 10: from gradients to learning. Leans on judging, nn and creation."""

import math

from ...nn import Linear
from ...ops.creation import tensor
from .judging import ask_work, exercise, given, near, numbers, slope


def loss(w):
    return (w - 3) ** 2


def descended(steps, lr=0.25, sign=-1):
    w = 0.0
    for _ in range(steps):
        w += sign * lr * slope(loss, w)
    return w


exercise(
    "10.1",
    ("dos pasos cuesta abajo", "two steps downhill"),
    right=near(lambda: descended(2)),
    wrong=[
        (near(lambda: descended(1)), ("Ese es el primer paso; falta el segundo, con el gradiente de ahí.",
                                      "That is the first step; the second is missing, with the gradient from there.")),
        (near(lambda: descended(2, sign=1)), ("Se aleja: el paso va en contra del gradiente.",
                                              "It moves away: the step goes against the gradient.")),
        (near(lambda: descended(3)), ("Esos son tres pasos; se piden dos.", "Those are three steps; two are asked for.")),
        (near(3), ("Ese es el mínimo. El segundo paso es más corto que el primero: el gradiente se mide otra vez, en el "
                   "punto nuevo.",
                   "That is the minimum. The second step is shorter than the first: the gradient is measured anew, at "
                   "the new point.")),
    ],
    otherwise=("No. El gradiente es 2(w − 3); cada paso resta 0.25 veces eso.",
               "No. The gradient is 2(w − 3); each step subtracts 0.25 times that."),
    hints=[
        ("En w = 0 el gradiente es −6.", "At w = 0 the gradient is −6."),
        ("El primer paso llega a 1.5, y ahí el gradiente es −3.", "The first step gets to 1.5, and there the gradient is −3."),
    ],
    done=("Bien: 0, 1.5, 2.25; cada paso recorre la mitad de lo que falta.",
          "Good: 0, 1.5, 2.25; each step goes half of the way that is left."),
)  # fmt: skip

exercise(
    "10.2",
    ("contar parámetros", "counting parameters"),
    right=near(10 * 5 + 5 + 5 * 2 + 2),
    wrong=[
        (near(60), ("Esos son los pesos; cada capa tiene además un sesgo por salida.",
                    "Those are the weights; each layer has a bias for each output as well.")),
        (near(100), ("Las capas no se multiplican entre sí: cada una tiene los suyos.",
                     "The layers are not multiplied with each other: each has its own.")),
        (near(55), ("Esos son los de la primera capa.", "Those are the first layer's.")),
        (near(72), ("ReLU no tiene parámetros.", "ReLU has no parameters.")),
        (near(17), ("Esas son las neuronas: 10 + 5 + 2.", "Those are the neurons: 10 + 5 + 2.")),
    ],
    otherwise=("No es esa cuenta: pesos más sesgos, capa por capa.", "Not that count: weights plus biases, layer by layer."),
    hints=[
        ("nn.Linear(a, b) tiene a·b pesos y b sesgos.", "nn.Linear(a, b) has a·b weights and b biases."),
        ("Suma p.numel() de cada parámetro.", "Add p.numel() of each parameter."),
    ],
    done=("Así es: 55 y 12.", "That is it: 55 and 12."),
)  # fmt: skip

LOGITS = ((2.0, -1.0, 0.5), (0.1, 0.2, 3.0))
CLASSES = (0, 1)


def log_probabilities():
    return [[v - math.log(sum(map(math.exp, row))) for v in row] for row in LOGITS]


def entropy(function, scale=1.0):
    """The learner's loss of the rows above, times ``scale``."""
    return given(function, tensor(LOGITS) * scale, tensor(CLASSES))


TERMS = [-row[k] for row, k in zip(log_probabilities(), CLASSES)]
COLUMNS = [math.log(sum(math.exp(row[k]) for row in LOGITS)) for k in CLASSES]
SUMS = [term + row[k] for term, row, k in zip(TERMS, LOGITS, CLASSES)]

exercise(
    "10.3",
    ("la entropía cruzada", "cross-entropy"),
    right=lambda f: near(sum(TERMS) / 2)(entropy(f)) and near((0 + 560) / 2)(entropy(f, 200.0)),
    wrong=[
        (lambda f: near(sum(TERMS))(entropy(f)), ("Casi: sale la suma, y se pide el promedio.",
                                                  "Nearly: the sum comes out, and the average is asked for.")),
        (lambda f: near(TERMS)(entropy(f)), ("Salen las pérdidas de cada fila; falta promediarlas.",
                                             "The losses of each row come out; they have to be averaged.")),
        (lambda f: near(-sum(TERMS) / 2)(entropy(f)), ("El signo: la pérdida es −ln p, positiva.",
                                                       "The sign: the loss is −ln p, positive.")),
        (lambda f: near(sum(TERMS) / 2)(entropy(f)) and not math.isfinite(float(numbers(entropy(f, 200.0)))),
         ("Es correcta, pero con números grandes da inf o nan: la exponencial se sale de lo que cabe. Usa logsumexp.",
          "It is right, but with large numbers it gives inf or nan: the exponential leaves what fits. Use logsumexp.")),
        (lambda f: near(sum(math.exp(-term) for term in TERMS) / 2)([abs(v) for v in [float(numbers(entropy(f)))]]),
         ("Eso es la probabilidad de la clase correcta: falta el logaritmo.",
          "That is the probability of the right class: the logarithm is missing.")),
        (lambda f: near(sum(c - row[k] for c, row, k in zip(COLUMNS, LOGITS, CLASSES)) / 2)(entropy(f)),
         ("Sumas por columnas. Cada fila es un ejemplo: la suma de exponenciales va sobre dim=1.",
          "You sum over columns. Each row is an example: the sum of exponentials goes over dim=1.")),
        (lambda f: near(sum(SUMS[a] - LOGITS[b][k] for b in (0, 1) for a, k in enumerate(CLASSES)) / 4)(entropy(f)),
         ("logits[:, t] toma de cada fila las clases de todas; hace falta una por fila: logits[th.arange(len(t)), t].",
          "logits[:, t] takes from each row the classes of all; one per row is needed: logits[th.arange(len(t)), t].")),
        (lambda f: near(-(LOGITS[0][0] + LOGITS[1][1]) / 2)(entropy(f)),
         ("Falta el denominador: el logaritmo de la suma de exponenciales de la fila.",
          "The denominator is missing: the logarithm of the row's sum of exponentials.")),
    ],
    otherwise=("No es esa pérdida: −ln de la probabilidad de la clase correcta, en promedio.",
               "Not that loss: −ln of the probability of the right class, on average."),
    hints=[
        ("−ln p = logsumexp(fila) − logit de la clase correcta.", "−ln p = logsumexp(row) − logit of the right class."),
        ("logits[th.arange(len(t)), t] toma el de cada fila.", "logits[th.arange(len(t)), t] takes the one of each row."),
    ],
    done=("Bien. Así está hecha la de la biblioteca.", "Good. The library's is made this way."),
)  # fmt: skip


def fitted(function, steps=200):
    """(weight, bias, loss) after the learner's training on y = 3x + 1, and whether the parameters moved."""
    ask_work(function)
    model = Linear(1, 1)
    model.requires_grad_(False)
    model.weight.copy_(tensor([[0.5]]))
    model.bias.copy_(tensor([-0.5]))
    model.requires_grad_(True)
    X = tensor([[-1.0], [-0.5], [0.0], [0.5], [1.0]])
    y = 3 * X + 1
    function(model, X, y, steps)
    w, b = model.weight.item(), model.bias.item()
    return w, b


START = 2.5**2 + 1.5**2


def miss(function, steps=200):
    w, b = fitted(function, steps)
    return (w - 3) ** 2 + (b - 1) ** 2


def still(function):
    return fitted(function) == (0.5, -0.5)


def flat(function):
    """Whether the line became the average of y: what a difference spread to 5 × 5 leads to."""
    w, b = fitted(function)
    return abs(w) < 0.05 and abs(b - 1) < 0.05


exercise(
    "10.4",
    ("un ciclo de entrenamiento", "a training loop"),
    right=lambda f: miss(f) < 1e-2,
    wrong=[
        (still, ("Los parámetros no se movieron. Hace falta backward(), que deja los gradientes, y después, sin borrarlos, "
                 "step(); a mano, p -= …, que cambia el tensor en su sitio.",
                 "The parameters did not move. It takes backward(), which leaves the gradients, and then, without clearing "
                 "them, step(); by hand, p -= …, which changes the tensor in place.")),
        (flat, ("Sale la recta plana y = 1. ¿Tienen model(X) y y la misma forma? Si una es (5, 1) y la otra (5,), la resta "
                "se extiende a 5 × 5.",
                "The flat line y = 1 comes out. Do model(X) and y have the same shape? If one is (5, 1) and the other (5,), "
                "their difference spreads to 5 × 5.")),
        (lambda f: not math.isfinite(miss(f)) or miss(f) > START,
         ("Se aleja: ¿el paso va en contra del gradiente, y no es demasiado largo? ¿Borras los gradientes? ¿Calculas la "
          "pérdida dentro del ciclo?",
          "It moves away: does the step go against the gradient, and is it not too long? Do you clear the gradients? Do you "
          "compute the loss inside the loop?")),
        (lambda f: near(miss(f, 1))(miss(f, 200)), ("200 pasos dan lo mismo que uno: ¿está todo dentro del ciclo?",
                                                    "200 steps give the same as one: is everything inside the loop?")),
        (lambda f: miss(f, 2000) < miss(f) / 4, ("Va bien, pero despacio: prueba con una tasa mayor.",
                                                "It goes well, but slowly: try a larger rate.")),
        (lambda f: miss(f) > 1e-2, ("Da vueltas sin llegar: ¿borras los gradientes en cada paso? ¿Haces el optimizador una sola "
                                    "vez, antes del ciclo?",
                                    "It goes round without arriving: do you clear the gradients at each step? Do you make the "
                                    "optimizer once only, before the loop?")),
    ],
    otherwise=("La recta que sale no es y = 3x + 1.", "The line that comes out is not y = 3x + 1."),
    hints=[
        ("Los cuatro tiempos de 10.3, dentro de un for de steps vueltas.",
         "The four beats of 10.3, inside a for loop of steps iterations."),
        ("Con Adam y lr=0.1, 200 pasos sobran.", "With Adam and lr=0.1, 200 steps are plenty."),
    ],
    done=("Aprendió la recta.", "It has learned the line."),
)  # fmt: skip
