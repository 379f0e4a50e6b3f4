"""From an address to an answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

from jcnews_spider.archive.reader import opened
from jcnews_spider.browse import pages, snapshots, views
from jcnews_spider.browse.catalogue import Catalogue
from jcnews_spider.browse.phrases import Language
from jcnews_spider.browse.shelf import Shelf
from jcnews_spider.browse.views import View, Visit
from jcnews_spider.browse.web import BARE_POLICY, Answer, Request
from jcnews_spider.errors import JcnewsError, NotShown
from jcnews_spider.trs.site import Site

logger = logging.getLogger(__name__)

_ID = r"(?P<id_>[a-z0-9_.-]+:\d{1,18})"
_VERSION = r"(?P<version>\d+)"
_PAGES: tuple[tuple[re.Pattern[str], Callable[..., View]], ...] = (
    (re.compile("/"), views.home),
    (re.compile(f"/article/{_ID}(?:/{_VERSION})?"), views.article),
    (re.compile(f"/compare/{_ID}"), views.compare),
    (re.compile(rf"/snapshot/{_ID}/{_VERSION}/(?P<part>\d+)"), views.snapshot),
    (re.compile("/duplicates"), views.duplicates),
    (re.compile("/runs"), views.runs),
)
_BYTES = re.compile(rf"/(?P<what>raw|source|image)/{_ID}/{_VERSION}/(?P<number>\d+)", re.ASCII)
_STATIC = {"/browse.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml"}
"""Files of this package that are served, with their Content-Type."""


class App:
    """Answers every request from one archive."""

    def __init__(self, root: Path, site: Site, sites: Mapping[str, Site], server: str = "") -> None:
        self._root = root
        self._server = server
        self._site = site
        self._sites = sites
        self._catalogue = Catalogue(root)
        self._static = {name: (files(__package__) / "static" / name[1:]).read_bytes() for name in _STATIC}

    def __call__(self, request: Request) -> Answer:
        """The answer; what cannot be shown is a page that says so."""
        language: Language = "en" if request.query.get("lang") == "en" else "zh"
        if request.path in _STATIC:
            return Answer(self._static[request.path], _STATIC[request.path], 200, BARE_POLICY)
        damages: list[str] = []
        try:
            with opened(self._root, self._server) as reader:
                shelf = Shelf(reader, self._site, self._sites, self._catalogue, damages.append)
                if found := _BYTES.fullmatch(request.path):
                    return _bytes(shelf, request, **found.groupdict())
                view = _view(Visit(shelf, request.query, damages), request.path)
                return self._page(view, request, language, damages)
        except NotShown as fault:
            return self._sorry(request, language, fault.status, fault.reason, damages)
        except (JcnewsError, OSError) as fault:
            logger.warning("%r: %s", request.path, fault)
            return self._sorry(request, language, 500, "damaged", [str(fault), *damages])

    def _sorry(self, request: Request, language: Language, status: int, reason: str, details: list[str]) -> Answer:
        return self._page(View("sorry.html", {"reason": reason}), request, language, details, status)

    def _page(self, view: View, request: Request, language: Language, damages: list[str], status: int = 200) -> Answer:
        values = {**view.values, "site": self._site, "damages": list(dict.fromkeys(damages))}
        return Answer(pages.page(view.template, values, language, (request.path, request.query)), status=status)


def _view(visit: Visit, path: str) -> View:
    for pattern, view in _PAGES:
        if found := pattern.fullmatch(path):
            return view(visit, **found.groupdict())
    raise NotShown("no_address")


def _bytes(shelf: Shelf, request: Request, what: str, id_: str, version: str, number: str) -> Answer:
    """What is no page of ours."""
    record = shelf.version(id_, views.whole(version))
    if what == "image":
        data, kind = shelf.image(record, views.whole(number))
        return Answer(data, kind, 200, BARE_POLICY)
    show = snapshots.framed if what == "raw" else snapshots.source_code
    return show(record, shelf.page(record, views.whole(number)), request.origin)
