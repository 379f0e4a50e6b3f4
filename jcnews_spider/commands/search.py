"""`scrapy search`: Chinese substring search over the newest versions."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jcnews_spider.console import ProjectCommand, add_part, has_colours, print_json
from jcnews_spider.errors import StorageFault, UsageFault
from jcnews_spider.text import one_line

if TYPE_CHECKING:
    from jcnews_spider.archive.search import Found, Hit

_LONG = """
Finds the articles whose newest version holds every one of the words, in the title, the subtitle or the text, exactly
as they are written. A word may be a single character or a part of a longer word; only upper and lower case, full-width
and half-width forms are taken for the same, and any run of blanks or line ends for one blank. Words in quotes are one
phrase with its blanks. Articles with all the words in the title come first, then the others, each newest first. An
article that the site shows no longer is marked [gone]; a withdrawn one is never found.

  scrapy search 晋城 煤层气                                 both words, anywhere
  scrapy search "晋城 煤层气"                               this phrase, with its blank
  scrapy search 汾酒 --since 2022-10-01 --until 2022-10-31  of these days, by the day in the address
  scrapy search 招商 --section "牢记嘱托 山西答卷"          of this section
  scrapy search 5G --limit 0 --json > hits.jsonl            every article, for programs

With --json each line is an object: id, version, url, title (as printed, with its 【…】), title_marks, published_at,
source, sections, gone, snippet, snippet_marks; the marks are [start, end] in characters of the title or the snippet.

The index, output/search.sqlite3, is brought up to date first: the first search in a large archive takes some minutes.
It may be deleted, the next search makes it anew. When nothing is found, a message says so and the exit code is 0; it is
1 for wrong arguments or where there is no archive, 7 when something that may hold the words cannot be read.
"""


class Command(ProjectCommand):
    """Searches titles and texts; writes nothing but its index."""

    usage = "[options] WORD…"
    about = "Find the articles that hold some words, such as 晋城 煤层气"

    def long_desc(self) -> str:
        """What is found, with examples."""
        return _LONG

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Adds what selects a part, --limit and --json."""
        super().add_options(parser)
        add_part(parser)
        parser.add_argument("--site", metavar="NAME", help="articles of this site only (default: of every site)")
        parser.add_argument("--limit", metavar="N", default="20", help="articles shown at most (20; 0 shows all)")
        parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a list for people")

    def work(self, args: list[str], opts: argparse.Namespace) -> int:
        """0, also when nothing is found; 7 when something that may hold the words cannot be read."""
        from jcnews_spider.access import archive_to_read, days_given, known_section, sites_meant
        from jcnews_spider.archive.search import Query, search
        from jcnews_spider.archive.search.words import words_of_arguments

        words = words_of_arguments(args)
        since, until = days_given(opts)
        with archive_to_read(self.settings) as reader:
            root, server, sites = reader.root, reader.ledger.server, sites_meant(reader.ledger, opts.site)
            known = known_section(reader.ledger, sites, opts.section) if opts.section else None
        section = (known.site, known.path) if known else None
        found = search(root, Query(words, since, until, section, _limit(opts.limit), site=opts.site), _note, server)
        written = _paragraph(*(_BOLD if has_colours(sys.stdout, os.environ) else ("", "")))
        for hit in found.hits:
            if opts.json:
                print_json(_values(hit))
            else:
                print(written(hit))
        sys.stdout.flush()
        _note(_summary(found))
        for damage in found.damages:
            _note(f"left out: {damage}")
        return StorageFault.exit_code if found.damages else 0


_BOLD = ("\033[1m", "\033[0m")


def _limit(text: str) -> int | None:
    """None for all; raises UsageFault."""
    if not (text.isdecimal() and len(text) < 10):
        raise UsageFault(f"--limit {text!r} is no number")
    return int(text) or None


def _note(message: str) -> None:
    print(one_line(message), file=sys.stderr)


def _summary(found: Found) -> str:
    if not found.total:
        return "nothing found"
    shown = f", {len(found.hits)} shown" if len(found.hits) < found.total else ""
    return f"{found.total:,} article{'s' * (found.total != 1)}{shown}"


def _values(hit: Hit) -> dict[str, Any]:
    """What a line of JSON says."""
    record = hit.record
    return {
        "id": record.id,
        "version": record.version,
        "url": record.url,
        "title": hit.title.text,
        "title_marks": hit.title.marks,
        "published_at": record.published_at,
        "source": record.source,
        "sections": [{"name": section.name, "url": section.url} for section in record.sections],
        "gone": hit.is_gone,
        "snippet": hit.snippet.text,
        "snippet_marks": hit.snippet.marks,
    }


def _paragraph(before: str, after: str) -> Callable[[Hit], str]:
    """What writes a hit for people, with something before and after each mark."""

    def written(hit: Hit) -> str:
        record = hit.record
        facts = (record.published_at, record.source, *(section.name for section in record.sections[:2]), record.id)
        gone = "[gone] " if hit.is_gone else ""
        lines = (
            f"{gone}{hit.title.painted(before, after)}",
            one_line(" · ".join(filter(None, facts))),
            one_line(record.url),
            hit.snippet.painted(before, after),
        )
        return "\n  ".join(filter(None, lines)) + "\n"

    return written
