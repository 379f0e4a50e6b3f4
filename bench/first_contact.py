"""Templates proposed for ten pages of a named corpus, whose own are taken away.

Those named in its trs.txt come first. Each page is read by the template that `scrapy doctor` would propose from it
alone, and by this project's own templates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.figures import Asked, Figure
from bench.marks import marks, summary
from jcnews_spider.sites import site_named
from jcnews_spider.trs.article import parse_article
from jcnews_spider.trs.proposal import evidence, propose
from tests.quality import prediction

PAGES = 10


def chosen(folder: Path, number: int) -> list[str]:
    """Names of pages: the TRS ones, then others evenly from the rest."""
    names = sorted(path.stem for path in (folder / "pages").glob("*.html"))
    listed = folder / "trs.txt"
    first = [name for name in (listed.read_text().split() if listed.exists() else []) if name in names][:number]
    rest = [name for name in names if name not in first]
    wanted = min(number - len(first), len(rest))
    return first + [rest[place * len(rest) // wanted] for place in range(wanted)]


def figures(asked: Asked) -> Iterator[Figure]:
    """How the proposed templates read beside the own ones; nothing without a corpus."""
    if asked.corpus is None:
        return
    names = chosen(asked.corpus, asked.articles or PAGES)
    pages = {name: (asked.corpus / "pages" / f"{name}.html").read_bytes() for name in names}
    proposals = {name: propose([found], "proposed") for name, page in pages.items() if (found := evidence(page))}
    site = site_named("jcnews")
    read: dict[str, list[dict[str, float]]] = {"proposed": [], "own": []}
    for name, proposal in proposals.items():
        if proposal:
            label: dict[str, Any] = json.loads((asked.corpus / "labels" / f"{name}.json").read_text(encoding="utf-8"))
            for kind, one in (("proposed", replace(site, templates=(proposal.template,))), ("own", site)):
                read[kind].append(marks(prediction(parse_article(pages[name], None, one)), label))
    yield Figure("pages with a proposed template", len(read["own"]), f"of {len(names)}")
    for kind, every in read.items():
        yield from (Figure(f"{kind} templates: {name}", value, "") for name, value in summary(every).items())
