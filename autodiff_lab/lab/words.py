"""A text that a notebook shows as it stands. Leans on nothing."""


class Words(str):
    """A text that a notebook shows as it stands, without quotes."""

    def __repr__(self):
        return str(self)
