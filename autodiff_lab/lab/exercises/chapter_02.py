"""Chapter 2: tensors and parameters. Leans on judging and reading."""

from .judging import exercise, near, slope, tensor_given


def kind(answer):
    """A dtype, or its name in quotes, as the bare name."""
    return getattr(answer, "__name__", str(answer)).rpartition(".")[2].strip().lower()


exercise(
    "2.1",
    ("qué dtype sale", "which dtype comes out"),
    right=lambda a: kind(a) == "float32",
    wrong=[
        (lambda a: kind(a) == "float64", ("Ese es el de NumPy; una lista de Python con decimales da el de costumbre aquí.",
                                          "That is NumPy's; a Python list with decimals gives the usual one here.")),
        (lambda a: kind(a) in ("int64", "int32", "int"), ("Basta un decimal en la lista para que no sean enteros.",
                                                          "One decimal in the list is enough for them not to be integers.")),
        (lambda a: kind(a) in ("float", "float16", "double"), ("Es de punto flotante, pero ¿de cuántos bits?",
                                                               "It is floating-point, but of how many bits?")),
    ],
    otherwise=("No es ese dtype. Se responde con el nombre entero, como \"int64\".",
               "Not that dtype. The answer is the whole name, such as \"int64\"."),
    hints=[
        ("Todos los números de un tensor tienen el mismo dtype.", "All numbers of a tensor have the same dtype."),
        ("Créalo y pregunta .dtype.", "Make it and ask for .dtype."),
    ],
    done=("Bien: el 1 también se vuelve decimal.", "Good: the 1 becomes a decimal as well."),
)  # fmt: skip


def f(x, y):
    return x**2 * y + 3 * y


exercise(
    "2.2",
    ("dos derivadas parciales", "two partial derivatives"),
    right=near(lambda: (slope(f, 2, 5), slope(f, 2, 5, argument=1))),
    wrong=[
        (near((7, 20)), ("Son esas, en el otro orden: primero la de x.", "Those, in the other order: first that of x.")),
        (near((20, 4)), ("La de y: 3y también depende de y.", "That of y: 3y depends on y as well.")),
        (near((4, 7)), ("La de x: 2x se multiplica por y.", "That of x: 2x is multiplied by y.")),
        (near((35, 35)), ("Ese es el valor de f; se piden sus derivadas.", "That is the value of f; its derivatives are asked for.")),
    ],
    otherwise=("No son esas. Deja que backward las calcule y compara con tu cuenta.",
               "Not those. Let backward work them out, and compare with your own."),
    hints=[
        ("Para derivar respecto a x, trata a y como una constante.", "To differentiate with respect to x, treat y as a constant."),
        ("Dos tensores con requires_grad=True, f.backward(), y lee los .grad.",
         "Two tensors with requires_grad=True, f.backward(), and read each .grad."),
    ],
    done=("Así es: 2xy = 20, x² + 3 = 7.", "That is it: 2xy = 20, x² + 3 = 7."),
)  # fmt: skip


exercise(
    "2.3",
    ("un parámetro", "a parameter"),
    right=lambda g: type(p := tensor_given(g)).__name__ == "Parameter" and tuple(p.shape) == (2, 3) and bool((p == 1).all()),
    wrong=[
        (lambda g: type(tensor_given(g)).__name__ != "Parameter" and tensor_given(g).requires_grad,
         ("Requiere gradiente, pero es un Tensor: un módulo no lo anotaría entre sus parámetros.",
          "It requires grad, but it is a Tensor: a module would not note it among its parameters.")),
        (lambda g: type(tensor_given(g)).__name__ != "Parameter", ("Es un tensor cualquiera: falta nn.Parameter.",
                                                           "It is just any tensor: nn.Parameter is missing.")),
        (lambda g: tuple(tensor_given(g).shape) != (2, 3), ("La forma no es 2 × 3: primero las filas.",
                                                    "The shape is not 2 × 3: rows come first.")),
        (lambda g: not bool((tensor_given(g) == 1).all()), ("La forma está bien; los números habían de ser unos.",
                                                    "The shape is right; the numbers were to be ones.")),
    ],
    otherwise=("No es ese parámetro.", "Not that parameter."),
    hints=[
        ("th.ones hace un tensor de unos.", "th.ones makes a tensor of ones."),
        ("nn.Parameter recibe un tensor, venga de donde venga.", "nn.Parameter takes a tensor, wherever it comes from."),
    ],
    done=("Bien.", "Good."),
)  # fmt: skip

exercise(
    "2.4",
    ("un paso hacia abajo", "a step downhill"),
    right=near(lambda: 3 - 0.1 * slope(lambda w: w**2, 3)),
    wrong=[
        (near(3.6), ("Ese paso va cuesta arriba: se resta.", "That step goes uphill: subtract it.")),
        (near(0.6), ("Ese es el tamaño del paso; se pide a dónde llega w.", "That is the size of the step; where w gets to is asked for.")),
        (near(2.7), ("El gradiente de w² es 2w, no w.", "The gradient of w² is 2w, not w.")),
        (near(2.1), ("El gradiente de w² es 2w, no w².", "The gradient of w² is 2w, not w².")),
    ],
    otherwise=("No es ahí. El gradiente en w = 3 es 6.", "Not there. The gradient at w = 3 is 6."),
    hints=[
        ("w pasa a ser w − 0.1 · gradiente.", "w becomes w − 0.1 · gradient."),
        ("El gradiente es 2w.", "The gradient is 2w."),
    ],
    done=("Bien: 3 − 0.6.", "Good: 3 − 0.6."),
)  # fmt: skip
