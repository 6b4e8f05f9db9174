"""The course's exercises: ``lab.check`` judges an answer, ``lab.hint`` helps, ``lab.progress`` shows what is done.

What was answered is remembered in this kernel alone. Leans on exercises and messages.
"""

import contextlib
import importlib
import pkgutil
import traceback

from ..messages import say
from . import exercises
from .exercises.judging import EXERCISES, Unfit, Untouched, said
from .recording import inside
from .render.svg import escape
from .words import Prose

CHAPTERS = sorted(
    int(m.name[-2:]) for m in pkgutil.iter_modules(exercises.__path__) if m.name.startswith("chapter_")
)

_answered = {}  # "4.2" → "right" or "wrong"
_hinted = {}  # "4.2" → how many hints were given

MARKS = {"right": "✓", "wrong": "✗", "todo": "○"}
COLOURS = {"right": "success", "wrong": "warn", "todo": "info"}  # JupyterLab's names


class Verdict:
    """What ``check`` says of an answer. Displays itself.

    Attributes:
        exercise: its name, ``"4.2"``.
        state: ``"right"``, ``"wrong"`` or ``"todo"``.
        text: the words.
    """

    def __init__(self, exercise, state, text):
        self.exercise, self.state, self.text = exercise, state, text

    def __bool__(self):
        return self.state == "right"

    def __repr__(self):
        return f"{MARKS[self.state]} {self.exercise}  {self.text}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        html = (
            f'<div role="status" style="padding:.2em .8em;'
            f'border-left:4px solid var(--jp-{COLOURS[self.state]}-color1,#888)">'
            f"<strong>{MARKS[self.state]} {escape(self.exercise)}</strong> {escape(self.text)}</div>"
        )
        return {"text/plain": repr(self), "text/html": html}


def found(name):
    """The exercise of this name.

    Raises:
        ValueError: where there is none; says which there are.
    """
    chapter = str(name).partition(".")[0]
    if chapter.isdecimal() and int(chapter) in CHAPTERS:
        importlib.import_module(f".exercises.chapter_{int(chapter):02}", __package__)
    if name not in EXERCISES:
        near = [n for n in EXERCISES if n.partition(".")[0] == chapter]
        listed = ", ".join(near) if near else say("course.chapters", first=CHAPTERS[0], last=CHAPTERS[-1])
        raise ValueError(say("course.unknown", name=repr(name), near=listed))
    return EXERCISES[name]


def check(exercise, answer):
    """Judge an answer to an exercise of the course.

    Args:
        exercise (str): its name, such as ``"4.2"``.
        answer: what the exercise asks for: numbers, tensors, a function. ``...`` is an exercise not begun.

    Returns:
        A :class:`Verdict`, which displays itself and is true of a right answer.

    Raises:
        ValueError: for a name that no exercise has.

    >>> check("1.1", ...)
    ○ 1.1  Por hacer: cambia los puntos suspensivos por tu respuesta y ejecuta la celda otra vez.
    """
    asked = found(exercise)
    try:
        if answer is Ellipsis:
            raise Untouched
        if asked.right(answer):
            state, text = "right", said(asked.done)
        else:
            state, text = "wrong", said(mistake(asked, answer, asked.otherwise))
    except Untouched:
        _answered.setdefault(exercise, "todo")
        return Verdict(exercise, "todo", say("course.todo"))
    except Unfit as error:
        state, text = "wrong", said(mistake(asked, answer, error.pair))
    except Exception as error:  # noqa: BLE001 - whatever the learner's function raises is told, not raised
        state, text = "wrong", told(error)
    if state == "wrong" and _hinted.get(exercise, 0) < len(asked.hints):
        text = f"{text} {say('course.ask', name=exercise)}"
    if _answered.get(exercise) != "right":
        _answered[exercise] = state
    return Verdict(exercise, state, text)


def mistake(asked, answer, otherwise):
    """What is said of a wrong answer: the words of the first typical mistake that it is, or ``otherwise``."""
    for test, pair in asked.wrong:
        with contextlib.suppress(Exception):  # the mistakes are tried on every kind of answer
            if test(answer):
                return pair
    return otherwise


def told(error):
    """An error in the learner's own function: its words, its line, and what its notes explain."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not inside(f.filename)]
    words = [say("course.raised", kind=type(error).__name__, message=sentence(error))]
    words += [say("course.line", line=frames[-1].line)] if frames and frames[-1].line else []
    words += [say("course.none")] if "NoneType" in str(error) else []
    words += [say("course.tuple")] if "'tuple' object has no attribute" in str(error) else []
    notes, nameless = map(str, getattr(error, "__notes__", ())), say("name.unknown")
    words += [note[:1].upper() + note[1:] if note.startswith(nameless) else note for note in notes]
    return " ".join(words)


def sentence(error):
    """What an error says, with one mark at its end."""
    words = str(error).rstrip(".")
    return words if words.endswith(("?", "!")) else f"{words}."


def hint(exercise):
    """The next hint to an exercise, from a nudge to all but the answer.

    Raises:
        ValueError: for a name that no exercise has.
    """
    asked = found(exercise)
    at = _hinted[exercise] = min(_hinted.get(exercise, 0) + 1, len(asked.hints))
    return Prose(say("course.hint", at=at, of=len(asked.hints), text=said(asked.hints[at - 1])))


class Progress:
    """The table of ``progress``. Displays itself; ``states`` maps an exercise's name to its state."""

    def __init__(self, states):
        self.states = states

    def __repr__(self):
        done = sum(state == "right" for state in self.states.values())
        lines = [
            f"{MARKS[state]} {name}  {said(EXERCISES[name].title)}" for name, state in self.states.items()
        ]
        return "\n".join([say("course.progress", done=done, of=len(self.states)), *lines])

    def _repr_mimebundle_(self, include=None, exclude=None):
        head, *_ = repr(self).splitlines()
        rows = "".join(
            f'<tr><td style="color:var(--jp-{COLOURS[state]}-color1,inherit)"><strong>{MARKS[state]}</strong></td>'
            f'<td>{escape(name)}</td><td style="text-align:left">{escape(said(EXERCISES[name].title))}</td>'
            f'<td style="text-align:left">{escape(say(f"course.state.{state}"))}</td></tr>'
            for name, state in self.states.items()
        )
        html = (
            f'<table><caption style="text-align:left">{escape(head)}</caption><tbody>{rows}</tbody></table>'
        )
        return {"text/plain": repr(self), "text/html": html}


def progress(chapter=None):
    """The exercises of a chapter, or of the chapters begun in this notebook, and which are done.

    Args:
        chapter (int): its number; by default every chapter of which an exercise was checked here.

    Raises:
        ValueError: for a chapter that the course does not have.
    """
    if chapter is not None:
        if chapter not in CHAPTERS:
            raise ValueError(say("course.no_chapter", first=CHAPTERS[0], last=CHAPTERS[-1]))
        chapters = [int(chapter)]
    else:
        chapters = sorted({int(name.partition(".")[0]) for name in _answered}) or CHAPTERS
    for number in chapters:
        importlib.import_module(f".exercises.chapter_{number:02}", __package__)
    names = [n for n in EXERCISES if int(n.partition(".")[0]) in chapters]
    names.sort(key=lambda n: tuple(map(int, n.split("."))))
    return Progress({name: _answered.get(name, "todo") for name in names})
