"""`autodiff-lab`: puts the course into a folder and opens JupyterLab on it. For teachers: `handout` puts it there
without its solutions, `grade` says what the exercises of learners' notebooks came to, `ci-template` puts the files
beside a teacher's own notebooks that make them run as tests. Leans on messages; `grade` on lab.grading.

Note [What the learner wrote stays]
    A file is replaced only if its content is one that this command wrote itself. To know that, the folder
    keeps a manifest: for each name, the SHA-256 of every content ever put there. The order of events makes
    it safe to be killed anywhere: first the manifest learns the new content, then the file is written; and
    each of the two is written to a temporary file beside it, flushed, and renamed over the old one. So a
    file is at all times whole, and either the learner's own or known to be ours. An unreadable manifest
    knows nothing: then everything in the folder is the learner's.

    Where the learner's file stands, the course's copy goes beside it, `02_x.ipynb` as `02_x.new.ipynb`, by
    the same rule (if that one was changed too, `02_x.new-2.ipynb`). A notebook that was only run, its cells
    still the course's, is kept with its outputs and needs no copy.
"""

import argparse
import csv
import hashlib
import importlib.util
import itertools
import json
import os
import secrets
import sys
from pathlib import Path

from .messages import LANGUAGES, get_language, say, set_language
from .serialization import replacing

# Where the course goes if no folder is named.
FOLDERS = {"open": "autodiff-lab", "handout": "autodiff-lab-handout"}
MANIFEST = ".autodiff-lab.json"


def main(argv=None):
    """Run the command with the arguments ``argv`` (default: the process's own); returns the exit status."""
    args = _parse(argv)
    set_language(args.lang)
    folder = Path(args.dir or FOLDERS.get(args.command, ".")).expanduser().absolute()
    try:
        if args.command == "ci-template":
            return _put_template(folder)
        if args.command != "grade":
            fresh = _put(read_course(args.lang, solutions=args.command == "open"), folder)
    except OSError as error:
        print(say("cli.cannot_write", folder=folder, reason=error.strerror or error), file=sys.stderr)
        return 1
    if args.command == "handout":
        return 0
    if importlib.util.find_spec("jupyterlab") is None:
        print(say("cli.no_jupyterlab", python=_quoted(sys.executable)), file=sys.stderr)
        return 1
    if args.command == "grade":
        return _grade(folder)
    return _open_lab(folder, first=min(fresh, default=None), browser=args.browser, port=args.port)


def _parse(argv):
    parser = argparse.ArgumentParser(prog="autodiff-lab", description=say("cli.description"))
    commands = (*FOLDERS, "grade", "ci-template")
    parser.add_argument("command", nargs="?", choices=commands, default="open", help=say("cli.help.command"))
    parser.add_argument("--lang", choices=LANGUAGES, default=get_language(), help=say("cli.help.lang"))
    parser.add_argument("--dir", metavar="DIR", help=say("cli.help.dir", folder=FOLDERS["open"]))
    parser.add_argument("--no-browser", dest="browser", action="store_false", help=say("cli.help.no_browser"))
    parser.add_argument("--port", type=_port, default=8888, metavar="N", help=say("cli.help.port"))
    return parser.parse_args(argv)


def _port(text):
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(say("cli.bad_port", text=text))


def _quoted(path):
    return f'"{path}"' if " " in path else path


# -- the course and the learner's folder --------------------------------------------------------------------


def read_course(language, solutions=True):
    """The course's files in ``language`` (``"es"`` or ``"en"``): a dict from relative name to bytes, sorted.

    They are in the package once it is installed, and in ``notebooks/`` of a checkout. The notebooks come without their
    outputs: a learner is asked to predict them. Without ``solutions``, the cells that hold these are left out.
    """
    package = Path(__file__).parent
    folder = package / "course" / language
    if not folder.is_dir():
        folder = package.parent / "notebooks" / language
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    visible = sorted(name for name in names if not any(part.startswith(".") for part in name.parts))
    read = {name.as_posix(): (folder / name).read_bytes() for name in visible}
    return {name: _blank(file, solutions) if name.endswith(".ipynb") else file for name, file in read.items()}


def _blank(notebook, solutions):
    """A notebook, as bytes, that was never run."""
    book = json.loads(notebook)
    book["cells"] = [cell for cell in book["cells"] if solutions or cell["id"] != "solutions"]
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return (json.dumps(book, indent=1, ensure_ascii=False) + "\n").encode()


def place(course, folder):
    """Put the files of ``course`` (name to bytes) into ``folder``, which is made if need be.

    Nothing that the learner changed is overwritten: see Note [What the learner wrote stays].

    Returns:
        A list of ``(event, name, written)`` for every file of which something is to be told: event ``"new"``
        or ``"updated"`` (``written`` is ``name``), or ``"kept"``, where the learner's file stays and the
        course's copy is in ``written`` beside it.

    Raises OSError if the folder or a file in it cannot be read or written; what was there is still there.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    known = _read_manifest(folder / MANIFEST)
    events = []
    for name, ours in course.items():
        for written in _names_beside(name):
            state = _state(folder / written, ours, known.get(written, ()))
            if state != "theirs":
                break
        if state in ("new", "updated"):
            digests = known.setdefault(written, [])
            if _digest(ours) not in digests:
                digests.append(_digest(ours))
                _write(folder / MANIFEST, json.dumps(known, indent=1, sort_keys=True).encode())
            (folder / written).parent.mkdir(parents=True, exist_ok=True)
            _write(folder / written, ours)
        if written != name:
            events.append(("kept", name, written))
        elif state in ("new", "updated"):
            events.append((state, name, written))
    return events


def _state(target, ours, known):
    """What stands at ``target``: ``"new"`` nothing, ``"same"`` exactly ``ours``, ``"updated"`` something that
    this command wrote before (its digest is ``known``), ``"run"`` ours but run, ``"theirs"`` any other.
    """
    if not os.path.lexists(target):
        return "new"
    content = target.read_bytes() if target.is_file() else None
    if content == ours:
        return "same"
    if content is None:
        return "theirs"
    if _digest(content) in known:
        return "updated"
    return "run" if _same_cells(content, ours) else "theirs"


def _put(course, folder):
    """Place the course, tell the learner what happened; returns the names that are new to the folder."""
    events = place(course, folder)
    print(say("cli.course_in", folder=folder))
    for event, name, written in events:
        if event != "new":
            print(say(f"cli.{event}", name=name, written=written))
    return [name for event, name, _ in events if event == "new"]


def _put_template(folder):
    """Put the files with which a teacher's own notebooks run as tests into ``folder``; what is there already stays."""
    source = Path(__file__).parent / "ci_template"
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        name = path.relative_to(source)
        target = folder / name
        new = not os.path.lexists(target)
        if new:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, path.read_bytes())
        print(say("cli.template.new" if new else "cli.template.kept", name=name.as_posix()))
    print(say("cli.template.run"))
    return 0


def _grade(folder):
    """Run the notebooks of ``folder``; print a table of their exercises (CSV), and beside it how each notebook did."""
    from .lab.grading import graded

    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("notebook", "exercise", "state"))
    for name, states in graded(folder):
        table.writerows((name, exercise, state) for exercise, state in (states or {}).items())
        right = sum(state == "right" for state in (states or {}).values())
        told = (
            say("cli.grade.failed") if states is None else say("course.progress", done=right, of=len(states))
        )
        print(f"{name}: {told}", file=sys.stderr)
    return 0


def _names_beside(name):
    """``a.ipynb``, then ``a.new.ipynb``, ``a.new-2.ipynb``, …: where the course's copy may go."""
    stem, suffix = os.path.splitext(name)
    yield name
    yield f"{stem}.new{suffix}"
    for number in itertools.count(2):
        yield f"{stem}.new-{number}{suffix}"


def _same_cells(theirs, ours):
    """Whether two notebooks, as bytes, hold the same cells, whatever their outputs are."""
    try:
        books = [json.loads(text)["cells"] for text in (theirs, ours)]
        theirs, ours = ([(cell["cell_type"], "".join(cell["source"])) for cell in book] for book in books)
    except (ValueError, KeyError, TypeError, RecursionError):  # not a notebook
        return False
    return theirs == ours


def _read_manifest(path):
    try:
        manifest = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    whole = isinstance(manifest, dict) and all(isinstance(digests, list) for digests in manifest.values())
    return manifest if whole else {}


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _write(path, content):
    with replacing(path) as file:
        file.write(content)


# -- JupyterLab ---------------------------------------------------------------------------------------------


def _open_lab(folder, *, first, browser, port):
    """Serve ``folder`` with JupyterLab until it is stopped; ``first`` is the notebook to open, if any.

    It runs in this process, so that Ctrl-C and a terminated process mean what they mean to JupyterLab itself,
    on Windows too. It listens on the loopback address only and asks for a token, whatever a configuration says that
    was written for other servers; ``JUPYTER_TOKEN`` may name the token.
    """
    from jupyterlab.labapp import main as serve

    os.environ["AUTODIFF_LAB_LANG"] = get_language()  # the kernels' language
    argv = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", "--ServerApp.ip=localhost"]
    argv.append(f"--IdentityProvider.token={os.environ.get('JUPYTER_TOKEN') or secrets.token_hex(24)}")
    if first is not None:
        argv.append(f"--LabApp.default_url=/lab/tree/{first}")
    if not browser:
        argv.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        argv.append(
            "--allow-root"
        )  # a container's only user; Jupyter would refuse, and this is loopback with a token
    serve(argv)
    return 0
