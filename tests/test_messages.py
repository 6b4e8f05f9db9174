"""The catalogue is whole: every text that is asked for exists, in both languages, with what it needs."""

import ast
import pathlib
import string

import pytest

import autodiff_lab as th
from autodiff_lab import messages
from autodiff_lab.lab.texts import TEXTS
from autodiff_lab.messages import LANGUAGES

PACKAGE = pathlib.Path(th.__file__).parent
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def placeholders(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def strings(tree):
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def notes():
    """Every note that ``explained`` and ``check`` are asked for: (where, key, names of the values given)."""
    for path, tree in SOURCES.items():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("explained", "check")):
                given = {k.arg: k.value for k in call.keywords}
                for key in (*call.args, given.get("note")):
                    if isinstance(key, ast.Constant) and str(key.value).startswith("note."):
                        yield f"{path.name}:{call.lineno}", key.value, set(given)


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_it_with_the_same_values(key):
    spanish, english = TEXTS[key]
    assert placeholders(spanish) == placeholders(english)
    assert spanish.strip() and english.strip()


def test_every_note_exists_and_gets_its_values():
    for where, key, given in notes():
        assert key in TEXTS, f"{where} asks for {key}"
        assert placeholders(TEXTS[key][0]) <= given | {"name"}, where


def test_no_text_is_left_over():
    used = set().union(
        *(strings(tree) for path, tree in SOURCES.items() if path.name not in ("messages.py", "texts.py"))
    )
    stems = {
        key for key in TEXTS if not any(key == s or (s.endswith(".") and key.startswith(s)) for s in used)
    }
    formats = {s for s in used if "." in s}
    left = {key for key in stems if not any(key.rpartition(".")[0] + "." in s for s in formats)}
    assert {key for key in left if key.startswith("note.")} == set()


@pytest.fixture(params=LANGUAGES)
def language(request):
    before = messages.get_language()
    messages.set_language(request.param)
    yield request.param
    messages.set_language(before)


def notes_of(program, error=RuntimeError):
    with pytest.raises(error) as caught:
        program()
    return "\n".join(caught.value.__notes__)


def test_a_note_names_the_learners_variable(language):
    weights = th.ones(2, requires_grad=True)
    loss = weights * 2
    assert "weights" in notes_of(lambda: weights.add_(1))
    assert "loss" in notes_of(loss.backward) and "[2]" in notes_of(loss.backward)
    number = th.tensor(1.0)
    assert "number" in notes_of(number.backward)
    assert "weights" in notes_of(weights.numpy)


def test_a_note_speaks_the_learners_language():
    x = th.tensor(1.0, requires_grad=True)
    y = x.exp()
    y.backward()
    messages.set_language("es")
    assert "retain_graph=True" in notes_of(y.backward) and "backward ya liberó" in notes_of(y.backward)
    messages.set_language("en")
    assert "has already freed" in notes_of(y.backward)
    messages.set_language("es")


def test_another_language_is_refused_and_the_old_one_stays():
    with pytest.raises(ValueError, match="'es', 'en'"):
        messages.set_language("fr")
    assert messages.get_language() == "es"
