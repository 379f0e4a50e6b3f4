"""One file per format of `scrapy export`; each holds its `EXPORTER`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from jcnews_spider.article import Article
from jcnews_spider.errors import StorageFault, UsageFault


class View(Protocol):
    """The part of an archive that is exported; all of it may be asked more than once."""

    title: str
    """For people: what it is a part of."""

    def articles(self) -> Iterator[Article]:
        """The newest record of each article."""
        ...

    def captured_at(self, article: Article) -> str | None:
        """UTC time, RFC 3339, of the exchange from which a record was made; None when there is none to be read."""
        ...

    def captures(self) -> Iterator[bytes]:
        """A WARC file of the articles' exchanges, one gzip member after the other."""
        ...


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format."""

    name: str
    write: Callable[[View, Path], int]
    """Writes a view to a new file and gives the number of articles in it; raises UsageFault for an empty one if that
    would be none of this format."""
    extra: str | None = None
    """Extra of this project that brings what the format needs."""
    modules: tuple[str, ...] = ()
    """What it needs beside the base dependencies."""


def names() -> list[str]:
    """Every format."""
    return sorted(module.name for module in iter_modules(__path__))


def exporter_named(name: str) -> Exporter:
    """The format of that name; raises UsageFault when there is none, or when something is not installed."""
    if name not in names():
        raise UsageFault(f"unknown format {name!r}; known are {', '.join(names())}")
    exporter: Exporter = import_module(f"{__name__}.{name}").EXPORTER
    missing = [module for module in exporter.modules if find_spec(module) is None]
    if missing:
        raise UsageFault(
            f"--format {name} needs {' and '.join(missing)}: "
            f"pip install 'jcnews-spider[{exporter.extra}]', or in this folder pip install -e '.[{exporter.extra}]'"
        )
    return exporter


def export(exporter: Exporter, view: View, target: Path) -> int:
    """Writes a view to a file that is whole when it is there, and gives the number of articles in it.

    A file of that name is replaced. Raises UsageFault where it cannot stand, StorageFault when it cannot be written.
    """
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise UsageFault(f"-o {target}: a file in a folder that exists is wanted")
    part = target.with_name(f".{target.name}.part")
    try:
        number = exporter.write(view, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as fault:
        raise StorageFault(f"{target} cannot be written: {fault}") from fault
    finally:
        part.unlink(missing_ok=True)
    return number
