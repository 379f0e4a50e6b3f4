"""What every command is made of: faults as messages with exit codes, tables, colours.

Every start of Scrapy loads it with all commands, so it knows nothing of archives; `access.py` opens those.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn, TextIO

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from jcnews_spider import logs, options
from jcnews_spider.errors import JcnewsError, StorageFault, UsageFault
from jcnews_spider.text import shown
from jcnews_spider.urls import canonical_url

CLUSTER_HELP = "let the workers of this Dask scheduler read, tcp://HOST:8786"
"""Of the argument that several commands take."""


class _HelpFormatter(argparse.RawDescriptionHelpFormatter, ScrapyHelpFormatter):
    """Scrapy's help with tables left as they are."""


class ProjectCommand(ScrapyCommand):
    """A command of this project: a fault is one line on stderr and an exit code, wrong arguments are 1.

    Subclasses write `work`, which gives the exit code and may raise any JcnewsError.
    """

    requires_project = True
    requires_crawler_process = False
    settings: Settings
    usage: ClassVar[str]
    """What may follow the command's name."""
    about: ClassVar[str]
    """One line for the list of commands."""

    def syntax(self) -> str:
        """Scrapy's name of `usage`."""
        return self.usage

    def short_desc(self) -> str:
        """Scrapy's name of `about`."""
        return self.about

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """What the command does; gives its exit code."""
        raise NotImplementedError

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Works, and turns a fault into a message and an exit code."""
        try:
            self.exitcode = self.work(args, opts)
            sys.stdout.flush()
        except BrokenPipeError:  # `… | head` has seen enough
            self.exitcode = 1
        except (JcnewsError, OSError) as fault:  # what is no fault of ours is the disk's, such as a full one of stdout
            print(f"scrapy {_name(self)}: {shown(str(fault))}", file=sys.stderr)
            self.exitcode = fault.exit_code if isinstance(fault, JcnewsError) else StorageFault.exit_code
        finally:
            _end_stdout()

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds Scrapy's options and the table of own settings."""
        super().add_options(parser)
        parser.formatter_class = _HelpFormatter
        table = [(f"{row.name}={row.default}", row.meaning) for row in options.rows()]
        parser.epilog = f"Settings (-s or environment)\n{indented(table)}"
        parser.error = self._refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Reads the options; what Scrapy calls a usage error ends with 1, not with 2."""
        logs.keep_plain()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may hold what no encoding takes
        unknown = [argument for argument in args if argument.startswith("-") and argument != "-"]
        if unknown and "--" not in sys.argv:
            self._refuse(f"unknown option {unknown[0]}")
        try:
            super().process_options(args, opts)
        except UsageError as fault:
            self._refuse(str(fault))

    def _refuse(self, message: str) -> NoReturn:
        print(f"scrapy {_name(self)}: {shown(message)} (see scrapy {_name(self)} --help)", file=sys.stderr)
        sys.exit(UsageFault.exit_code)


class SpiderCommand(ProjectCommand):
    """A command that asks the web."""

    requires_crawler_process = True

    @property
    def process(self) -> AsyncCrawlerProcess:
        """Scrapy's process; `settings.py` asks for the asyncio reactor, which is the default."""
        assert isinstance(self.crawler_process, AsyncCrawlerProcess)  # noqa: S101 - for mypy
        return self.crawler_process


def add_part(parser: argparse.ArgumentParser) -> None:
    """Adds --section, --since and --until: the part of the archive that a command is about."""
    parser.add_argument("--section", metavar="S", help="articles of this section only: its name or path")
    parser.add_argument("--since", metavar="D", help="first day, YYYY-MM-DD, by the day in an article's address")
    parser.add_argument("--until", metavar="D", help="last day")


def is_address(name: str) -> bool:
    """True for an address of the web; what else names a page is a file."""
    return name.startswith(("http://", "https://"))


def require_address(text: str, option: str = "") -> None:
    """Raises UsageFault for what is no address of the web."""
    if not (is_address(text) and canonical_url(text)):
        raise UsageFault(f"{option} {text!r} is no address, such as http://www.jcnews.com.cn/".lstrip())


def print_json(values: Mapping[str, Any]) -> None:
    """Prints a line for programs: JSON is UTF-8 (RFC 8259), whatever the locale; half a pair is escaped."""
    line = json.dumps(values, ensure_ascii=False) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode(errors="backslashreplace"))


def indented(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns for a help text."""
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"  {left:<{width}}  {right}" for left, right in rows)


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows in columns, 汉字 counted as two cells; what would steer a terminal is escaped."""
    lines = [[shown(str(cell)) for cell in row] for row in [head, *rows]]
    widths = [max(_cells(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (width - _cells(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def red(stream: TextIO, environment: Mapping[str, str]) -> Callable[[str], str]:
    """What paints a text red on a terminal; elsewhere, or under NO_COLOR (no-color.org), it leaves it as it is."""
    return "\033[31m{}\033[0m".format if has_colours(stream, environment) else str


def has_colours(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """True for a terminal that shows what is painted, unless NO_COLOR is set."""
    return is_screen(stream, environment) and not environment.get("NO_COLOR")


def is_screen(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """True for a terminal that understands more than lines of text."""
    return stream.isatty() and environment.get("TERM") != "dumb"


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _end_stdout() -> None:
    """Writes what waits, or drops it where it cannot be written: the interpreter would end with 120 at it."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _name(command: ScrapyCommand) -> str:
    return type(command).__module__.rpartition(".")[2]
