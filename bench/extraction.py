"""This extractor beside others: records a second on pages of 30 KB, and how well it reads them, or a named corpus.

The others run in .venv-peers, which `make bench-peers` makes; without it only this one is measured. A label is null
where the page does not print the field; a page's time is CPU time, and `parse` is what lxml alone takes.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.contenders import WrongCount
from bench.figures import Asked, Figure, say
from bench.marks import marks, summary
from bench.peers.extractors import Found, parse_only, predict
from bench.served import plan
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from tests.crawling import ROOT
from tests.quality import prediction
from tests.replica import Replica

ARTICLES, ROUNDS = 100, 5
OWN, PARSE, RIVAL = "jcnews_spider", "lxml", "trafilatura"
TIMES_RIVAL = 15
PEERS = ROOT / ".venv-peers" / "bin" / "python"

Seconds = Mapping[str, list[float]]
"""By tool, CPU seconds over all pages in each round."""


def figures(asked: Asked) -> Iterator[Figure]:
    """Speed on the replica's pages; marks on these, or on the corpus."""
    with tempfile.TemporaryDirectory(prefix="bench-extraction-") as name:
        folder = Path(name)
        pages = write_pages(folder, asked.articles or ARTICLES)
        seconds = rounds(folder / "pages", folder / "found", asked.rounds or ROUNDS)
        found, labels = folder / "found", folder / "labels"
        require_read(found / OWN)
        if asked.corpus:
            found, labels = folder / "found-of-corpus", asked.corpus / "labels"
            rounds(asked.corpus / "pages", found, 1)
        yield from speeds(seconds, pages)
        yield from _qualities({tool: scored(labels, found / tool) for tool in seconds if tool != PARSE})


def write_pages(folder: Path, articles: int) -> int:
    """Writes pages/ and labels/ of a replica; gives their number."""
    replica, number = Replica(plan(articles)), 0
    for part in ("pages", "labels"):
        (folder / part).mkdir()
    for gold in replica.gold():
        if gold["listed"]:
            page, name = urlsplit(gold["url"]).path, gold["url"].rpartition("/")[2]
            (folder / "pages" / name).write_bytes(replica.site.page(page).body)
            label = json.dumps(_label(gold), ensure_ascii=False)
            (folder / "labels" / name).with_suffix(".json").write_text(label, encoding="utf-8")
            number += 1
    return number


def rounds(pages: Path, found: Path, number: int, *, peers: bool = True) -> Seconds:
    """Writes found/<tool>/<page>.json and gives what each tool took, this one and the others in turn."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for turn in range(number):
        taken = predict(pages, found, {PARSE: parse_only, OWN: _own})
        if peers and PEERS.exists():
            program = [str(PEERS), str(ROOT / "bench" / "peers" / "extractors.py"), str(pages), str(found)]
            done = subprocess.run(program, check=True, capture_output=True, text=True)
            taken |= json.loads(done.stdout.splitlines()[-1])
        elif peers and not turn:
            say("no .venv-peers: make bench-peers makes it")
        for tool, took in taken.items():
            seconds[tool].append(took)
    return seconds


def require_read(predictions: Path) -> None:
    """WrongCount where a made-up page gave nothing: an extractor that breaks is fast."""
    if unread := sum(path.read_bytes() == b"{}" for path in predictions.glob("*.json")):
        raise WrongCount(f"{OWN}: nothing was found on {unread} pages")


def speeds(seconds: Seconds, pages: int) -> Iterator[Figure]:
    """Records a second, the cost as a multiple of the parse, and this extractor's speed beside its best-known rival."""
    for tool, took in seconds.items():
        yield Figure.of(f"{tool}: records", [pages / one for one in took], "/s")
        if tool != PARSE:
            parses = zip(took, seconds[PARSE], strict=True)
            yield Figure.of(f"{tool}: of the time of a parse", [one / parse for one, parse in parses], "×")
    if RIVAL in seconds:
        both = zip(seconds[RIVAL], seconds[OWN], strict=True)
        times = [theirs / mine for theirs, mine in both]
        yield Figure.of(f"{OWN} against {RIVAL}", times, "×", least=TIMES_RIVAL)


def scored(labels: Path, predictions: Path) -> dict[str, float]:
    """The summary of a tool's predictions."""
    pages = []
    for label in sorted(labels.glob("*.json")):
        found = json.loads((predictions / label.name).read_text(encoding="utf-8"))
        pages.append(marks(found, json.loads(label.read_text(encoding="utf-8"))))
    return summary(pages)


def _qualities(summaries: Mapping[str, Mapping[str, float]]) -> Iterator[Figure]:
    """F1 of bodies, and shares of the fields that are right; a field that a tool never gives is left out."""
    rival = summaries.get(RIVAL)
    for tool, found in summaries.items():
        for name, value in found.items():
            least = rival["body"] if rival and tool == OWN and name == "body" else None
            if value:
                yield Figure(f"{tool}: {name}", value, "", least=least)


def _own(text: bytes) -> Found:
    return prediction(parse_article(text, None, SITE))


SITE = site_named("jcnews")


def _label(gold: Mapping[str, Any]) -> dict[str, Any]:
    """A gold record as a label."""
    return {
        "title": gold["title_raw"],
        "published_at": gold["published_at"],
        "source": gold["source"],
        "authors": [author["name"] for author in gold["authors"]],
        "editor": gold["editor"],
        "body_paragraphs": gold["text"].split("\n\n"),
    }
