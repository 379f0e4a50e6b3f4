"""Who crawls the served site: how each is started, and what each must have left."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from bench.processes import Taken, measured
from bench.served import Served
from jcnews_spider import settings as own
from tests.crawling import ROOT, command, crawl_arguments

PEERS = ROOT / "bench" / "peers"
ARTICLE = re.compile("/t[0-9]{8}_[0-9]{1,9}[.]html$")
"""Not the address of 17 digits by which a crawl learns what the site says of a missing one."""
WGET = shutil.which("wget")

QUIET = {"LOG_LEVEL": "INFO", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False}
"""Of every Scrapy: a line for each page costs more than many a page."""

IMPOLITE = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}
"""Scrapy's own pace, for every Scrapy; one request at a time costs this project 15 % more (measured)."""

Counts = Mapping[str, int]


class WrongCount(Exception):
    """A crawl did not leave what it should: its figure counts for nothing."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A crawl of the whole site into an empty folder."""

    name: str
    start: Callable[[Path], list[str]]
    """The command, for the folder, in which starts.txt has an address a line."""
    count: Callable[[Path], Counts]
    """What stands in the folder afterwards, each of which must be as much as there are articles."""
    inside: bool = False
    """In this project's folder, so that its settings hold; the others run where nothing of it is seen."""

    def crawl(self, site: Served, folder: Path) -> Taken:
        """What a crawl took; WrongCount when it did not leave every article."""
        folder.mkdir()
        (folder / "starts.txt").write_text("\n".join(site.starts), encoding="utf-8")
        cwd = ROOT if self.inside else folder
        taken = measured(self.start(folder), cwd, site.proxy)
        self.check(site, folder)
        return taken

    def check(self, site: Served, folder: Path) -> None:
        """WrongCount when the folder does not hold every article once."""
        for kind, number in self.count(folder).items():
            if number != len(site.articles):
                raise WrongCount(f"{self.name}: {number} {kind} of {len(site.articles)} articles")


def contenders() -> list[Contender]:
    """This project, then its peers; wget where it is installed."""
    bare = Contender("bare Scrapy", lambda folder: _runspider("bare.py", folder, QUIET), _pages)
    every = [
        OWN,
        bare,
        replace(bare, name="tuned Scrapy", start=lambda folder: _runspider("bare.py", folder, tuned() | QUIET)),
        Contender("usual pipeline", lambda folder: _runspider("usual.py", folder, QUIET), _usual_files),
    ]
    if WGET:
        every.append(Contender("wget --warc-file", _wget, _in_warcs))
    return every


def tuned() -> dict[str, Any]:
    """This project's own settings of Scrapy, without its components and its politeness."""
    values = {
        name: getattr(own, name)
        for name in dir(own)
        if name.isupper() and not name.startswith(("JCNEWS_", "LOG_", "DOWNLOAD_DELAY"))
    }
    values |= IMPOLITE
    for name in ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"):
        values[name] = {path: None for path, place in values[name].items() if place is None}
    kept = {name: value for name, value in values.items() if value is not None}
    return {name: value for name, value in kept.items() if "jcnews_spider" not in repr(value)}


def own_arguments(folder: Path, *arguments: str) -> list[str]:
    """A whole crawl of pages alone into folder/output, with `-a` arguments."""
    return command(*crawl_arguments(folder / "output", *arguments, JCNEWS_IMAGES=0, **IMPOLITE))


def _own_files(folder: Path) -> Counts:
    output = folder / "output"
    addresses = [url for path in output.glob("articles/*.jsonl") for url in _urls(path)]
    return {
        "records": len(addresses),
        "addresses in records": len(set(addresses)),
        "HTML files": sum(1 for _ in output.glob("html/**/t*.html")),
        **_in_warcs(output / "warc"),
    }


OWN = Contender("jcnews_spider", own_arguments, _own_files, inside=True)


def _runspider(name: str, folder: Path, settings: Mapping[str, Any]) -> list[str]:
    values = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in settings.items()}
    options = [part for key, value in values.items() for part in ("-s", f"{key}={value}")]
    starts = f"starts={folder / 'starts.txt'}"
    return [sys.executable, "-m", "scrapy", "runspider", str(PEERS / name), "-a", starts, *options]


def _wget(folder: Path) -> list[str]:
    options = "-r -l 1 --follow-tags=a -e robots=off -nv -o log -P files --warc-file=pages".split()
    return [str(WGET), *options, "--accept-regex", ARTICLE.pattern, "-i", str(folder / "starts.txt")]


def _pages(folder: Path) -> Counts:
    return {"pages": int((folder / "pages").read_text(encoding="utf-8").split()[0])}


def _usual_files(folder: Path) -> Counts:
    return {
        "items": len(set(_urls(folder / "items.jsonl"))),
        "HTML files": sum(1 for _ in folder.glob("html/*.html.gz")),
    }


def _urls(path: Path) -> Iterator[str]:
    """Of every record of a file; one record at a time is held."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["url"]


def _in_warcs(folder: Path) -> Counts:
    """Responses that are articles, each address once."""
    found = set()
    for path in folder.glob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                address = record.rec_headers.get_header("WARC-Target-URI") or ""
                if record.rec_type == "response" and ARTICLE.search(address.strip("<>")):
                    found.add(address)
    return {"WARC responses": len(found)}
