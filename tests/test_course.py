"""The course's exercises: a right answer passes, typical mistakes each get their own words, ``...`` is to do.

The right answers are those of the notebooks' last cell, for the teacher; they run here after the chapter's own cells.
"""

import contextlib
import io
import json
import re
import tomllib
import warnings
from pathlib import Path

import pytest
from test_notebooks import translated

import autodiff_lab as th
from autodiff_lab import lab, nn
from autodiff_lab.lab import course
from autodiff_lab.lab.exercises.judging import EXERCISES, said
from autodiff_lab.messages import LANGUAGES, set_language

ROOT = Path(__file__).parent.parent
CHAPTERS = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks" / "es").glob("*.ipynb"))}
ENGLISH = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks" / "en").glob("*.ipynb"))}
WITH_EXERCISES = [n for n in CHAPTERS if (ROOT / f"autodiff_lab/lab/exercises/chapter_{n:02}.py").exists()]
for _number in WITH_EXERCISES:
    lab.progress(_number)

ALL_OF_THEM = f"1 a {course.CHAPTERS[-1]}"

# Answers that learners give, as they would write them, beside the exercise that they get wrong.
WRONG = json.loads((Path(__file__).parent / "data" / "wrong_answers.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def anew(monkeypatch):
    monkeypatch.setattr(course, "_answered", {})
    monkeypatch.setattr(course, "_hinted", {})


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def without_magics(source):
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        lines = lines[1:]
    return "\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def run(path):
    """A chapter's code cells in plain Python, one namespace; what they print is dropped."""
    import matplotlib.pyplot as plt

    space = {"__name__": "__main__", "th": th, "lab": lab}
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        for cell in cells(path):
            if cell["cell_type"] == "code":
                raises = "raises-exception" in cell["metadata"].get("tags", ())
                with pytest.raises(Exception) if raises else contextlib.nullcontext():
                    exec(without_magics("".join(cell["source"])), space)
    plt.close("all")
    return space


def solutions(path):
    """{"4.2": its solution's code}, from the chapter's last cell."""
    text = "".join(next(c for c in cells(path) if c["id"] == "solutions")["source"])
    found = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        found[re.match(r"# (\d+\.\d+)\n", block)[1]] = block
    return found


@pytest.mark.parametrize("number", WITH_EXERCISES)
def test_the_solutions_are_right(number):
    path = CHAPTERS[number]
    space = run(path)
    told = solutions(path)
    names = [n for n in EXERCISES if n.partition(".")[0] == str(number)]
    assert sorted(told) == sorted(names) and 3 <= len(names) <= 5
    for name, code in told.items():
        assert f'lab.check("{name}"' in code
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, space)
        assert lab.progress(number).states[name] == "right", (name, lab.hint(name))


@pytest.mark.parametrize("number", WITH_EXERCISES)
def test_both_languages_have_the_same_solutions(number):
    words = tomllib.loads((ROOT / "notebooks" / "words.toml").read_text(encoding="utf-8"))
    spanish, english = solutions(CHAPTERS[number]), solutions(ENGLISH[number])
    assert {name: translated(code, words) for name, code in spanish.items()} == english


@pytest.mark.parametrize("number", WITH_EXERCISES)
def test_every_exercise_stands_in_its_notebook_untouched(number):
    code = {c["id"]: "".join(c["source"]) for c in cells(CHAPTERS[number]) if c["cell_type"] == "code"}
    for name in EXERCISES:
        chapter, _, k = name.partition(".")
        if chapter == str(number):
            source = code[f"exercise-{chapter}-{k}"]
            assert f'lab.check("{name}"' in source and "..." in source
            stored = next(c for c in cells(CHAPTERS[number]) if c["id"] == f"exercise-{chapter}-{k}")
            assert any(
                f"○ {name}" in "".join(o.get("data", {}).get("text/plain", [])) for o in stored["outputs"]
            )
    assert "lab.progress()" in "\n".join(code.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EXERCISES)
def test_three_typical_mistakes_each_get_their_own_words(name, language):
    set_language(language)
    space = {"th": th, "nn": nn, "lab": lab}
    exec("import math\nimport numpy as np", space)
    texts = []
    for answer in WRONG[name]:
        exec(f"given = {answer}" if not answer.startswith(("def ", "class ")) else answer, space)
        given = space.get("given") if not answer.startswith(("def ", "class ")) else space["answer"]
        verdict = lab.check(name, given)
        assert verdict.state == "wrong", (answer, verdict)
        texts.append(verdict.text)
    set_language("es")
    own = [said(pair) for _, pair in EXERCISES[name].wrong]
    assert len(set(texts)) == len(texts) >= 3
    assert language != "es" or all(any(text.startswith(words) for words in own) for text in texts), texts


@pytest.mark.parametrize("name", EXERCISES)
def test_every_text_is_in_both_languages(name):
    asked = EXERCISES[name]
    pairs = [asked.title, asked.otherwise, asked.done, *asked.hints, *(pair for _, pair in asked.wrong)]
    assert all(
        len(pair) == 2 and pair[0].strip() and pair[1].strip() and pair[0] != pair[1] for pair in pairs
    )
    assert len(asked.hints) >= 2


def test_dots_are_to_do_and_count_as_nothing():
    assert lab.check("1.1", ...).state == lab.check("1.3", lambda v, t: ...).state == "todo"
    assert repr(lab.progress()).startswith("Ejercicios resueltos: 0 de 4")


def test_a_function_that_returns_nothing_is_no_exercise_untouched():
    def forgot(v, t):
        v * t

    assert lab.check("1.3", forgot).text.startswith("Tu función no devuelve nada")


def test_an_exercise_is_untouched_as_long_as_what_its_function_calls_is():
    space = {"lab": lab}
    exec("def sin(v):\n    ...\ndef derivative(at):\n    return sin(at).grad", space)
    assert lab.check("11.1", space["derivative"]).state == "todo"
    exec("def sin(v):\n    v.data", space)
    assert lab.check("11.1", space["derivative"]).state == "wrong"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("math.sin(v.data)", "un número suelto"),
        ("Valor(math.sin(v.data), v, math.cos(v.data))", "van en tuplas"),
        ("Valor(math.sin(v.data), (v.data,), (math.cos(v.data),))", "Los padres son Valores"),
        ("math.sin(v.data) and None", "¿falta el return?"),
        ("Valor(math.sin(v))", "must be real number, not Valor"),
    ],
)
def test_an_operation_that_is_put_together_wrongly_is_told_how(eleventh, written, says):
    exec(f"def sin(v):\n    return {written}", eleventh)
    verdict = lab.check("11.1", eleventh["derivative"])
    assert verdict.state == "wrong" and says in verdict.text


@pytest.fixture(scope="module")
def eleventh():
    return run(CHAPTERS[11])


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("4.1", None, "Ahí hay un None"),
        ("4.1", (None, None), "Ahí hay un None"),
        ("4.1", (4, 12, 1), "Se esperan 2 números, y hay 3."),
        ("4.1", "4, 12", "Se esperan varios números"),
        ("4.3", (1, 2, 3), "Se espera un número"),
        ("3.2", ("a", "d"), "Responde con cuatro valores, True o False"),
        ("6.1", ("a", "d"), "Responde con cuatro valores, True o False"),
        ("6.1", (th.ones(2),) * 4, "Responde con cuatro valores, True o False"),
    ],
)
def test_an_answer_of_another_kind_is_told_what_is_asked_for(name, answer, says):
    verdict = lab.check(name, answer)
    assert verdict.state == "wrong" and verdict.text.startswith(says)


def test_an_error_of_the_library_in_the_learners_function_is_explained():
    text = lab.check("6.3", lambda x: x.exp().numpy()).text
    assert "numpy() on Tensor" in text and "x.exp().numpy()" in text and "NumPy no registra" in text
    text = lab.check("7.1", lambda f, xs: f(xs).sum().backward()).text
    assert "grad_fn. La línea es" in text and "Este tensor no depende" in text
    text = lab.check("7.3", lambda x: x.sqrt() if x > 0 else 0 * x).text
    assert "is ambiguous" in text and "número por número usa where" in text
    text = lab.check("8.3", lambda f, x, v: th.func.grad(lambda x: x)(x)).text
    assert "vjp or jacrev APIs instead? La línea" in text
    text = lab.check(
        "9.1", lambda f, x, n: th.autograd.grad(f(t := th.tensor(x, requires_grad=True)), t).item()
    ).text
    assert "'tuple' object" in text and "Toma el primero" in text
    text = lab.check("9.3", lambda f, x: th.tensor(x, requires_grad=True).grad * 2).text
    assert "NoneType" in text and "Ahí algo vale None" in text


def test_half_a_function_is_told_which_half_is_missing():
    class Half(th.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * th.sigmoid(x)

        @staticmethod
        def backward(ctx, g):
            return ...

    verdict = lab.check("9.2", Half.apply)
    assert verdict.state == "wrong" and "backward todavía devuelve los puntos" in verdict.text


@pytest.mark.parametrize(
    "built",
    [
        lambda f, x, v: th.func.hessian(f)(x) @ v,
        lambda f, x, v: next(th.func.jacrev(th.func.grad(f)) for _ in "a")(x) @ v,
    ],
)
def test_a_product_with_a_hessian_that_was_built_is_told_apart(built):
    verdict = lab.check("8.4", built)
    assert verdict.state == "wrong" and "construye la matriz entera" in verdict.text


def test_hints_come_step_by_step_and_the_last_one_stays():
    hints = [lab.hint("1.1") for _ in range(4)]
    assert len(set(hints)) == 3 and hints[2] == hints[3] and hints[0].startswith("Pista 1 de 3")


def test_an_error_in_the_learners_function_is_told_with_its_line():
    said = lab.check("1.3", lambda v, t: v / 0).text
    assert "ZeroDivisionError" in said and "v / 0" in said


def test_progress_is_a_table_with_its_marks_in_words():
    lab.check("1.1", -2.688)
    lab.check("1.2", 1.0)
    bundle = lab.progress(1)._repr_mimebundle_()
    assert bundle["text/plain"].splitlines()[:3] == [
        "Ejercicios resueltos: 1 de 4",
        "✓ 1.1  la derivada de una iteración",
        "✗ 1.2  el mejor paso",
    ]
    rows = re.findall("<tr>(.*?)</tr>", bundle["text/html"])
    assert ["resuelto" in rows[0], "todavía no" in rows[1], "por hacer" in rows[2]] == [True] * 3 and len(
        rows
    ) == 4


def test_a_right_answer_stays_right():
    assert lab.check("1.1", -2.688)
    assert not lab.check("1.1", 0)
    assert lab.progress(1).states["1.1"] == "right"


@pytest.mark.parametrize(
    ("name", "says"), [("1.99", "1.1, 1.2"), ("99.1", ALL_OF_THEM), ("x", ALL_OF_THEM), (4, "4.1")]
)
def test_a_name_that_no_exercise_has_is_refused(name, says):
    with pytest.raises(ValueError, match=says):
        lab.check(name, 1)


@pytest.mark.parametrize("chapter", [0, 13, "1", 1.5])
def test_a_chapter_that_the_course_does_not_have_is_refused(chapter):
    with pytest.raises(ValueError, match=ALL_OF_THEM):
        lab.progress(chapter)
