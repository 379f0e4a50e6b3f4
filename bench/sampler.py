"""`python -m bench.sampler OUT -- crawl …`: `scrapy` with a look at its stack every few milliseconds of CPU.

Writes to OUT, as JSON, how often each stage of a page was met; a profiler that counts calls makes small functions
look dear. The innermost frame that a rule names decides, so that a row holds what it calls.
"""

from __future__ import annotations

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from scrapy.cmdline import execute

EVERY_S = 0.001
"""Seconds of CPU; most kernels round them up to 4 ms."""
OTHER = "download (Scrapy, Twisted)"
START = "start and end"

_PACKAGE = f"{Path(__file__).parents[1] / 'jcnews_spider'}/"
_RULES: tuple[tuple[str, str | None], ...] = (
    ("trs/tree.py:parse_tree", "parse"),
    ("encoding.py", "parse"),
    ("trs/listing.py", "lists"),
    ("trs/links.py", "lists"),
    ("trs/places.py", "lists"),
    ("trs/challenge.py", "middlewares"),
    ("trs/site.py", None),
    ("trs/", "extract"),
    ("pipelines/clean.py", "clean"),
    ("pipelines/validate.py", "clean"),
    ("signature.py", "near-duplicate"),
    ("similarity.py", "near-duplicate"),
    ("archive/ledger/near.py", "near-duplicate"),
    ("pipelines/dedupe.py:_mark_reprint", "near-duplicate"),
    ("pipelines/dedupe.py", "dedupe"),
    ("article.py:to_json", "JSON"),
    ("archive/snapshots.py", "HTML"),
    ("archive/warc/", "WARC"),
    ("extensions/warc.py", "WARC"),
    ("archive/__init__.py:seal", "seal"),
    ("archive/__init__.py:finish_seal", "seal"),
    ("archive/ledger/", "ledger"),
    ("pipelines/", "store"),
    ("middlewares/", "middlewares"),
    ("spiders/", "spider"),
    ("archive/segments.py", "seal"),
    ("archive/manifest.py", "seal"),
    ("archive/recovery.py", START),
    ("archive/__init__.py:send", "store"),
    ("extensions/", "extensions"),
    ("runner.py:_crawl", OTHER),
    ("console.py:run", START),
)
"""What a frame's `file:function` begins with, inside the package, and its stage; None and others: their caller's."""


class Sampler:
    """Counts the stages that are met while it runs."""

    def __init__(self) -> None:
        self.met: Counter[str] = Counter()
        self._stages: dict[Any, str | None] = {}

    def start(self) -> None:
        """Looks from now on."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self) -> None:
        """Looks no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        while frame is not None:
            code = frame.f_code
            if code not in self._stages:
                self._stages[code] = _stage(code.co_filename, code.co_name)
            if stage := self._stages[code]:
                self.met[stage] += 1
                return
            frame = frame.f_back
        self.met[START] += 1


def _stage(file: str, function: str) -> str | None:
    if not file.startswith(_PACKAGE):
        return None
    place = f"{file.removeprefix(_PACKAGE)}:{function}"
    return next((stage for begin, stage in _RULES if place.startswith(begin)), None)


def main() -> None:
    """Runs the command behind `--`."""
    out = Path(sys.argv[1])
    sampler = Sampler()
    sampler.start()
    try:
        execute(["scrapy", *sys.argv[sys.argv.index("--") + 1 :]])
    finally:
        sampler.stop()
        out.write_text(json.dumps(sampler.met), encoding="utf-8")


if __name__ == "__main__":
    main()
