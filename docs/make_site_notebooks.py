"""``python docs/make_site_notebooks.py FOLDER``: the course for ``make site``; each notebook installs the package."""

import json
import sys
from pathlib import Path

FIRST = {
    "cell_type": "code",
    "execution_count": None,
    "id": "install",
    "metadata": {},
    "outputs": [],
    "source": "%pip install -q autodiff-lab",
}


def main(folder):
    for path in sorted((Path(__file__).parent.parent / "notebooks").glob("e[sn]/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"].insert(1, FIRST)
        target = Path(folder) / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
