"""The catalogue as a table for people."""

from __future__ import annotations

from pathlib import Path

from tests.hostile import KEPT, Fault
from tests.hostile.catalogue import FAULTS, SITE_FAULTS

FILE = Path(__file__).parents[2] / "docs/faults.md"
HEAD = """# Faults, and what the crawl makes of them

Each of these stands once on a replica of the site, between sound articles, and one `scrapy crawl` meets them all
(`tests/test_hostile.py`; `python -m tests.hostile` prints the table with what came of each now). Every sound article
must be kept with its exact text, nothing else may become a record, no request may leave the site and the hosts of its
images, and memory stays below 300 MB. What failed is asked again by a later run. The last rows, of the whole site and
its robots.txt, end a run and have a crawl each.

| where | fault | what is done | reason |
|---|---|---|---|
"""

_AGAIN = ("connection", "timeout", "truncated", "http_429", "http_500", "http_502", "http_503", "http_504")
"""Reasons behind which an address was asked again in the same run."""

_DONE = {
    KEPT: "kept, exactly",
    "complete": "its true entries are read, nothing else is asked",
    "max_list_pages": "read up to JCNEWS_MAX_LIST_PAGES, the section stays incomplete",
    "stub": "not followed, skipped",
}


def text() -> str:
    """The page."""
    return HEAD + "".join(f"{row(fault, fault.reason)}\n" for fault in (*FAULTS, *SITE_FAULTS))


def row(fault: Fault, reason: str) -> str:
    """A line of the table, with the reason that was found."""
    return f"| {fault.place} | {fault.name} | {_done(fault)} | {reason if reason == KEPT else f'`{reason}`'} |"


def _done(fault: Fault) -> str:
    """What is done, as a phrase."""
    if "site" in fault.place:
        return "the run ends with exit code 4, no article is touched"
    if "Retry-After of a day" in fault.name:
        return "failed, and left alone until then by later runs too"
    if fault.reason in _DONE:
        return _DONE[fault.reason]
    if "robots" in fault.place:
        return "the article is kept without its image"
    what = {"image": "the article is kept without it", "list": "the section stays incomplete"}
    end = what.get(fault.place, "failed")
    return f"asked again, then {end}" if fault.reason.removeprefix("part_") in _AGAIN else end
