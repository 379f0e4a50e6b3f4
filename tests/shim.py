"""`python -m tests.shim [--clock S | --at S] [--fault KIND:N] [--parser V] -- crawl …`: `scrapy` with a twist.

--clock lets the run's clock go ahead, --at makes it stand still (UTC seconds); --fault makes the n-th operation of the
archive on the disk fail, see `tests/disks.py`; --parser gives the parser another version, --drop-source makes it blind
for the source; --no-capture lets every capture fail by a defect, --defect DOCID the reading of one article;
--line-every S says in the log how far the articles are every so many seconds; --without M lets no module of a name be
there.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from typing import Any

from scrapy.cmdline import execute

from jcnews_spider import article, clock
from jcnews_spider.archive.warc import writer
from jcnews_spider.extensions import progress
from jcnews_spider.trs import article as parser
from tests.disks import Faults


def main() -> None:
    """Runs the command behind `--`."""
    border = sys.argv.index("--")
    options = _options().parse_args(sys.argv[1:border])
    if options.at:
        clock.now = lambda: options.at
    if options.clock:
        clock.now = lambda: time.time() + options.clock
    if options.fault:
        kind, _, number = options.fault.partition(":")
        Faults(kind, int(number)).install()
    if options.line_every:
        progress.LINE_S = options.line_every
    if options.without:
        sys.modules[options.without] = None  # type: ignore[assignment]
    if options.no_capture:
        writer.exchange_members = _defect  # type: ignore[assignment, attr-defined]
    if options.defect:
        _break_parser(options.defect)
    if options.parser:
        _change_parser(options.parser, drop_source=options.drop_source)
    execute(["scrapy", *sys.argv[border + 1 :]])


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.shim")
    parser.add_argument("--at", type=float)
    parser.add_argument("--clock", type=float, default=0)
    parser.add_argument("--fault")
    parser.add_argument("--line-every", type=float)
    parser.add_argument("--without")
    parser.add_argument("--no-capture", action="store_true")
    parser.add_argument("--defect", type=int)
    parser.add_argument("--parser")
    parser.add_argument("--drop-source", action="store_true")
    return parser


def _defect(*_: object) -> list[bytes]:
    raise ZeroDivisionError("a defect")


def _break_parser(docid: int) -> None:
    """A parser that fails at one article."""
    original = parser._read

    def read(*arguments: Any) -> article.Article:
        if arguments[-1].docid == docid:
            raise ZeroDivisionError("a defect")
        return original(*arguments)

    parser._read = read  # type: ignore[assignment]


def _change_parser(version: str, *, drop_source: bool) -> None:
    """Another version of the parser, which may see less."""
    from jcnews_spider.pipelines import records, versions  # noqa: PLC0415 - scrapy's settings come first
    from jcnews_spider.spiders import articles  # noqa: PLC0415

    original = parser.parse_article

    def parse_article(*arguments: Any, **named: Any) -> article.Article:
        found = original(*arguments, **named)
        found = replace(found, crawl=replace(found.crawl, parser_version=version))
        return parser._finished(replace(found, source=None)) if drop_source else found

    for module in (parser, versions, articles):
        module.parse_article = parse_article  # type: ignore[attr-defined]
    records.PARSER_VERSION = version  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
