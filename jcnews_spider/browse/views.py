"""What each address shows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jcnews_spider.archive.search import Found, Query, search
from jcnews_spider.archive.search.words import words_of
from jcnews_spider.article import Article
from jcnews_spider.browse import diff, facts, history
from jcnews_spider.browse.pieces import pieces_of
from jcnews_spider.browse.shelf import Shelf
from jcnews_spider.errors import NotShown

PAGE = 20
"""Articles of a page."""

RUNS = 60
"""Runs that are plotted and listed."""

MOST_COPIES = 50
"""Copies of an article that are listed beside it."""

MOST_PAGES = 1_000_000
"""So that a number in an address fits into SQLite's."""


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """A template and what is put into it."""

    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """An open archive and what was asked of it."""

    shelf: Shelf
    query: Mapping[str, str]
    damages: list[str]
    """What could not be read, for people."""

    def number(self, name: str, default: int) -> int:
        """A number of the query, from 1 on; raises NotShown."""
        return whole(self.query.get(name) or str(default), least=1)

    def day(self, name: str) -> date | None:
        """A day of the query; raises NotShown."""
        text = self.query.get(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise NotShown("bad_day", 400) from None


def whole(text: str, least: int = 0) -> int:
    """A number of an address; raises NotShown."""
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and least <= int(text) <= MOST_PAGES):
        raise NotShown("bad_number", 400)
    return int(text)


def home(visit: Visit) -> View:
    """The latest articles of all sections or of one, or what a search finds."""
    shelf, sections = visit.shelf, visit.shelf.sections()
    path, text, page = visit.query.get("section") or None, visit.query.get("q", "").strip(), visit.number("page", 1)
    if path is not None and path not in sections:
        raise NotShown("no_section")
    since, until = visit.day("since"), visit.day("until")
    asked = {"q": text, "section": path, "since": since, "until": until}
    values = {"sections": sections, "asked": asked, "page": page}
    skip = (page - 1) * PAGE
    if words := words_of(text):
        section = (shelf.site.name, path) if path else None
        query = Query(words, since, until, section, PAGE, skip, shelf.site.name)
        return View("found.html", {**values, **_found(visit, query, page)})
    meant = shelf.which(path, since, until)
    shown = shelf.latest(meant, PAGE, skip)
    visit.damages.extend(shown.damages)
    total = shelf.number(meant)
    more = {"total": total, "articles": shown.articles, "has_more": page * PAGE < total}
    return View("home.html", {**values, **more})


def _found(visit: Visit, query: Query, page: int) -> dict[str, Any]:
    shelf = visit.shelf
    found: Found = search(shelf.root, query, logger.info, shelf.ledger.server)
    visit.damages.extend(found.damages)
    hits = [(hit, pieces_of(hit.title), pieces_of(hit.snippet)) for hit in found.hits]
    return {"total": found.total, "hits": hits, "has_more": page * PAGE < found.total}


def article(visit: Visit, id_: str, version: str | None = None) -> View:
    """An article with all its fields."""
    shelf = visit.shelf
    newest = shelf.newest(id_)
    record = shelf.version(id_, whole(version)) if version else newest
    original = shelf.each([record.duplicate_of] if record.duplicate_of else [])
    copies = shelf.each(shelf.copies().get(id_, [])[:MOST_COPIES])
    visit.damages.extend((*original.damages, *copies.damages))
    return View(
        "article.html",
        {
            "record": record,
            "newest": newest,
            "versions": shelf.versions(newest),
            "paragraphs": paragraphs(record),
            "facts": facts.facts(record),
            "original": original.articles,
            "copies": [copy for copy in copies.articles if copy.duplicate_of == id_],
            "paths": {section.url: shelf.section_of(section.url) for section in record.sections},
        },
    )


def compare(visit: Visit, id_: str) -> View:
    """Two versions side by side: what people edit, then the text by paragraphs."""
    shelf = visit.shelf
    newest = shelf.newest(id_)
    new = shelf.version(id_, visit.number("to", newest.version))
    old = shelf.version(id_, visit.number("from", max(1, new.version - 1)))
    text = diff.rows(paragraphs(old), paragraphs(new))
    pairs = zip(facts.content(old), facts.content(new), strict=True)
    fields = [
        (before.key, diff.changed("\n".join(before.lines), "\n".join(after.lines)))
        for before, after in pairs
        if before.lines != after.lines
    ]
    values = {
        "old": old,
        "new": new,
        "stretches": diff.stretches(text),
        "fields": fields,
        "is_same_text": diff.is_same(text),
    }
    return View("compare.html", {**values, "newest": newest, "versions": shelf.versions(newest)})


def snapshot(visit: Visit, id_: str, version: str, part: str) -> View:
    """The frame around a page as served."""
    record = visit.shelf.version(id_, whole(version))
    if whole(part) >= record.crawl.pages:
        raise NotShown("no_page")
    return View("snapshot.html", {"record": record, "part": int(part)})


def duplicates(visit: Visit) -> View:
    """Every article of which there are copies, the latest first."""
    groups, page = list(reversed(visit.shelf.copies().items())), visit.number("page", 1)
    shown = [
        (visit.shelf.each([original]), visit.shelf.each(copies[:MOST_COPIES]))
        for original, copies in groups[(page - 1) * PAGE : page * PAGE]
    ]
    for group in shown:
        visit.damages.extend(damage for part in group for damage in part.damages)
    rows = [(first.articles, copies.articles) for first, copies in shown if copies.articles]
    return View("duplicates.html", {"groups": rows, "page": page, "has_more": page * PAGE < len(groups)})


def runs(visit: Visit) -> View:
    """How the archive grew, and how each run ended."""
    shelf = visit.shelf
    past = shelf.ledger.runs.last(shelf.site.name, RUNS)
    told = [(run, history.reported(shelf.root, run)) for run in reversed(past)]
    news, failed = history.of_runs(told)
    last = shelf.last_day()
    values = {"runs": past, "moment": history.moment, "news": news, "failed": failed, "last_day": last}
    by_section: list[history.Named] = []
    if last:
        since = history.first_day(last)
        sections = shelf.sections()
        names = history.told_apart({path: section.name for path, section in sections.items()})
        days = {path: shelf.per_day(path, since) for path in sections}
        by_section = history.of_sections(days, names, last)
    coverage = history.of_coverage(told)
    return View("runs.html", {**values, "by_section": by_section, "days": history.DAYS, "coverage": coverage})


def paragraphs(record: Article) -> list[str]:
    """The paragraphs of its text."""
    return record.text.split("\n\n") if record.text else []
