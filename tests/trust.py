"""What the tests of trust share: how often each repeats what it does.

The figures stand in docs/reliability.md and nowhere else: a test reads there how many it has to run, so the page
cannot say another number. ``pytest --hypothesis-profile=nightly`` runs each of them a hundred times as long, and draws
anew.
"""

import pathlib
import random
import re

from hypothesis import settings

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "reliability.md"
QUICK = 100  # the examples of conftest's profile for every day


def promised(what):
    """The figure in the page's row ``what``."""
    row = re.search(rf"^\| {re.escape(what)} \| ([\d,]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return int(row[1].replace(",", ""))


def drawing(seed):
    """A generator of random numbers: the same every day, others each night, told by a test that fails."""
    began = seed if settings.default.max_examples == QUICK else random.randrange(2**32)
    print(f"drawn from random.Random({began})")
    return random.Random(began)


def rounds(what):
    """How many of ``what`` to run now: the page's figure, times the length of the profile in use."""
    return promised(what) * settings.default.max_examples // QUICK
