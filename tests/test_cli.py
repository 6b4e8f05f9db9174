"""`autodiff-lab`: the course reaches the folder, nothing of the learner's is lost, JupyterLab serves it."""

import builtins
import importlib.util
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from autodiff_lab import cli
from autodiff_lab.messages import get_language, set_language


def notebook(*sources, output=None):
    """A notebook of code cells, as bytes; with ``output`` it looks as if it had been run."""
    cells = [
        {"cell_type": "code", "source": [source], "outputs": [output] if output else []} for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


OLD = {"01_a.ipynb": notebook("x = 1"), "02_b.ipynb": notebook("y = 1"), "figures/f.svg": b"<svg/>"}
NEW = {"01_a.ipynb": notebook("x = 2"), "02_b.ipynb": notebook("y = 2"), "figures/f.svg": b"<svg></svg>"}


@pytest.fixture(autouse=True)
def language_restored():
    before = get_language()
    yield
    set_language(before)


def files(folder):
    """What a folder holds, hidden files left out: relative name to bytes."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# -- the course in the folder -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_course_is_notebooks(language):
    course = cli.read_course(language)
    assert course and all(
        json.loads(course[name])["nbformat"] == 4 for name in course if name.endswith(".ipynb")
    )


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_a_learner_gets_is_still_to_be_predicted(language):
    stored = cli.Path(cli.__file__).parent.parent / "notebooks" / language
    for name, content in cli.read_course(language).items():
        mine, theirs = (json.loads(text)["cells"] for text in (content, (stored / name).read_bytes()))
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in mine)
        assert [(cell["id"], cell["source"]) for cell in mine] == [
            (cell["id"], cell["source"]) for cell in theirs
        ]


def test_a_handout_has_no_solutions_and_opens_nothing(tmp_path, capsys):
    assert cli.main(["handout", "--lang", "en", "--dir", str(tmp_path)]) == 0
    books = {name: json.loads(content) for name, content in files(tmp_path).items()}
    assert set(books) == set(cli.read_course("en"))
    for name, book in books.items():
        assert "Solutions" not in "".join("".join(cell["source"]) for cell in book["cells"]), name
    assert str(tmp_path) in capsys.readouterr().out


def test_what_learners_handed_in_is_graded(tmp_path, capsys):
    """The answers in the notebook count, not what was stored in it; one that cannot be run is named."""
    new = pytest.importorskip("nbformat").v4

    def handed_in(*sources):
        cells = [new.new_code_cell(source) for source in sources]
        return json.dumps(new.new_notebook(cells=cells)).encode()

    answers = "lab.check('2.4', 2.4)", "1 / 0", "lab.check('2.2', (7, 20))", "lab.check('2.1', ...)"
    done = handed_in("from autodiff_lab import lab", *answers)
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "02.ipynb").write_bytes(done)
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "02.ipynb").write_bytes(done[:-5])
    (tmp_path / "notes.ipynb").write_bytes(handed_in("print('✓ 2.4')"))
    assert cli.main(["grade", "--lang", "en", "--dir", str(tmp_path)]) == 0
    table, told = capsys.readouterr()
    assert table.splitlines() == [
        "notebook,exercise,state",
        "ana/02.ipynb,2.1,todo",
        "ana/02.ipynb,2.2,wrong",
        "ana/02.ipynb,2.3,todo",
        "ana/02.ipynb,2.4,right",
    ]
    assert [line for line in told.splitlines() if ".ipynb: " in line] == [
        "ana/02.ipynb: Exercises done: 1 of 4",
        "ben/02.ipynb: could not be run to its end",
        "notes.ipynb: Exercises done: 0 of 0",
    ]


def test_an_empty_folder_gets_the_whole_course(tmp_path):
    events = cli.place(OLD, tmp_path / "made" / "on the way")
    assert files(tmp_path / "made" / "on the way") == OLD
    assert events == [("new", name, name) for name in OLD]


def test_a_second_time_writes_nothing(tmp_path):
    cli.place(OLD, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert cli.place(OLD, tmp_path) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_the_learner_did_not_change_is_brought_up_to_date(tmp_path):
    cli.place(OLD, tmp_path)
    assert cli.place(NEW, tmp_path) == [("updated", name, name) for name in NEW]
    assert files(tmp_path) == NEW


def test_what_the_learner_changed_stays_and_the_new_one_goes_beside_it(tmp_path):
    cli.place(OLD, tmp_path)
    mine = notebook("x = 1", "my own cell")
    (tmp_path / "01_a.ipynb").write_bytes(mine)
    for course in (OLD, NEW):
        assert ("kept", "01_a.ipynb", "01_a.new.ipynb") in cli.place(course, tmp_path)
        assert files(tmp_path) == {**course, "01_a.ipynb": mine, "01_a.new.ipynb": course["01_a.ipynb"]}


def test_the_copy_beside_is_the_learners_too_once_changed(tmp_path):
    (tmp_path / "01_a.ipynb").write_bytes(b"mine")
    (tmp_path / "01_a.new.ipynb").write_bytes(b"mine as well")
    cli.place(NEW, tmp_path)
    want = {"01_a.ipynb": b"mine", "01_a.new.ipynb": b"mine as well", "01_a.new-2.ipynb": NEW["01_a.ipynb"]}
    assert files(tmp_path) == {**NEW, **want}


def test_a_notebook_that_was_only_run_stays_and_needs_no_copy(tmp_path):
    cli.place(OLD, tmp_path)
    run = notebook("x = 1", output={"output_type": "stream", "name": "stdout", "text": "1"})
    (tmp_path / "01_a.ipynb").write_bytes(run)
    assert cli.place(OLD, tmp_path) == []
    assert files(tmp_path) == {**OLD, "01_a.ipynb": run}


@pytest.mark.parametrize("manifest", [b"", b"{", b"[]", b'{"01_a.ipynb": 3}', b"[" * 100_000, b"\xff"])
def test_an_unreadable_manifest_makes_everything_the_learners(tmp_path, manifest):
    cli.place(OLD, tmp_path)
    (tmp_path / cli.MANIFEST).write_bytes(manifest)
    cli.place(NEW, tmp_path)
    assert OLD.items() <= files(tmp_path).items()
    assert (tmp_path / "01_a.new.ipynb").read_bytes() == NEW["01_a.ipynb"]


@pytest.mark.parametrize(
    "make", [os.mkdir, lambda path: os.symlink("nowhere", path)], ids=["folder", "dead link"]
)
def test_what_is_no_file_is_left_alone(tmp_path, make):
    make(tmp_path / "01_a.ipynb")
    assert ("kept", "01_a.ipynb", "01_a.new.ipynb") in cli.place(OLD, tmp_path)
    assert not (tmp_path / "01_a.ipynb").is_file()


@pytest.mark.skipif(
    not hasattr(os, "fork"), reason="a process is killed at each step here; that needs os.fork"
)
def test_killed_at_any_point_nothing_of_the_learners_is_gone(tmp_path):
    def prepared(folder):
        cli.place(OLD, folder)
        (folder / "01_a.ipynb").write_bytes(b"mine")
        return folder

    def place_and_die(folder, step):
        """Update the folder in a child that ends without a word at its ``step``-th act on the file system."""
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        acts = iter(range(1, step))

        def act():
            if next(acts, None) is None:
                os._exit(9)

        class Halves:
            """A file whose every write has an act in its middle."""

            def __init__(self, *args, **options):
                self.file = real(*args, **options)

            def write(self, content):
                half = len(content) // 2
                self.file.write(content[:half]), self.file.flush()
                act()
                return half + self.file.write(content[half:])

            def __enter__(self):
                return self

            def __exit__(self, *exc):
                self.file.close()

            def __getattr__(self, name):
                return getattr(self.file, name)

        real, io.open, builtins.open = open, Halves, Halves
        watched = ("os.rename", "os.remove", "os.mkdir")
        sys.addaudithook(lambda event, _: act() if event in watched else None)
        cli.place(NEW, folder)
        os._exit(0)

    want = {**NEW, "01_a.ipynb": b"mine", "01_a.new.ipynb": NEW["01_a.ipynb"]}
    for step in range(1, 100):
        folder = prepared(tmp_path / str(step))
        if place_and_die(folder, step) == 0:
            break
        for name, content in files(folder).items():
            assert content == b"mine" if name == "01_a.ipynb" else content in (*OLD.values(), *NEW.values())
        cli.place(NEW, folder)
        assert files(folder) == want  # and the next run completes what was begun
    assert 10 < step < 99 and files(folder) == want


def test_a_failing_disk_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    cli.place(OLD, tmp_path)
    before = sorted(tmp_path.rglob("*")), files(tmp_path)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        cli.place(NEW, tmp_path)
    assert (sorted(tmp_path.rglob("*")), files(tmp_path)) == before


# -- the command ------------------------------------------------------------------------------------


def test_without_jupyterlab_it_says_the_line_that_installs_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert cli.main(["--lang", "en", "--dir", str(tmp_path)]) == 1
    assert f"{sys.executable} -m pip install jupyterlab" in capsys.readouterr().err
    assert files(tmp_path) == cli.read_course("en")


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_says_what_it_kept_in_the_learners_language(tmp_path, monkeypatch, capsys, language):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    name = min(cli.read_course(language))
    (tmp_path / name).write_bytes(b"mine")
    cli.main(["--lang", language, "--dir", str(tmp_path)])
    said = capsys.readouterr().out
    assert name in said and name.replace(".ipynb", ".new.ipynb") in said
    assert {"es": "se queda como está", "en": "stays as it is"}[language] in said


def test_a_folder_that_cannot_be_is_a_plain_error(tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"mine")
    assert cli.main(["--lang", "en", "--dir", str(tmp_path / "file")]) == 1
    assert "could not be put" in capsys.readouterr().err
    assert files(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize(
    "argv", [["--lang", "fr"], ["--port", "65536"], ["--port", "-1"], ["--port", "²"], ["x"]]
)
def test_a_wrong_argument_ends_with_status_2(tmp_path, monkeypatch, argv):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        cli.main(argv)
    assert files(tmp_path) == {}


def test_jupyterlab_opens_on_the_course(tmp_path):
    """The real server, on loopback with a token, even where the learner's configuration opens servers to everyone."""
    pytest.importorskip("jupyterlab")
    runtime, course = tmp_path / "runtime", tmp_path / "course"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(
        "c.ServerApp.ip = '0.0.0.0'\nc.IdentityProvider.token = ''\nc.ServerApp.allow_remote_access = True\n"
    )
    environment = {
        **os.environ,
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }
    environment.pop("JUPYTER_TOKEN", None)
    command = [
        sys.executable,
        "-m",
        "autodiff_lab",
        *"--lang es --no-browser --port 0 --dir".split(),
        str(course),
    ]
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=tmp_path
        )
    try:
        deadline = time.monotonic() + 60
        while not (found := [path for path in runtime.glob("jpserver-*.json") if path.stat().st_size]):
            assert server.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        info = json.loads(found[0].read_text())
        assert info["url"].startswith("http://localhost:") and len(info["token"]) >= 32

        def get(path):
            request = urllib.request.Request(
                info["url"] + path, headers={"Authorization": f"token {info['token']}"}
            )
            while True:
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        return answer.read()
                except urllib.error.HTTPError:
                    raise
                except urllib.error.URLError:  # it has written its address down and does not listen yet
                    assert server.poll() is None and time.monotonic() < deadline, (
                        tmp_path / "log"
                    ).read_text()
                    time.sleep(0.05)

        assert b"JupyterLab" in get("lab")
        served = {entry["name"] for entry in json.loads(get("api/contents"))["content"]}
        assert served == set(cli.read_course("es"))
        first = min(served)
        assert (course / first).read_bytes() == cli.read_course("es")[first]
        assert f"/lab/tree/{first}" in (tmp_path / "log").read_text()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(info["url"] + "api/contents", timeout=30)
        for *_, address in socket.getaddrinfo(socket.gethostname(), info["port"], socket.AF_INET):
            if not address[0].startswith("127."):
                with pytest.raises(OSError):
                    socket.create_connection(address, timeout=5)
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_the_template_puts_a_test_of_notebooks_and_overwrites_nothing(tmp_path, capsys):
    (tmp_path / "nbval_sanitize.cfg").write_text("mine")
    assert cli.main(["ci-template", "--lang", "en", "--dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "nbval_sanitize.cfg: is there already" in said and "notebooks.yml: written" in said
    assert (tmp_path / "nbval_sanitize.cfg").read_text() == "mine"
    assert "--nbval" in (tmp_path / ".github" / "workflows" / "notebooks.yml").read_text(encoding="utf-8")


def test_the_template_makes_a_notebook_a_test(tmp_path):
    """As its last line says: a stored 3 for 1 + 1 fails, a stored 2 passes."""
    cli.main(["ci-template", "--dir", str(tmp_path)])
    for stored, passes in (("2", True), ("3", False)):
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1 + 1", "execution_count": 1}
        output = {
            "output_type": "execute_result",
            "data": {"text/plain": stored},
            "execution_count": 1,
            "metadata": {},
        }
        book = {"cells": [{**cell, "outputs": [output]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (tmp_path / "a.ipynb").write_text(json.dumps(book))
        command = "pytest -q -p no:cacheprovider --nbval --nbval-current-env --nbval-sanitize-with=nbval_sanitize.cfg"
        run = subprocess.run(
            [sys.executable, "-m", *command.split()], cwd=tmp_path, capture_output=True, text=True
        )
        assert (run.returncode == 0) == passes, run.stdout
