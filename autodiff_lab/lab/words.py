"""Texts that a notebook shows as they stand, without quotes. Leans on nothing."""

from html import escape


class Words(str):
    """A text in columns: a table, what is aligned."""

    def __repr__(self):
        return str(self)


class Prose(Words):
    """Sentences: a page breaks their lines between words, where plain output breaks them anywhere."""

    def _repr_html_(self):
        return f'<div style="white-space:pre-line;max-width:60em">{escape(self, quote=False)}</div>'
