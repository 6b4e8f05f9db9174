"""``lab.graph(t)``: the picture of a computation, and what can be done with it.

Puts reading, layout and painters together. Leans on reading, model and render; matplotlib is loaded only when a
picture is painted with it.
"""

from pathlib import Path

from ..messages import get_language, say
from ..serialization import replacing
from .model import without_collecting
from .names import caller_names, is_module, is_tensor
from .reading import read
from .recording import Recording, record
from .render.scene import compose
from .render.svg import escape, to_svg
from .render.text import title, to_html as in_tables, to_text
from .values import displayed, in_words


def graph(
    tensor, *inputs, direction="TB", backward=False, depth=None, fold=None, values=True, names=None, run=None
):
    """The graph that autograd recorded for a tensor, as a picture.

    Shows, for each operation, the name that the learner gave to its result, its value and, after ``backward()``, its
    gradient; on each edge the local derivative, written and as a number, and the gradient that went back along it.
    Works on this package's tensors and on PyTorch's alike.

    Args:
        tensor: the tensor whose history is drawn, or a sequence of tensors; or a recording (``lab.record()``), of which
            all is drawn that ran; or a module, which is called with ``inputs`` and watched.
        inputs: what a module is called with.
        direction: ``"TB"``, from top to bottom, or ``"LR"``, from left to right.
        backward: True draws the ``grad_fn`` nodes, along which gradients go; ``"both"`` these beside the operations.
        depth: how many levels of operations to show, counted from the result.
        fold: ``"module"``, ``"loop"`` or ``"depth"`` says what to fold, False to fold nothing. By default, a graph of
            more than 300 nodes folds by modules, by loops or by depth, whichever serves; the picture says so.
        values: False draws the structure alone.
        names: a mapping from names to tensors. By default the variables of the caller, or of the notebook.
        run: a recording that saw ``tensor`` being computed, and knows its constants and lines.

    Returns:
        A :class:`Graph`.

    Raises:
        TypeError: if ``tensor`` is none of these.
        ValueError: for another direction, a depth that is no positive integer, or an empty recording.
    """
    if direction not in ("TB", "LR"):
        raise ValueError(say("graph.error.direction", direction=repr(direction)))
    if backward not in (False, True, "both"):
        raise ValueError(say("graph.error.backward", backward=repr(backward)))
    names = caller_names() if names is None else names
    if isinstance(tensor, Recording):
        run, tensor = tensor, ()
    elif is_module(tensor):
        with record() as run:
            tensor = tensor(*inputs)
        tensor = tensor if is_tensor(tensor) else [t for t in tensor if is_tensor(t)]
    elif inputs:
        raise TypeError(say("graph.error.inputs", type=type(tensor).__name__))
    if run is not None:
        if not run.events:
            raise ValueError(say("record.error.empty"))
        if not is_tensor(tensor) and not tensor:
            tensor = run.ends()[-1].tensor
    return Graph(
        read(tensor, names, depth=depth, values=values, run=run, fold=fold, backward=backward), direction
    )


def _graph_of_run(run, tensor=(), **options):
    """The picture of the whole run; ``tensor`` is what was asked about, by default the last result.

    Takes the options of :func:`~autodiff_lab.lab.graph`.
    """
    options.setdefault("names", caller_names())
    return graph(tensor, run=run, **options)


Recording.graph = _graph_of_run


class Graph:
    """A picture of a graph. Displays itself in a notebook, and keeps what it saw when it was made.

    Attributes:
        model: the :class:`~autodiff_lab.lab.model.GraphModel` that is shown.
        direction: ``"TB"`` or ``"LR"``.
    """

    def __init__(self, model, direction="TB"):
        self.model, self.direction = model, direction
        self._scenes = {}

    @property
    def nodes(self):
        """The boxes, as a tuple of frozen :class:`~autodiff_lab.lab.model.Node`, inputs first."""
        return self.model.nodes

    @property
    def edges(self):
        """The lines, as a tuple of frozen :class:`~autodiff_lab.lab.model.Edge`."""
        return self.model.edges

    def to_networkx(self):
        """A ``networkx.MultiDiGraph`` of node numbers from input to result, with Node and Edge as ``data``; a copy."""
        return self.model.network.copy()

    @property
    def scene(self):
        """The picture measured and placed, in the language in use; what the painters paint."""
        language = get_language()
        if language not in self._scenes:
            with without_collecting():
                self._scenes[language] = compose(self.model, self.direction)
        return self._scenes[language]

    def to_svg(self):
        """The picture as a string, one ``<svg>`` element."""
        with without_collecting():
            return to_svg(self.scene)

    def to_text(self):
        """The picture in words: a table of the nodes and one of the edges."""
        return to_text(self.model)

    def to_html(self):
        """A page of its own: the picture, and the same in words underneath."""
        heading = escape(title(self.model))
        return (
            f'<!DOCTYPE html>\n<html lang="{get_language()}">\n<head><meta charset="utf-8"><title>{heading}</title>\n'
            "<style>:root{color-scheme:light dark}body{margin:2rem;font-family:system-ui,sans-serif}"
            "td,th{padding:.1em .6em}</style></head>\n"
            f"<body>\n{self.to_svg()}\n{in_tables(self.model)}\n</body>\n</html>\n"
        )

    def draw(self, ax=None):
        """Paint with matplotlib, into ``ax`` or into a figure of the picture's own size.

        Returns:
            The ``matplotlib.axes.Axes``; its ``figure`` can be saved in any format that matplotlib knows.
        """
        from .render import mpl

        return mpl.draw(self.scene, ax)

    def save(self, path):
        """Write ``.svg``, ``.html``, ``.png``, ``.pdf`` or ``.txt``, as the name says: all of the file, or nothing.

        Returns:
            The path, as a ``pathlib.Path``.

        Raises:
            ValueError: for a name with another ending.
            OSError: if the file cannot be written; what was there before stays.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending not in (".svg", ".html", ".png", ".pdf", ".txt"):
            raise ValueError(say("graph.error.ending", path=str(path)))
        with replacing(path) as file:
            self._write(file, ending)
        return path

    def _write(self, file, ending):
        if ending in (".png", ".pdf"):
            stamps = {"CreationDate": None} if ending == ".pdf" else {"Software": None}
            self.draw().figure.savefig(file, format=ending[1:], dpi=200, metadata=stamps)
        else:
            text = {".svg": self.to_svg, ".html": self.to_html, ".txt": self.to_text}[ending]()
            file.write(text.encode("utf-8") + (b"" if text.endswith("\n") else b"\n"))

    def _ipython_display_(self):
        """The picture, and under it the same in words: JupyterLab shows an SVG as an image that says nothing."""
        from IPython.display import display

        display(self._repr_mimebundle_(), raw=True)
        display(displayed({"text/html": lambda: in_tables(self.model)}), raw=True)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return displayed({"image/svg+xml": self.to_svg, "text/plain": self.to_text}, include, exclude)

    def __repr__(self):
        return in_words(self)
