"""Chapter 5: accumulate, clear, free. Leans on judging and creation."""

from ...ops.creation import tensor
from .judging import Unfit, ask_work, exercise, near

exercise(
    "5.1",
    ("lo que se acumula en .grad", "what accumulates in .grad"),
    right=near(15),
    wrong=[
        (near(5), ("Ese es solo el último backward: los otros no se borraron.",
                   "That is the last backward alone: the others were not cleared.")),
        (near(10), ("Falta la línea x.grad *= 2, o la última suma: sigue las cinco líneas en orden.",
                    "The line x.grad *= 2 is missing, or the last sum: follow the five lines in order.")),
        (near(20), ("Se duplicó todo; la última contribución llega después de duplicar.",
                    "Everything was doubled; the last contribution comes after the doubling.")),
        (near(13), ("La derivada de x² en 1 es 2, no 1: revisa la segunda línea.",
                    "The derivative of x² at 1 is 2: look at the second line again.")),
    ],
    otherwise=("No. Escribe x.grad después de cada línea: 3, …", "No. Write x.grad after each line: 3, …"),
    hints=[
        ("Después de las dos primeras, x.grad vale 3 + 2.", "After the first two, x.grad is 3 + 2."),
        ("x.grad es un tensor como cualquiera: se puede multiplicar, y backward suma sobre lo que encuentre.",
         "x.grad is a tensor like any other: you may multiply it, and backward adds to whatever it finds."),
    ],
    done=("Bien: (3 + 2)·2 + 5.", "Good: (3 + 2)·2 + 5."),
)  # fmt: skip


def walked(step, stale=None):
    """Where w comes from 1 in two of the learner's steps down w², with lr 0.1; ``stale`` is a gradient left over."""
    ask_work(step)
    w = tensor(1.0, requires_grad=True)
    if stale is not None:
        w.grad = tensor(stale)
    losses = []

    def loss(w):
        losses.append(1)
        return w**2

    places = []
    for _ in range(2):
        step(w, loss, 0.1)
        places.append(w.item())
    if len(losses) != 2:
        raise Unfit(("En cada paso, calcula la pérdida una sola vez: loss_fn(w).",
                     "Compute the loss once in each step: loss_fn(w)."))  # fmt: skip
    return places


exercise(
    "5.2",
    ("un paso de entrenamiento", "a training step"),
    right=lambda f: near((0.8, 0.64))(walked(f)) and near((0.8, 0.64))(walked(f, stale=5.0)),
    wrong=[
        (lambda f: near((1.2, 1.44))(walked(f)), ("Sube en lugar de bajar: el paso va en contra del gradiente.",
                                                  "It climbs instead of going down: the step goes against the gradient.")),
        (lambda f: near((1.0, 1.0))(walked(f)), ("w no se movió: hay que cambiarla en su sitio (w -= …), dentro de no_grad.",
                                                 "w did not move: it has to be changed in place (w -= …), within no_grad.")),
        (lambda f: near((0.8, 0.44))(walked(f)), ("El segundo paso arrastra el gradiente del primero: falta borrar.",
                                                  "The second step drags the first one's gradient along: clear it.")),
        (lambda f: near((0.8, 0.64))(walked(f)), ("Casi: borras al final. Si alguien dejó un gradiente en w antes de llamar, "
                                                  "se suma. Borra al principio.",
                                                  "Nearly: you clear at the end. If somebody left a gradient in w before the "
                                                  "call, it is added. Clear at the beginning.")),
        (lambda f: near((-1.0, 1.0))(walked(f)), ("Falta lr: el gradiente entero es un paso demasiado largo.",
                                                  "lr is missing: the whole gradient is too long a step.")),
    ],
    otherwise=("w no llega a donde debería: desde 1, con la pérdida w² y lr = 0.1, los dos pasos llevan a 0.8 y a 0.64.",
               "w does not get where it should: from 1, with the loss w² and lr = 0.1, two steps lead to 0.8 and to 0.64."),
    hints=[
        ("Cuatro líneas: borrar, calcular y regresar, abrir no_grad, mover.",
         "Four lines: clear, compute and go back, open no_grad, move."),
        ("w.grad = None borra; w -= lr * w.grad mueve.", "w.grad = None clears; w -= lr * w.grad moves."),
    ],
    done=("Bien. Ese es el corazón de todo entrenamiento.", "Good. That is the heart of all training."),
)  # fmt: skip

exercise(
    "5.3",
    ("partir un lote en trozos desiguales", "cutting a batch into unequal pieces"),
    right=near((2 / 12, 4 / 12, 6 / 12)),
    wrong=[
        (near((1 / 3, 1 / 3, 1 / 3)), ("Eso vale para trozos iguales; aquí el de 6 filas pesa más.",
                                       "That holds for equal pieces; here the one of 6 rows weighs more.")),
        (near((1 / 2, 1 / 4, 1 / 6)), ("Eso ya lo hizo mean() en cada trozo: dividir entre sus filas.",
                                       "mean() has done that in each piece already: divide by its rows.")),
        (near((2, 4, 6)), ("Con esos pesos se suman las 12 filas; falta dividir para que sea un promedio.",
                           "With those weights the 12 rows are summed; it takes a division to be an average.")),
        (near((1 / 12, 1 / 12, 1 / 12)), ("Eso valdría si la pérdida fuera sum(); con mean() cada trozo ya está dividido.",
                                          "That would hold if the loss were sum(); with mean() each piece is divided already.")),
        (near((1, 1, 1)), ("Sin pesar, se suman tres promedios: el resultado sería demasiado grande.",
                           "Without weights three averages are added: the result would be too large.")),
    ],
    otherwise=("No. El promedio de las 12 filas, escrito con los tres promedios, ¿qué pesos lleva?",
               "No. The average of all 12 rows, written with the three averages: which weights does it have?"),
    hints=[
        ("La suma de un trozo es su promedio por su número de filas.",
         "The sum of a piece is its average times its number of rows."),
        ("Los tres pesos suman 1.", "The three weights add up to 1."),
    ],
    done=("Eso es: cada trozo pesa según sus filas.", "That is it: each piece weighs by its rows."),
)  # fmt: skip
