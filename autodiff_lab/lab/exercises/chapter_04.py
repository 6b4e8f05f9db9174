"""Chapter 4: backward, step by step. Leans on judging."""

from .judging import exercise, near, numbers, slope


def product(x, y):
    return x * y**2


exercise(
    "4.1",
    ("los adjuntos de un producto", "the adjoints of a product"),
    right=near(lambda: (slope(product, 3, 2), slope(product, 3, 2, argument=1))),
    wrong=[
        (near((12, 4)), ("Son esas, pero al revés: primero la de x, después la de y.",
                         "Those are the ones, but the other way round: first that of x, then that of y.")),
        (near((4, 4)), ("La de y: la potencia da 2y, pero el 3 que multiplica también cuenta.",
                        "That of y: the power gives 2y, but the 3 that multiplies counts too.")),
        (near((4, 6)), ("La de y: falta bajar el exponente. La derivada de y² es 2y.",
                        "That of y: the exponent has to come down. The derivative of y² is 2y.")),
        (near((2, 12)), ("La de x: lo que la multiplica es y², no y.", "That of x: what multiplies it is y², not y.")),
    ],
    otherwise=("No son esas. Haz la tabla: v₁ = y², v₂ = x·v₁, y ve de abajo arriba.",
               "Not those. Make the table: v₁ = y², v₂ = x·v₁, and go from the bottom up."),
    hints=[
        ("El adjunto de f es 1; el producto contesta (1·y², 1·x).",
         "The adjoint of f is 1; the product answers (1·y², 1·x)."),
        ("Lo que le llega a y² se multiplica por su derivada local, 2y.",
         "What arrives at y² is multiplied by its local derivative, 2y."),
    ],
    done=("Bien: 4 por un lado; por el otro, 3 · 2y = 12.", "Good: 4 on one side; on the other, 3 · 2y = 12."),
)  # fmt: skip


def quotient(a, b):
    return a / b


exercise(
    "4.2",
    ("lo que contesta una división", "what a division answers"),
    right=near(lambda: (4 * slope(quotient, 6, 2), 4 * slope(quotient, 6, 2, argument=1))),
    wrong=[
        (near((0.5, -1.5)), ("Esas son las derivadas locales: falta multiplicarlas por lo que llega, 4.",
                             "Those are the local derivatives: they have to be multiplied by what arrives, 4.")),
        (near((2, 6)), ("El signo de la segunda: si b crece, el cociente disminuye.",
                        "The sign of the second: if b grows, the quotient gets smaller.")),
        (near((2, -12)), ("La segunda: −a/b², con b al cuadrado.", "The second: −a/b², with b squared.")),
        (near((-6, 2)), ("Son esos, pero al revés: primero el de a, después el de b.",
                         "Those are the ones, but the other way round: first that of a, then that of b.")),
        (lambda pair: near((2, -1.5))(pair) or near((0.5, -6))(pair),
         ("A uno de los dos le falta lo que llega: el 4 multiplica a los dos.",
          "One of the two lacks what arrives: the 4 multiplies both.")),
        (near((2, -1)), ("La segunda: no te olvides de a en −a/b².", "The second: do not forget the a in −a/b².")),
    ],
    otherwise=("No es ese par. ¿Cuánto cambia a/b cuando se mueve a? ¿Y cuando se mueve b?",
               "Not that pair. How much does a/b change when a moves? And when b moves?"),
    hints=[
        ("∂q/∂a = 1/b y ∂q/∂b = −a/b².", "∂q/∂a = 1/b, and ∂q/∂b = −a/b²."),
        ("Un nodo contesta: lo que llega × su derivada local.", "A node answers: what arrives × its local derivative."),
    ],
    done=("Así contesta: lo que llega por cada derivada local.", "That is its answer: what arrives times each local derivative."),
)  # fmt: skip


def three(u):
    return u + u**2 + u**3


exercise(
    "4.3",
    ("una bifurcación de tres", "a fork of three"),
    right=near(lambda: slope(three, 1)),
    wrong=[
        (near(12), ("Ese es el adjunto de x, un paso más atrás; se pide el de u.",
                    "That is the adjoint of x, one step further back; that of u is asked for.")),
        (near(3), ("Ese es el valor de f, o la última contribución sola. En una bifurcación se suman las tres.",
                   "That is the value of f, or the last contribution alone. At a fork all three are added.")),
        (near(2), ("Ese es el promedio de las tres contribuciones, o la de u² sola: las tres se suman.",
                   "That is the average of the three contributions, or that of u² alone: all three are added.")),
        (near(4), ("Falta la contribución de u²: 2u.", "The contribution of u² is missing: 2u.")),
        (near(5), ("Falta el primer uso: la u que se suma tal cual también aporta.",
                   "The first use is missing: the u that is added as it is contributes too.")),
    ],
    otherwise=("No es esa. Escribe las tres contribuciones por separado y súmalas.",
               "Not that one. Write the three contributions separately, and add them."),
    hints=[
        ("u se usa tres veces: sola, al cuadrado y al cubo.", "u is used three times: alone, squared and cubed."),
        ("Las contribuciones son 1, 2u y 3u².", "The contributions are 1, 2u and 3u²."),
    ],
    done=("1 + 2 + 3: se suman.", "1 + 2 + 3: they add up."),
)  # fmt: skip

exercise(
    "4.4",
    ("una fila de la jacobiana", "a row of the Jacobian"),
    right=near((0, 1, 0)),
    wrong=[
        (near((1, 1, 1)), ("Con unos se suman las tres filas.", "With ones the three rows are added.")),
        (near((1, 0, 0)), ("Esa es la primera fila: se cuenta desde y₀ = x₀x₁.",
                           "That is the first row: count from y₀ = x₀x₁.")),
        (near((0, 0, 1)), ("Esa es la última fila.", "That is the last row.")),
        (near((1, 1)), ("Esa es la fila que se quiere obtener. v dice cuánto se toma de cada resultado, y hay tres.",
                        "That is the row itself. v says how much is taken of each result, and there are three.")),
        (lambda v: numbers(v).size == 2, ("v lleva un número por cada resultado, y hay tres; la jacobiana es de 3 × 2.",
                                       "v has a number for each result, and there are three; the Jacobian is 3 × 2.")),
    ],
    otherwise=("No. Se quiere vᵀJ igual a la fila del medio: ¿qué combinación de filas es esa?",
               "No. vᵀJ should be the middle row: which combination of the rows is that?"),
    hints=[
        ("v tiene tres números, uno por cada y.", "v has three numbers, one for each y."),
        ("Un 1 donde está la fila que quieres y ceros en lo demás.", "A 1 where the row is that you want, zeros elsewhere."),
    ],
    done=("Eso es. Con tres recorridos, uno por fila, tendrías la jacobiana entera.",
          "That is it. With three passes, one per row, you would have the whole Jacobian."),
)  # fmt: skip
