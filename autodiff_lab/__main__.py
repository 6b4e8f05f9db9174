"""`python -m autodiff_lab` is `autodiff-lab`. Leans on cli."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
