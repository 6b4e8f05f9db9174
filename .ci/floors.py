"""The lowest versions that pyproject.toml allows, as constraints of pip: for ``make test-floors``."""

import pathlib
import re
import tomllib

project = tomllib.loads(
    (pathlib.Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
)["project"]
for requirement in [
    *project["dependencies"],
    *(r for extra in ("lab", "test") for r in project["optional-dependencies"][extra]),
]:
    if floor := re.fullmatch(r"([\w-]+)>=([\w.]+)", requirement):
        print(f"{floor[1]}=={floor[2]}")
