"""Errors in torch's words, with a note underneath in the learner's language. Leans on messages.

The sentence is the one that learners will meet again, and search for; the note says what happened, to which of
their variables, and what to do.
"""

import sys

from .messages import say


def explained(error, key, tensor=None, **values):
    """``error`` with the note ``key`` under it; ``{name}`` in the note is the variable that holds ``tensor``.

    >>> error = explained(ValueError("expected sequence of length 2 at dim 1 (got 1)"), "note.ragged")
    >>> len(error.__notes__)
    1
    """
    named = variable_name(tensor) if tensor is not None else None
    values.setdefault("name", named or say("name.unknown"))
    error.add_note(say(key, **values))
    return error


def check(holds, sentence, kind=RuntimeError, note=None, **values):
    """Raise ``kind(sentence)``, with the note ``note`` if there is one, unless ``holds``."""
    if not holds:
        raise explained(kind(sentence), note, **values) if note else kind(sentence)


def variable_name(value):
    """What the learner calls ``value``: the first variable outside this package that holds it, or None."""
    frame = sys._getframe(1)
    while frame is not None:
        space = frame.f_globals
        if space.get("__name__", "").partition(".")[0] != __name__.partition(".")[0]:
            for names in (frame.f_locals, space) if frame.f_locals is not space else (space,):
                for name, held in list(names.items()):
                    if held is value and not name.startswith("_"):
                        return name
        frame = frame.f_back
    return None
