"""Classes that are rows of a table: a constructor from a line of text. Leans on graph."""

from .graph import written_out


class Declared:
    """``class Step(Base, takes="size, gamma=0.1")`` has that constructor, which tells ``_take`` what it got.

    It is a real function: Python itself refuses what does not fit, in words that learners know, and help() shows it.
    """

    def __init_subclass__(cls, takes=None, **rest):
        super().__init_subclass__(**rest)
        if takes is not None:
            source = f"def made(self, {takes}):\n    take(**locals())"
            space = {"take": lambda self, **given: self._take(**given)}
            cls._takes, cls._made = takes, written_out(source, space, f"{cls.__name__}.__init__")
            cls.__init__ = cls._made

    def _take(self, **given):
        vars(self).update(given)
