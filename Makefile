# The project's commands. `make lab` opens the course, `make test` runs every test.
# Both make .venv where there is none, and install again when pyproject.toml has changed.

VENV := .venv
PY := $(VENV)/bin/python
# The first Python on the path that is new enough; `make lab PYTHON=/some/python3` overrides it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# The pinned versions; `make test LOCK=` takes the latest instead.
LOCK ?= --constraint constraints.txt
LAB_ARGS ?=
TEST_ARGS ?=

.PHONY: lab test test-floors lock lint bench notebooks docs site slides clean
.DEFAULT_GOAL := lab

lab: $(VENV)/.installed-lab
	$(PY) -m autodiff_lab $(LAB_ARGS)

test: $(VENV)/.installed-test
	$(PY) -m pytest $(TEST_ARGS)

# The tests with the lowest versions that pyproject.toml allows, in an environment of their own.
test-floors:
	rm -rf build/floors
	$(PYTHON) -m venv build/floors
	$(PYTHON) .ci/floors.py > build/floors/constraints.txt
	build/floors/bin/python -m pip install --quiet --constraint build/floors/constraints.txt --editable ".[test]"
	build/floors/bin/python -m pytest $(TEST_ARGS)

# The versions that every target installs, from a fresh environment with the latest of everything that goes together.
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --editable ".[docs,lint,site,test]"
	build/lock/bin/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[A-Za-z0-9.]+$$' > constraints.txt

lint: $(VENV)/.installed-lint
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: $(VENV)/.installed-bench
	$(PY) benchmarks/run.py
	$(PY) benchmarks/memory.py
	$(PY) benchmarks/widgets.py

notebooks: $(VENV)/.installed-test
	$(PY) notebooks/execute.py

docs: $(VENV)/.installed-docs
	$(PY) -m sphinx -W --keep-going --quiet -b html docs build/docs
	@echo "the site is in build/docs: open build/docs/index.html"

# JupyterLite with the course and the package's wheel in it: files only, everything runs in the learner's browser.
site: $(VENV)/.installed-site
	rm -rf build/site build/site-files
	$(PY) docs/make_site_notebooks.py build/site-files/files
	$(PY) -m pip wheel --quiet --no-deps --wheel-dir build/site-files/pypi .
	cd build/site-files && $(CURDIR)/$(PY) -m jupyter lite build --contents files --output-dir ../site
	@echo "the site is in build/site: serve it with python -m http.server --directory build/site"

slides: $(VENV)/.installed-test $(VENV)/.installed-docs
	$(PY) docs/make_slides.py

clean:
	rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "autodiff_lab needs Python 3.11 or newer; none was found on the path." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# A stamp for each extra: newer than pyproject.toml means installed as it says.
$(VENV)/.installed-%: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PY) -m pip install --quiet $(LOCK) --editable ".[$*]"
	@touch $@
