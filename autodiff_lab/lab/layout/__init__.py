"""Where the boxes go. Leans on topology."""

from .frames import compound
from .layers import Framed, Layout, Path, layered

__all__ = ["Framed", "Layout", "Path", "compound", "layered"]
