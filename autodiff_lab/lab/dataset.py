"""The measurements that the course learns from. Leans on creation."""

from importlib.resources import files
from typing import NamedTuple

from ..dtypes import float32, int64
from ..ops.creation import tensor

SPECIES = ("setosa", "versicolor", "virginica")


class Iris(NamedTuple):
    """``features``: (150, 4), float32, cm; ``species``: (150,), int64, places in ``names``."""

    features: object
    species: object
    names: tuple[str, ...]


def iris():
    """Edgar Anderson's irises: 150 flowers of three species, their sepals and petals measured in centimetres.

    Returns:
        A named tuple: ``features`` (150, 4) float32, in the order sepal length, sepal width, petal length, petal width;
        ``species`` (150,) int64; ``names``, the three species.

    Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7 (1936).

    >>> features, species, names = iris()
    >>> tuple(features.shape), names[species[0]]
    ((150, 4), 'setosa')
    """
    text = files(__package__).joinpath("data", "iris.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    features = tensor([[float(v) for v in row[:4]] for row in rows], dtype=float32)
    return Iris(features, tensor([SPECIES.index(row[4]) for row in rows], dtype=int64), SPECIES)
