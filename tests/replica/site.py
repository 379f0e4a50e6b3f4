"""The site: an address in, the bytes that stand there out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import unquote

from tests.replica import articles, files, gold, home, lists
from tests.replica.documents import ROOT, Document, Documents
from tests.replica.draw import draw
from tests.replica.index import Entry, Index
from tests.replica.pagers import SCRIPT
from tests.replica.plan import Plan
from tests.replica.register import Register, file_stem, local, stem_time
from tests.replica.sections import BY_PATH, CHARSETS, PARENTS, ROLL, SECTIONS, Charset, Section, up
from tests.replica.ticks import Ticks

_ARTICLE = re.compile(
    r"(?P<section>.+)/\d{6}/t(?P<day>\d{8})_(?P<docid>\d{1,9})(?:_(?P<part>[1-9]\d?))?\.html", re.ASCII
)
_FILE = re.compile(r"(?P<section>.+)/\d{6}/(?P<kind>[WP])0(?P<stem>\d{20})\.(?P<suffix>\w+)", re.ASCII)
_LIST = re.compile(r"(?P<section>.+?)/(?:index_(?P<place>[1-9]\d*)\.html)?", re.ASCII)
_TRAPS = ("/comment/", "/was5/web/search", "/trssearch/")  # dynamic and endless, SITE.md §6
_FILE_ITEM = 90
_ROBOTS = {"allow": "User-agent: *\nDisallow:\n", "disallow": "User-agent: *\nDisallow: /\n"}


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at an address."""

    body: bytes
    status: int = 200
    type: str = "text/html"
    modified: int | None = None
    """Unix time of the file; without it there are no validators."""
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a section's list shows, for tests to count against."""

    url: str
    name: str
    path: str
    pages: int
    articles: int
    external: int
    files: int


class Site:
    """The pages of a plan."""

    def __init__(self, plan: Plan) -> None:
        """The site of a plan; nothing but the index is made yet."""
        self.plan = plan
        self.register = Register(plan)
        self.documents = Documents(self.register)
        self.ticks = Ticks(self.register, self.documents)
        self.index = Index(self.register, self.ticks)
        self.lock = threading.RLock()
        """Held around a tick and around each page, so that a page is of one moment."""
        self._founded = plan.newest_at - 86_400 * 900

    def page(self, path: str) -> Page:
        """What stands at a path; query and fragment are cut off already."""
        with self.lock:
            return self._page(path)

    def _page(self, path: str) -> Page:
        if path == "/robots.txt":
            return self._robots()
        if path.startswith(_TRAPS):
            return self._trap(path)
        name = normal(path)
        found = self._home() if name == "" else self._static(name)
        return found or self.missing()

    def missing(self) -> Page:
        """The error page: 404, or 200 with its own validators for a site with soft errors."""
        if self.plan.soft_404:
            return Page(home.SOFT_MISSING.encode(), modified=self._founded)
        return Page(home.MISSING.encode(), status=404)

    def _static(self, name: str) -> Page | None:
        if match := _ARTICLE.fullmatch(name):
            return self._article(match)
        if match := _FILE.fullmatch(name):
            return self._file(match, name)
        if match := _LIST.fullmatch(name):
            return self._list(match["section"], int(match["place"] or 0))
        if name in BY_PATH or name in PARENTS:
            return Page(b"", status=301, location=f"{ROOT}{name}/")
        if name in {"images/page.js", "images/dot.gif"}:
            content = files.content(name) if name.endswith("gif") else SCRIPT.encode()
            return Page(
                content,
                type="image/gif" if name.endswith("gif") else "application/javascript",
                modified=self._founded,
            )
        return None

    def _home(self) -> Page:
        return self._html(home.page(self._charset("utf8"), self._headlines(12)), self._charset("utf8"), self.ticks.time)

    def _article(self, match: re.Match[str]) -> Page | None:
        number = self.register.number(int(match["docid"]))
        part = int(match["part"] or 0)
        if number is None:
            return None
        for standing in self.ticks.standing(number):
            document = standing.document
            if match[0] == document.path(part) and part < articles.pages(document):
                text = articles.page(document, part, self._first_headlines, not self.plan.header_forms)
                return self._html(text, document.charset, standing.modified)
        return None

    def _file(self, match: re.Match[str], name: str) -> Page | None:
        filename = name.rpartition("/")[2]
        for number in self.register.near(stem_time(match["stem"])):
            listed = match["section"] in BY_PATH and filename == self._file_item(number)
            if listed or any(_holds(standing.document, name) for standing in self.ticks.standing(number)):
                content, created = files.content(filename), self.register.created(number)
                return Page(content, type=files.TYPES[match["suffix"]], modified=created)
        return None

    def _file_item(self, number: int) -> str:
        return f"P0{file_stem(self.register.created(number), _FILE_ITEM)}.pdf"

    def _list(self, path: str, place: int) -> Page | None:
        if path in PARENTS and place == 0:
            return Page(home.parent(PARENTS[path]).encode(), modified=self._founded)
        section = BY_PATH.get(path)
        if section is None or place >= self.index.pages(path):
            return None
        charset = self._charset(section.charset)
        items = [self._item(section, entry) for entry in self.index.page(path, place)]
        position = (self.index.pages(path), place, self.index.total(path))
        text = lists.page(section, charset, items, position, self._headlines(5))
        return self._html(text, charset, self.ticks.time)

    def _item(self, section: Section, entry: Entry) -> lists.Item:
        number = entry.number
        created = self.register.created(number)
        second = self.ticks.state(number).second
        if entry.kind == "second" and second is not None:
            document = second.document
            return lists.Item(_way(section, document.path()), document.title_raw, local(document.shown))
        if entry.kind == "article":
            # The list prints 撰写时间, days away from the address now and then (SITE.md §3.2).
            early = draw(self.plan.seed, "list day", number, 40) == 0
            shown = self.register.shown(number) - early * 3 * 86_400
            way = _way(section, self.ticks.path(number))
            return lists.Item(way, self.ticks.title_raw(number), local(shown))
        if entry.kind == "file":
            month = f"{local(created):%Y%m}"
            return lists.Item(f"./{month}/{self._file_item(number)}", f"公告附件第{number}号.pdf", local(created))
        host = ("mp.weixin.qq.com/s/", "www.xinhuanet.example.invalid/", "video.example.invalid/play/")[number % 3]
        return lists.Item(
            f"http://{host}{section.path.replace('/', '-')}-{number}", f"转载视频与推文第{number}号", local(created)
        )

    def _headlines(self, count: int) -> list[tuple[str, str]]:
        """Paths and titles of the newest documents, newest first."""
        numbers = range(self.ticks.count - 1, -1, -1)
        newest = islice((number for number in numbers if not self.ticks.state(number).withdrawn), count)
        return [(self.ticks.path(number), self.ticks.title_raw(number)) for number in newest]

    @cached_property
    def _first_headlines(self) -> list[tuple[str, str]]:
        """The headlines beside every article: those before any tick."""
        newest = range(self.register.count - 1, max(-1, self.register.count - 1 - self.plan.headlines), -1)
        return [(self.register.path(number), self.documents.title_raw(number)) for number in newest]

    def _charset(self, name: str) -> Charset:
        return CHARSETS[self.plan.charset or name]

    def _robots(self) -> Page:
        form = self.plan.robots
        if form == "missing":
            return self.missing()
        if form == "error":
            return Page(b"<html><body>502 Bad Gateway</body></html>", status=502)
        if form == "html":
            return Page(home.SOFT_MISSING.encode(), modified=self._founded)
        return Page(_ROBOTS.get(form, form).encode(), type="text/plain", modified=self._founded)

    def _trap(self, path: str) -> Page:
        """A dynamic page with two new addresses at each call."""
        links = "".join(f'<a href="{path.rstrip("/")}/{step}">更多</a>' for step in (1, 2))
        return Page(f"<html><body>{links}</body></html>".encode())

    def _html(self, text: str, charset: Charset, modified: int) -> Page:
        body = text.encode(charset.codec, "xmlcharrefreplace")
        kind = f"text/html; charset={charset.header}" if charset.header else "text/html"
        return Page(b"\xef\xbb\xbf" + body if charset.bom else body, type=kind, modified=modified)

    def gold(self) -> Iterator[dict[str, Any]]:
        """The gold records, oldest first, one at a time."""
        for number in range(self.ticks.count):
            with self.lock:
                records = self._records(number)
            yield from records

    def _records(self, number: int) -> list[dict[str, Any]]:
        """None for a withdrawn document, two for one that is split."""
        state, plain = self.ticks.state(number), not self.plan.header_forms
        if state.withdrawn:
            return []
        found = [gold.record(self.ticks.document(number), _urls(self.index.shown_in(number)), plain)]
        if state.second is not None:
            found.append(gold.record(state.second.document, _urls(self.index.second_shown_in(number)), plain))
        return found

    def articles(self) -> list[int]:
        """Numbers of the documents with a text that some list shows, oldest first."""
        numbers = (number for number in range(self.ticks.count) if self.register.shape(number) not in gold.EXPECT)
        return [number for number in numbers if self.index.shown_in(number)]

    def listings(self) -> list[Listing]:
        """Every section with its pages and items."""
        return [
            Listing(
                url=f"{ROOT}{section.path}/",
                name=section.name,
                path=section.path,
                pages=self.index.pages(section.path),
                articles=self.index.count(section.path, "article") + self.index.count(section.path, "second"),
                external=self.index.count(section.path, "external"),
                files=self.index.count(section.path, "file"),
            )
            for section in (*SECTIONS, ROLL)
        ]


def _way(section: Section, path: str) -> str:
    """A link from a section's list to a path."""
    if path.startswith(section.path + "/"):
        return "./" + path[len(section.path) + 1 :]
    return up(section.path) + path


def _holds(document: Document, name: str) -> bool:
    """Whether a path is that of a file of a document."""
    files_of = {block.file for part in document.parts for block in part} | {upload.file for upload in document.uploads}
    return ROOT + name in {document.folder + file for file in files_of if file}


def _urls(sections: list[Section]) -> list[str]:
    return [f"{ROOT}{section.path}/" for section in sections]


def normal(path: str) -> str:
    """A path as a file server reads it: decoded, without `//`, `/./`, `/../` and index.html, no slash in front."""
    if "%" in path:
        path = unquote(path)
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in {"", "."}:
            steps.append(step)
    if steps and steps[-1] == "index.html":
        return "/".join(steps[:-1]) + ("/" if len(steps) > 1 else "")
    return "/".join(steps) + ("/" if steps and path.endswith("/") else "")
