"""What all widgets share: the scripts and styles of ``static/``, the words, errors told in words, the text twin.

A widget speaks to its page through traits alone. What the page sends is checked by its trait and never evaluated;
what comes from the learner's namespace is set as text, never as markup. Leans on messages, svg and text.
"""

import base64
import json
import linecache
import re
import traceback
from pathlib import Path

import anywidget
import traitlets

from ...messages import LANGUAGES, TEXTS, get_language
from ..model import visible
from ..render.svg import COLOURS, escape
from ..values import displayed, in_words

STATIC = Path(__file__).parent / "static"
_PACKAGE = str(Path(__file__).parents[2])
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)


def script(name):
    """A module of ``static/`` and those it imports, put together as one: a page is handed a single text.

    >>> "export default widget(" in script("derivative.js"), "import {" in script("derivative.js")
    (True, False)
    """
    parts, seen = [], set()

    def add(name, last=False):
        if name in seen:
            return
        seen.add(name)
        text = (STATIC / name).read_text(encoding="utf-8")
        for other in _IMPORT.findall(text):
            add(other)
        text = _IMPORT.sub("", text)
        parts.append(text if last else re.sub(r"^export ", "", text, flags=re.MULTILINE))

    add(name, last=True)
    return "\n".join(parts)


def style():
    """The style sheet: the colours of the pictures, light and dark, and what ``static/widgets.css`` does with them."""
    light, dark = (";".join(f"--adl-{name}:{pair[k]}" for name, pair in COLOURS.items()) for k in (0, 1))
    return (
        f".adl-widget{{{light};color-scheme:light}}\n"
        f"@media (prefers-color-scheme:dark){{.adl-widget{{{dark};color-scheme:dark}}}}\n"
        f"[data-jp-theme-light=true] .adl-widget,.vscode-light .adl-widget{{{light};color-scheme:light}}\n"
        f"[data-jp-theme-light=false] .adl-widget,.vscode-dark .adl-widget,.dark .adl-widget"
        f"{{{dark};color-scheme:dark}}\n" + (STATIC / "widgets.css").read_text(encoding="utf-8")
    )


def words(*stems):
    """The texts of both pages' labels, by key without the stem: what a widget's script says, in the language in use.

    >>> from autodiff_lab.messages import set_language
    >>> words("widget.fault.")["again"]
    'Intentar de nuevo'
    """
    which = LANGUAGES.index(get_language())
    return {key[len(s) :]: text[which] for key, text in TEXTS.items() for s in stems if key.startswith(s)}


def current(function):
    """The function that the learner's name stands for now: a cell that is run again mends a widget already drawn."""
    scope = getattr(function, "__globals__", {})
    latest = scope.get(getattr(function, "__name__", ""))
    same = type(latest) is type(function) and latest.__globals__ is scope
    return latest if same and "<" not in function.__qualname__ else function


def fault(error, function=None):
    """An error of the learner's function as plain data: its type, its words, its line in the learner's own code.

    Where no line of that code was running, as when a result does not fit, it is the line where the function begins.

    >>> try: 1 / 0
    ... except ZeroDivisionError as error: fault(error)["type"]
    'ZeroDivisionError'
    """
    trail = traceback.extract_tb(error.__traceback__)
    places = [(f.filename, f.lineno, f.name) for f in trail if not f.filename.startswith(_PACKAGE)]
    code = getattr(function, "__code__", None)
    if not places and code is not None and not code.co_filename.startswith(_PACKAGE):
        places = [(code.co_filename, code.co_firstlineno, code.co_name)]
    file, line, name = places[-1] if places else ("", None, "")
    return {
        "type": type(error).__name__,
        "message": visible(str(error), 600),
        "notes": [visible(note, 600) for note in getattr(error, "__notes__", ())],
        "line": line,
        "function": visible(name),
        "code": visible(linecache.getline(file, line).strip(), 200) if line else "",
    }


def _as_text(value, widget=None):
    return json.dumps(value, ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_packed)


def _packed(data):
    return base64.b64encode(data).decode("ascii")


# for traits with much in them: sent as one text, so that nothing on the way walks through all of it
AS_TEXT = {"sync": True, "to_json": _as_text}


class Widget(anywidget.AnyWidget):
    """A widget of the laboratory: its words in ``labels``, an error of the learner's function in ``fault``.

    Subclasses give ``to_text()``, the twin in words, and may give ``to_svg()``, the picture for pages without a kernel.
    """

    _css = style()
    labels = traitlets.Dict().tag(sync=True)
    language = traitlets.Unicode().tag(sync=True)
    fault = traitlets.Dict().tag(sync=True)
    again = traitlets.Int(0).tag(sync=True)  # counts the presses of "try again"

    heard: tuple[str, ...] = ()  # the traits that are the page's to set, besides ``again``
    stems: tuple[str, ...] = ()  # the keys in messages.py that the script asks for

    def __init__(self, **traits):
        super().__init__(
            labels=words("widget.", *self.stems), language=get_language(), layout={"width": "auto"}, **traits
        )

    def set_state(self, sync_data):
        """What a message of the page sets: of the traits that are the page's; the others are the kernel's to say."""
        super().set_state({name: v for name, v in sync_data.items() if name in (*self.heard, "again")})

    def to_text(self):
        """The widget in words, as it stands now."""
        raise NotImplementedError

    to_svg = None
    plays_alone: tuple[str, ...] = ()  # the traits with which the script needs no kernel

    def alone(self):
        """The traits with which a page without a kernel starts; bytes are sent as base64."""
        return {
            name: getattr(self, name) for name in ("labels", "language", "fault", "again", *self.plays_alone)
        }

    def to_html(self):
        """The widget as it stands, script and all, for a page without a kernel; the picture, where no script runs."""
        # no tag in it ends the script, no comment hides its end
        data = _as_text(self.alone()).replace("<", "\\u003c")
        module = self._esm.replace("export default ", "const shown = ").replace("</", "<\\/")
        return (
            f'<div class="adl-alone">{self.to_svg()}</div><style>{self._css}</style><script>(() => {{\n'
            "const place = document.currentScript.previousElementSibling.previousElementSibling;\n"
            f"{module}\nalone(shown, {data}, place);\n}})();</script>"
        )

    def __repr__(self):
        return in_words(self)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        made = {"text/plain": self.to_text}  # whole, whatever anywidget's version cuts off
        if self.to_svg is not None:
            made["image/svg+xml"] = self.to_svg
        if self.plays_alone:
            made["text/html"] = self.to_html
        return data | displayed(made), metadata


def told(fault):
    """A fault in words, for the text twin; "" where there is none."""
    if not fault:
        return ""
    where = f" ({fault['function']}, {fault['line']}: {fault['code']})" if fault.get("line") else ""
    return "\n".join([f"{fault['type']}: {fault['message']}{where}", *fault["notes"]])


__all__ = ["AS_TEXT", "Widget", "current", "escape", "fault", "script", "told", "words"]
