"""One file per format of `scrapy export`; each holds its `EXPORTER`."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import BinaryIO, Protocol

from jcnews_spider import extras
from jcnews_spider.article import Article
from jcnews_spider.errors import StorageFault, UsageFault


class View(Protocol):
    """The part of an archive that is exported; all of it may be asked more than once."""

    title: str
    """For people: what it is a part of."""

    def articles(self) -> Iterator[Article]:
        """The newest record of each article."""
        ...

    def records(self) -> Iterator[Article]:
        """The records: every version, or only the newest of each article where no others are wanted."""
        ...

    def captured_at(self, article: Article) -> str | None:
        """UTC time, RFC 3339, of the exchange from which a record was made; None when there is none to be read."""
        ...

    def captures(self) -> Iterator[bytes]:
        """A WARC file of the articles' exchanges, one gzip member after the other."""
        ...


Stream = Callable[[View, BinaryIO], int]
"""Writes a view, one thing after the other, and gives how many."""


def to_file(stream: Stream) -> Callable[[View, Path], int]:
    """The `write` of a format that is a stream."""

    def write(view: View, target: Path) -> int:
        with target.open("wb") as file:
            return stream(view, file)

    return write


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format."""

    name: str
    about: str
    """A sentence for people."""
    example: str
    """Arguments of `scrapy export` that show it."""
    write: Callable[[View, Path], int]
    """Writes a view to a new file, over what a killed export left there, and gives how many of `counts` are in it;
    raises UsageFault for an empty view if that would be none of this format."""
    stream: Stream | None = None
    """What may go to stdout."""
    counts: str = "records"
    """What is counted."""
    has_versions: bool = True
    """False where one version of an article cannot be told from another, so that --latest says nothing."""
    extra: str | None = None
    """Extra of this project that brings what the format needs."""
    modules: tuple[str, ...] = ()
    """What it needs beside the base dependencies."""


def names() -> list[str]:
    """Every format."""
    return sorted(module.name for module in iter_modules(__path__))


def every() -> list[Exporter]:
    """Every format, installed or not."""
    return [import_module(f"{__name__}.{name}").EXPORTER for name in names()]


def exporter_named(name: str) -> Exporter:
    """The format of that name; raises UsageFault when there is none, or when something is not installed."""
    exporter = next((one for one in every() if one.name == name), None)
    if exporter is None:
        raise UsageFault(f"unknown format {name!r}; known are {', '.join(names())}")
    extras.require(f"--format {exporter.name}", exporter.extra, exporter.modules)
    return exporter


def export_to_stdout(exporter: Exporter, view: View, stdout: int) -> int:
    """Writes a view to an open file descriptor and gives how many things.

    Raises UsageFault for a format that is no stream, StorageFault when it cannot be written, BrokenPipeError when
    nobody reads any more.
    """
    if exporter.stream is None:
        streams = ", ".join(one.name for one in every() if one.stream)
        raise UsageFault(f"--format {exporter.name} needs a file, -o FILE; to stdout (-o -) go {streams}")
    try:
        with open(stdout, "wb", closefd=False) as file:
            return exporter.stream(view, file)
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise StorageFault(f"stdout cannot be written: {fault}") from fault


def export(exporter: Exporter, view: View, target: Path) -> int:
    """Writes a view to a file that is whole when it is there, and gives how many things are in it.

    A file of that name is replaced; of a link, such as /dev/stdout, the one that it leads to. Raises UsageFault where
    it cannot stand, StorageFault when it cannot be written.
    """
    is_other = target.exists() and not target.is_file()
    if is_other or not target.absolute().parent.is_dir():
        raise UsageFault(f"-o {target}: a file in a folder that exists is wanted")
    target = target.resolve()
    part = _part(target)
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


def _part(target: Path) -> Path:
    """The file in which an export is made: each process has its own, and takes away those of dead ones.

    Whatever else a format needs beside it is called so too, with something between the number and `.part`.
    """
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        number = left.name.removeprefix(f".{target.name}.").partition(".")[0]
        if number.isdecimal() and not Path(f"/proc/{number}").exists():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
    return target.with_name(f".{target.name}.{os.getpid()}.part")
