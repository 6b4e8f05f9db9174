"""Chapter 12: on to PyTorch. Leans on judging and reading; answers may be PyTorch's own tensors."""

import numpy as np

from ..names import is_tensor
from .judging import Unfit, exercise, given, near

exercise(
    "12.1",
    ("cuántas líneas cambian", "how many lines change"),
    right=near(3),
    wrong=[
        (near(1), ("Hay tres líneas que nombran la biblioteca.", "Three lines name the library.")),
        (near(4), ("lab.graph se queda como está: dibuja tensores de PyTorch.",
                   "lab.graph stays as it is: it draws PyTorch's tensors.")),
        (near(2), ("Casi: también utils.data está en PyTorch, con el mismo nombre.",
                   "Nearly: utils.data is in PyTorch too, under the same name.")),
        (near(8), ("¡No hay que reescribirlo! Los nombres son los mismos.",
                   "No need to rewrite it! The names are the same.")),
    ],
    otherwise=("No. ¿Qué líneas nombran a autodiff_lab?", "No. Which lines name autodiff_lab?"),
    hints=[
        ("Solo cambian las importaciones.", "Only imports change."),
        ("lab es nuestro en los dos casos.", "lab is ours in both cases."),
    ],
    done=("Las tres importaciones; lab se sigue importando de autodiff_lab.",
          "The three imports; lab is still imported from autodiff_lab."),
)  # fmt: skip


def mapping(answer):
    if not isinstance(answer, dict):
        raise Unfit(("Aquí va un diccionario: nombre → arreglo.", "A dictionary goes here: name → array."))
    return answer


def arrays(answer):
    return all(isinstance(v, np.ndarray) for v in mapping(answer).values())


def right_arrays(answer):
    return (
        set(mapping(answer)) == {"weight", "bias"}
        and arrays(answer)
        and near((1, 2))(answer["weight"])
        and near((3,))(answer["bias"])
    )


exercise(
    "12.2",
    ("de parámetros a arreglos", "from parameters to arrays"),
    right=right_arrays,
    wrong=[
        (lambda d: any(map(is_tensor, mapping(d).values())), ("Todavía son tensores: .detach().numpy() los vuelve arreglos.",
                                                              "They are tensors still: .detach().numpy() makes them arrays.")),
        (lambda d: len(mapping(d)) == 1, ("Falta uno: una capa lineal tiene weight y bias.",
                                          "One is missing: a linear layer has weight and bias.")),
        (lambda d: any(isinstance(v, list) for v in mapping(d).values()), ("Son listas de Python; se piden arreglos de NumPy.",
                                                                           "They are Python lists; NumPy arrays are asked for.")),
        (lambda d: set(d) != {"weight", "bias"}, ("Los nombres no son los de named_parameters().",
                                                  "The names are not those of named_parameters().")),
    ],
    otherwise=("Los números no son los de layer.", "The numbers are not those of layer."),
    hints=[
        ("layer.named_parameters() da pares (nombre, parámetro).", "layer.named_parameters() gives pairs (name, parameter)."),
        ("p.detach().numpy() es el arreglo de cada uno.", "p.detach().numpy() is each one's array."),
    ],
    done=("Bien. Así viajan los pesos entre bibliotecas.", "Good. That is how weights travel between libraries."),
)  # fmt: skip


def loaded(answer):
    """(before, after): the layer's weight and bias, as they were made and as they are now."""
    found = given(answer)
    if not isinstance(found, list) or len(found) != 4 or not all(map(is_tensor, found)):
        raise Unfit(("Deja la función loaded como estaba.", "Leave the function loaded as it was."))
    return found[:2], found[2:]


def ready(parameters):
    return all(p.is_leaf and p.requires_grad for p in parameters)


def holds(parameters):
    return near((5, 6))(parameters[0]) and near((7,))(parameters[1])


exercise(
    "12.3",
    ("de arreglos a parámetros", "from arrays to parameters"),
    right=lambda a: all(holds(part) and ready(part) for part in loaded(a)),
    wrong=[
        (lambda a: near((0, 0))(loaded(a)[1][0]) and near((0,))(loaded(a)[1][1]),
         ("Los parámetros siguen en cero. p = … solo cambia a qué llama p ese nombre: escribe en el tensor, con copy_.",
          "The parameters are still zero. p = … only changes what the name p stands for: write into the tensor, with copy_.")),
        (lambda a: holds(loaded(a)[1]) and not holds(loaded(a)[0]),
         ("Los números están, pero en parámetros nuevos: el optimizador seguiría moviendo los viejos. Copia en su sitio.",
          "The numbers are there, but in new parameters: the optimizer would go on moving the old ones. Copy in place.")),
        (lambda a: not all(p.requires_grad for p in loaded(a)[1]), ("Los parámetros ya no requieren gradiente.",
                                                                    "The parameters no longer require grad.")),
        (lambda a: near((5, 6))(loaded(a)[1][0]), ("weight está; falta bias.", "weight is there; bias is missing.")),
        (lambda a: near((6, 7))(loaded(a)[1][0]), ("weight recibió los números de otro.", "weight received another's numbers.")),
    ],
    otherwise=("Los parámetros no tienen los números de los arreglos.", "The parameters do not have the arrays' numbers."),
    hints=[
        ("p.copy_(…) escribe en su sitio; dentro de no_grad no se registra.",
         "p.copy_(…) writes in place; within no_grad it is not recorded."),
        ("th.from_numpy(arrays[name]) es el tensor que se copia.", "th.from_numpy(arrays[name]) is the tensor to be copied."),
    ],
    done=("Bien: los mismos parámetros, con otros números.", "Good: the same parameters, with other numbers."),
)  # fmt: skip
