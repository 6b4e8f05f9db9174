"""What an exercise is, and how an answer is judged: by differences, by properties, never by a key in the notebook.

An exercise's ``right`` and the tests of its ``wrong`` answers are functions of the learner's answer. They are put
together from ``near`` (numbers, tensors, tuples of them), ``agrees`` (a function of the learner's, tried at points) and
plain lambdas. Leans on NumPy, messages and names; tensors
are asked through their public face, so PyTorch's do as well.
"""

import dis
from dataclasses import dataclass
from types import FunctionType

import numpy as np

from ...messages import LANGUAGES, get_language
from ..names import is_tensor

EXERCISES = {}  # "4.2" → Exercise, filled by the chapters


@dataclass(frozen=True)
class Exercise:
    """One exercise. Every text is a pair, Spanish and English.

    Attributes:
        name: chapter and number, ``"4.2"``.
        title: what it is about, for the table of progress.
        right: answer → bool; may raise Unfit or Untouched.
        wrong: pairs (answer → bool, text): the mistakes that are common, each with its own words.
        otherwise: what is said of any other answer.
        hints: from the first nudge to all but the answer.
        done: what a right answer shows.
    """

    name: str
    title: tuple[str, str]
    right: object
    wrong: tuple
    otherwise: tuple[str, str]
    hints: tuple[tuple[str, str], ...]
    done: tuple[str, str]


def exercise(name, title, *, right, wrong, otherwise, hints, done):
    """Declare an exercise of the course."""
    EXERCISES[name] = Exercise(name, title, right, tuple(wrong), otherwise, tuple(hints), done)


def said(pair):
    """A text in the language in use."""
    return pair[LANGUAGES.index(get_language())]


class Unfit(Exception):
    """The answer is of another kind than what is asked for; ``pair`` says what is."""

    def __init__(self, pair):
        super().__init__(pair)
        self.pair = pair


class Untouched(Exception):
    """The exercise still holds its ``...``."""


NUMBER = (
    "Se espera un número, o un tensor de un elemento.",
    "One number is expected, or a tensor with one element.",
)
NUMBERS = (
    "Se esperan varios números: una tupla, una lista o un tensor.",
    "Several numbers are expected: a tuple, a list or a tensor.",
)
FOUR = (
    "Responde con cuatro valores, True o False: uno por cada tensor, en orden.",
    "Answer with four values, True or False: one for each tensor, in order.",
)
FUNCTION = ("Aquí va una función, sin llamarla.", "A function goes here, without calling it.")
TENSOR = ("La función debe devolver un tensor.", "The function has to return a tensor.")
NOTHING = (
    "Tu función no devuelve nada: ¿falta el return?",
    "Your function returns nothing: is the return missing?",
)
NONE = (
    "Ahí hay un None, y se esperan números. Si viene de .grad, ningún backward() ha dejado todavía nada en él.",
    "There is a None where numbers are expected. If it comes from .grad, no backward() has left anything there yet.",
)
WORD = ("Aquí va un texto entre comillas.", "A text in quotes goes here.")


def numbers(answer):
    """The answer as an array in double precision.

    Raises:
        Untouched: for ``...``, wherever in it.
        Unfit: for what holds no numbers.
    """
    if answer is None:
        raise Unfit(NONE)
    if answer is Ellipsis or (isinstance(answer, (list, tuple)) and any(a is Ellipsis for a in answer)):
        raise Untouched
    if isinstance(answer, (list, tuple)):
        parts = [numbers(a) for a in answer]
        if len({p.shape for p in parts}) > 1:
            return np.concatenate([p.ravel() for p in parts])
        return np.array(parts)
    if hasattr(answer, "detach"):
        answer = answer.detach().tolist()
    try:
        return np.asarray(answer, np.float64) + 0
    except (TypeError, ValueError):
        raise Unfit(NUMBER) from None


def near(expected, rel=1e-3, kind=None):
    """A test: are the answer's numbers these, to a relative 1e-3?

    Args:
        expected: numbers, or a function of no argument that works them out.
        kind: what is said of an answer of another shape; by default whether one number is asked for, or several.
    """

    def test(answer):
        wanted = numbers(expected() if callable(expected) else expected)
        fitting = kind or (NUMBERS if wanted.size > 1 else NUMBER)
        try:
            given = numbers(answer)
        except Unfit as error:
            raise Unfit(fitting if kind or error.pair is NUMBER else error.pair) from None
        if given.size != wanted.size:
            raise Unfit(
                fitting if kind or 1 in (given.size, wanted.size) else miscounted(given.size, wanted.size)
            )
        given, wanted = given.ravel(), wanted.ravel()
        return bool(
            np.allclose(given, wanted, rtol=rel, atol=rel * 1e-3 * (1 + np.abs(wanted).max(initial=0)))
        )

    return test


def miscounted(given, wanted):
    """What is said of too many numbers, or too few."""
    return (
        f"Se esperan {wanted} números, y hay {given}.",
        f"{wanted} numbers are expected, and there are {given}.",
    )


def agrees(reference, *points, rel=1e-3):
    """A test: does the learner's function give at these points what ``reference`` gives?

    Args:
        reference: a function of the same arguments, often ``slope_of(f)``.
        points: numbers, or tuples of arguments.
    """

    def test(function):
        for point in points:
            at = point if isinstance(point, tuple) else (point,)
            if not near(reference(*at), rel)(given(function, *at)):
                return False
        return True

    return test


def ask_function(answer):
    """Raise unless the answer is a function."""
    if answer is Ellipsis:
        raise Untouched
    if not callable(answer) or isinstance(answer, type):
        raise Unfit(FUNCTION)


def idle(function):
    """Whether a function holds nothing but ``...`` still."""
    code = function.__code__
    said_only = {i.opname for i in dis.get_instructions(code)} <= DOTS
    return said_only and set(code.co_consts) <= {None, Ellipsis, function.__doc__}


DOTS = {"NOP", *(i.opname for i in dis.get_instructions(lambda: ...))}


def ask_work(answer):
    """Raise unless the answer is a function, and neither it nor one of the learner's that it calls is idle."""
    ask_function(answer)
    if not isinstance(answer, FunctionType):
        return
    called = [answer, *(answer.__globals__.get(name) for name in answer.__code__.co_names)]
    if any(idle(f) for f in called if isinstance(f, FunctionType) and f.__globals__ is answer.__globals__):
        raise Untouched


def word(*accepted):
    """A test: is the answer one of these words, whatever its case and blanks?"""

    def test(answer):
        if answer is Ellipsis:
            raise Untouched
        if not isinstance(answer, str):
            raise Unfit(WORD)
        return answer.strip().lower() in accepted

    return test


def given(function, *arguments):
    """What the learner's function gives.

    Raises:
        Untouched: while it still gives ``...``.
        Unfit: if it is no function, or gives nothing.
    """
    ask_work(function)
    found = function(*arguments)
    if found is Ellipsis:
        raise Untouched
    if found is None:
        raise Unfit(NOTHING)
    return found


def tensor_given(function, *arguments):
    """What the learner's function gives, which has to be a tensor; raises as ``given`` does."""
    found = given(function, *arguments)
    if not is_tensor(found):
        raise Unfit(TENSOR)
    return found


def slope(f, *at, argument=0, h=1e-5):
    """∂f/∂(argument) at a point, by the centred difference, in double precision: error of order h²."""

    def moved(by):
        return float(f(*(a + by if k == argument else a for k, a in enumerate(map(float, at)))))

    return (moved(h) - moved(-h)) / (2 * h)


def slope_of(f, argument=0):
    """The function ``at → slope(f, *at)``."""
    return lambda *at: slope(f, *(float(a) for a in at), argument=argument)
