"""The notebook's shorthand: each magic is one call of a ``lab`` function. ``%load_ext autodiff_lab`` brings them.

A wrong argument raises (IPython's own UsageError only prints, so a notebook that is checked would pass over it), and
an error in a learner's cell shows as itself. Leans on picture and messages.
"""

import ast
import contextlib
import os
import re
import sys
import textwrap
from functools import partial
from pathlib import Path
from types import TracebackType

import IPython
from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class
from IPython.core.magic_arguments import MagicArgumentParser, argument, magic_arguments
from IPython.utils.process import arg_split

from ..messages import get_language, say, set_language
from ..mode import no_grad
from . import history
from .checking import gradcheck
from .names import is_tensor, tensors_for
from .picture import graph
from .recording import inside, record
from .trace import trace
from .values import failure
from .why import why
from .widgets.derivative import PRESETS, derivative
from .widgets.explorer import explore

NOTE_WIDTH = 88  # characters: what a notebook beside its sidebar has room for


def _drawing_options(function):
    """The options that ``%graph`` and ``%%graph`` share."""
    for option in (
        argument(
            "expression", nargs="?", default="", help="what to draw: a variable, or any Python expression"
        ),
        argument(
            "-s", "--save", metavar="FILE", help="also write the picture: .svg, .html, .png, .pdf or .txt"
        ),
        argument("-b", "--backward", action="store_true", help="the grad_fn nodes, along which gradients go"),
        argument("--both", action="store_true", help="the operations and their grad_fn nodes, linked"),
        argument("--fold", choices=("module", "loop", "depth", "nothing"), help="what to fold into one box"),
        argument("--names", metavar="X,Y", help="call only these variables by their name, as in --names=x,y"),
        argument("--no-values", action="store_true", help="only the structure: no values, no gradients"),
        argument("--depth", type=int, help="how many levels of operations to show, counted from the result"),
        argument(
            "-d", "--direction", default="TB", choices=("TB", "LR"), help="top-down (TB) or left-right (LR)"
        ),
    ):
        function = option(function)
    return function


def _parsed(function, line):
    """The arguments of a magic; options may stand before or after the expression, which may hold blanks.

    Raises:
        ValueError: for what the magic does not understand.
    """
    parser = function.parser
    known = {text: action for action in parser._actions for text in action.option_strings}
    words, options, rest = arg_split(line), [], []
    while words:
        word = words.pop(0)
        action = known.get(word.partition("=")[0] if word.startswith("--") else word)
        if action is None:
            rest.append(word)
            continue
        options.append(word)
        if action.nargs != 0 and "=" not in word and words:
            options.append(words.pop(0))
    try:
        return MagicArgumentParser.parse_args(parser, [*options, *(["--", " ".join(rest)] if rest else [])])
    except UsageError as error:
        raise ValueError(f"%{parser.prog.lstrip('%')}: {error}") from None


@magics_class
class LabMagics(Magics):
    """The magics of the laboratory; ``%graph?`` and the like tell their options."""

    @magic_arguments()
    @_drawing_options
    @line_magic("graph")
    def graph(self, line):
        """Draw the computation graph of a tensor, with its values and, after backward(), its gradients.

        ``%graph f`` draws what ``lab.graph(f)`` draws.
        """
        __tracebackhide__ = True
        options = _parsed(self.graph, line)
        if not options.expression:
            raise ValueError(say("magic.graph.what"))
        return self._drawn(self.shell.ev(options.expression), options)

    @magic_arguments()
    @_drawing_options
    @cell_magic("graph")
    def graph_cell(self, line, cell):
        """Run the cell, then draw all that it computed: first the given expression, or the cell's last result.

        The last result is the value of the last line or, if that is none, the tensor assigned last.
        """
        __tracebackhide__ = True
        options = _parsed(self.graph_cell, line)
        with record() as run:
            value = self._run(cell)
            if options.expression:
                value = self.shell.ev(options.expression)
        if not is_tensor(value):
            if not run.events:
                raise ValueError(say("magic.graph.nothing"))
            value = run.ends()[-1].tensor
        self.shell.user_ns["_run"] = run
        try:
            return self._drawn(value, options, run if run.events else None)
        except (ValueError, TypeError, OSError):  # what is wrong with the line
            raise
        except Exception as error:  # noqa: BLE001 - the cell has run, whatever fails in the drawing
            print(failure(error))
            return value

    def _drawn(self, tensor, options, run=None):
        __tracebackhide__ = True
        names = self._names()
        if options.names:
            names = {name: self.shell.ev(name) for name in options.names.split(",")}
        fold = False if options.fold == "nothing" else options.fold
        drawn = graph(
            tensor, direction=options.direction, backward="both" if options.both else options.backward,
            depth=options.depth, fold=fold, values=not options.no_values, names=names, run=run,
        )  # fmt: skip
        if options.save:
            drawn.save(options.save.strip("'\""))
        return drawn

    def _names(self):
        """The learner's variables, without IPython's own; and what the last ``%%graph`` saw."""
        hidden = self.shell.user_ns_hidden
        return {name: value for name, value in self.shell.user_ns.items() if name not in hidden}

    @magic_arguments()
    @argument("-m", "--mode", default="forward", choices=("forward", "reverse"), help="tangents or adjoints")
    @argument("-s", "--seed", help="tangents of the inputs, or the adjoint of the result, as in --seed=1,0")
    @argument("expression", nargs="?", default="", help="a function and its point: %%trace f x=2. y=5.")
    @line_magic("trace")
    def trace(self, line):
        """The evaluation trace of a function at a point: ``%trace f x1=2. x2=5. --mode reverse``."""
        __tracebackhide__ = True
        options = _parsed(self.trace, line)
        function, inputs = self._point(options.expression)
        if not function:
            raise ValueError(say("magic.trace.what"))
        return trace(self.shell.ev(function), mode=options.mode, seed=self._seed(options), **inputs)

    @magic_arguments()
    @argument("-m", "--mode", default="forward", choices=("forward", "reverse"), help="tangents or adjoints")
    @argument("-s", "--seed", help="tangents of the inputs, or the adjoint of the result, as in --seed=1,0")
    @argument("expression", nargs="?", default="", help="the point: %%%%trace x=2. y=5.")
    @cell_magic("trace")
    def trace_cell(self, line, cell):
        """Run the cell with the inputs given, and show the evaluation trace of its last result."""
        __tracebackhide__ = True
        options = _parsed(self.trace_cell, line)
        stray, inputs = self._point(options.expression)
        if stray or not inputs:
            raise ValueError(say("magic.trace.point"))
        inputs = tensors_for(self.shell.user_ns, re.findall(r"\w+", cell), inputs)
        return trace(self._as_function(cell), mode=options.mode, seed=self._seed(options), **inputs)

    @cell_magic
    def no_grad(self, line, cell):
        """Run the cell with nothing recorded, as inside ``with no_grad():``."""
        __tracebackhide__ = True
        if line.strip():
            raise ValueError(say("magic.no_grad.alone", given=line.strip()))
        torch = sys.modules.get("torch")
        with no_grad(), torch.no_grad() if hasattr(torch, "no_grad") else contextlib.nullcontext():
            value = self._run(cell, show=True)
        return value

    @magic_arguments()
    @argument("expression", nargs="?", default="", help="the inputs: %%%%gradcheck x=0.7 y=th.ones(3)")
    @cell_magic
    def gradcheck(self, line, cell):
        """Run the cell as a function of the inputs, and compare its derivatives with differences of its values."""
        __tracebackhide__ = True
        stray, inputs = self._point(_parsed(self.gradcheck, line).expression)
        if stray or not inputs:
            raise ValueError(say("magic.gradcheck.point"))
        inputs = tensors_for(self.shell.user_ns, re.findall(r"\w+", cell), inputs)
        return gradcheck(self._as_function(cell, leave=False), **inputs)

    def _point(self, text):
        """What stands before the first ``name=value`` of a line, and these, evaluated."""
        pieces = re.split(r"(?:^|[\s,]+)([^\W\d]\w*)\s*=(?!=)", text)
        return pieces[0].strip(), {
            name: self.shell.ev(value.strip()) for name, value in zip(pieces[1::2], pieces[2::2])
        }

    def _seed(self, options):
        if options.seed is None:
            return None
        seed = self.shell.ev(options.seed)
        return seed if options.mode == "forward" or not isinstance(seed, tuple) else seed[0]

    def _as_function(self, cell, leave=True):
        """The cell as a function of some of its variables, which returns its last result.

        Afterwards the inputs' names mean what they meant before; without ``leave``, so do all others.
        """
        space = self.shell.user_ns

        def function(**inputs):
            __tracebackhide__ = True
            before = dict(space)
            space.update(inputs)
            try:
                return self._run(cell)
            finally:
                for name in inputs if leave else [n for n in space if space[n] is not before.get(n)]:
                    space.pop(name)
                    if name in before:
                        space[name] = before[name]

        return function

    def _run(self, cell, show=False):
        """Run a cell in the notebook's namespace; its last result. Its errors are its own."""
        __tracebackhide__ = True
        shell = self.shell
        source = shell.transform_cell(cell)
        name = shell.compile.cache(source, shell.execution_count, raw_code=cell)
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), shell.user_ns)
        value = None
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), shell.user_ns)
            if show:
                return value
            if value is not None and not is_tensor(value):
                shell.displayhook(value)
        if is_tensor(value) or show:
            return value
        assigned = (shell.user_ns.get(name) for name in reversed(_assigned(tree)))
        return next((value for value in assigned if is_tensor(value)), None)

    @magic_arguments()
    @argument("expression", nargs="?", default="", help="a tensor, or nothing for the last error")
    @line_magic
    def why(self, line):
        """Say in words why a tensor's gradient is what it is, or why there is none: ``%why x``.

        ``%why`` alone explains the last error.
        """
        __tracebackhide__ = True
        expression = _parsed(self.why, line).expression
        what = self.shell.ev(expression) if expression else getattr(sys, "last_value", None)
        if what is None:
            raise ValueError(say("magic.why.what"))
        return why(what, {**self._names(), "_run": self.shell.user_ns.get("_run")})

    @magic_arguments()
    @argument("expression", nargs="?", default="", help="a function, a preset's name, or a list of them")
    @argument("-o", "--order", type=int, default=1, help="how many derivatives to show, from 1 to 4")
    @argument("--range", default="-4,4", help="the least and the greatest x, as in --range=-2,2")
    @line_magic
    def derivative(self, line):
        """A function against its derivatives, to touch: ``%derivative th.sigmoid --order 2``."""
        __tracebackhide__ = True
        options = _parsed(self.derivative, line)
        if not options.expression:
            raise ValueError(say("magic.derivative.what"))
        ends = tuple(self.shell.ev(f"({options.range},)"))
        name = options.expression
        fn = name if name in PRESETS else self.shell.ev(name)
        return derivative(fn, range=ends, order=options.order)

    @magic_arguments()
    @argument(
        "expression", nargs="?", default="", help="a call of the function, f(x=2.0, y=3.0), or a tensor"
    )
    @argument(
        "-d", "--direction", default="TB", choices=("TB", "LR"), help="top-down (TB) or left-right (LR)"
    )
    @line_magic
    def explore(self, line):
        """The graph of a function, with a hand on its inputs: ``%explore f(x=2.0, y=3.0)``; or of a tensor."""
        __tracebackhide__ = True
        options = _parsed(self.explore, line)
        if not options.expression:
            raise ValueError(say("magic.explore.what"))
        call = ast.parse(options.expression, mode="eval").body
        named = isinstance(call, ast.Call) and not call.args and all(word.arg for word in call.keywords)
        if not named or not call.keywords:
            return explore(
                self.shell.ev(options.expression), direction=options.direction, names=self._names()
            )
        inputs = {word.arg: self.shell.ev(ast.unparse(word.value)) for word in call.keywords}
        return explore(self.shell.ev(ast.unparse(call.func)), direction=options.direction, **inputs)

    @magic_arguments()
    @argument(
        "language", nargs="?", choices=("es", "en"), help="español o English; sin nada, el idioma en uso"
    )
    @line_magic
    def lab_lang(self, line):
        """Choose the language of pictures and explanations: ``%lab_lang es`` or ``%lab_lang en``."""
        __tracebackhide__ = True
        language = _parsed(self.lab_lang, line).language
        if language is None:
            print(say("lang.set", language=get_language()))
        else:
            set_language(language)


def _assigned(tree):
    """The plain names that a cell assigns outside of functions, in order; a loop's own variable is no result."""
    names = []
    for statement in tree.body:
        loop = isinstance(statement, ast.For)
        targets = getattr(statement, "targets", [getattr(statement, "target", None)]) if not loop else ()
        for target in targets:
            if isinstance(target, (ast.Name, ast.Tuple, ast.List)):
                names += [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
        if isinstance(statement, (ast.For, ast.While, ast.If, ast.With, ast.Try)):
            inner = _assigned(statement)
            over = (
                {node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name)}
                if loop
                else set()
            )
            names += [name for name in inner if name not in over]
    return names


def show_error(shell, kind, error, trace, tb_offset=None):
    """Show an error of a cell down to the learner's own last line; the error itself keeps all its frames.

    What lies below that line is how the package works inside, and would drown the sentence that explains. The notes
    are broken between words, for a page would break them anywhere.
    """
    notes = list(getattr(error, "__notes__", ()))
    if notes:
        error.__notes__ = [_in_lines(str(note)) for note in notes]
    try:
        shell.showtraceback((kind, error, own_frames(trace)), tb_offset=tb_offset)
    finally:
        if notes:
            error.__notes__ = notes


def _in_lines(text):
    """A text with no line longer than a page has room for; what is short, such as code, stays as it is."""
    fill = partial(textwrap.fill, width=NOTE_WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(fill(line) if len(line) > NOTE_WIDTH else line for line in text.splitlines())


def own_frames(trace):
    """A traceback without the frames of this package, PyTorch and IPython at its end; as it is, if no other is left."""
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    shell = str(Path(IPython.__file__).parent) + os.sep
    files = [frame.tb_frame.f_code.co_filename for frame in frames]
    own = [k for k, file in enumerate(files) if not (inside(file) or file.startswith(shell))]
    shown = None
    for frame in reversed(frames[: own[-1] + 1] if own else frames):
        shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shown


def load_ipython_extension(shell):
    """``%load_ext autodiff_lab``."""
    shell.register_magics(LabMagics)
    history.listen(shell)
    if not shell.custom_exceptions:  # who has a way of showing errors keeps it
        shell.set_custom_exc((Exception,), show_error)


def unload_ipython_extension(shell):
    """``%unload_ext autodiff_lab``: the magics go, the package stays."""
    for kind, names in LabMagics.magics.items():
        for name in names:
            shell.magics_manager.magics[kind].pop(name, None)
    history.deafen(shell)
    if shell.custom_exceptions == (Exception,):
        shell.set_custom_exc((), None)
