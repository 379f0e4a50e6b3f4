"""What a part of the project needs beside the base dependencies."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from jcnews_spider.errors import UsageFault


def require(what: str, extra: str | None, modules: Sequence[str]) -> None:
    """Raises UsageFault, which says how it is installed, when a module of an extra of this project is missing."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise UsageFault(f"{what} needs {' and '.join(missing)}: in the project's folder, pip install -e '.[{extra}]'")
