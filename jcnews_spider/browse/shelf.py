"""What may be shown of an archive: everything that is sealed and not withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.listings import as_listed
from jcnews_spider.archive.media import media_path
from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.segments import read_record
from jcnews_spider.article import Article, Event
from jcnews_spider.browse.catalogue import Catalogue, Place
from jcnews_spider.errors import Damaged, NotShown
from jcnews_spider.trs.site import Site

IMAGE_KINDS = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "bmp": "image/bmp"}
"""Content-Type by what the archive calls a file of an image."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Some articles, newest versions, and what could not be read of them."""

    articles: tuple[Article, ...]
    damages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A section."""

    name: str
    number: int
    """Of its articles."""


class Shelf:
    """An archive that is open for one request."""

    def __init__(
        self,
        reader: Reader,
        site: Site,
        sites: Mapping[str, Site],
        catalogue: Catalogue,
        damaged: Callable[[str], None],
    ) -> None:
        """`damaged` is told of segments that cannot be read."""
        self.ledger = reader.ledger
        self.root = reader.root
        self.site = site
        """The one whose lists are shown; an article of another is shown where something refers to it."""
        self._sites = sites
        self._reader = reader
        self._catalogue = catalogue
        self._damaged = damaged

    # ---- articles

    def newest(self, id_: str) -> Article:
        """The newest version of an article, with the sections known by now; raises NotShown, Damaged."""
        known = self.ledger.articles.get(id_)
        record = self._reader.newest(id_) if known and known.state != "withdrawn" else None
        if known and (known.state == "withdrawn" or (record and record.event is Event.WITHDRAWN)):
            raise NotShown("withdrawn", 410)
        if record is None:
            raise NotShown("no_article")
        return as_listed(record, self.ledger, self._sites)

    def version(self, id_: str, version: int) -> Article:
        """That version of an article; raises NotShown, Damaged."""
        newest = self.newest(id_)
        if version == newest.version:
            return newest
        for place in self._catalogue.versions(id_, self._damaged):
            if place.version == version:
                record = read_record(self.root, place.segment, place.offset)
                if record.id == id_ and record.event is not Event.WITHDRAWN:
                    return record
        raise NotShown("no_version")

    def versions(self, newest: Article) -> list[Place]:
        """The places of every version of an article, earliest first; none where there is only one."""
        return self._catalogue.versions(newest.id, self._damaged) if newest.version > 1 else []

    def which(self, path: str | None, since: date | None = None, until: date | None = None) -> Which:
        """Which articles of the site are meant: those of a section or of all, between two days."""
        return Which(self.site.name, section=path, since=since, until=until)

    def latest(self, which: Which, limit: int, skip: int) -> Shown:
        """The latest of some articles."""
        known = self.ledger.recorded.latest(which, limit, skip)
        return self.each(article.id for article in known)

    def number(self, which: Which) -> int:
        """How many they are."""
        return self.ledger.recorded.number(which)

    def last_day(self) -> date | None:
        """The day of the latest article, None where there is none."""
        latest = self.ledger.recorded.latest(self.which(None), 1)
        return date.fromisoformat(latest[0].day) if latest else None

    def per_day(self, path: str, since: date) -> dict[str, int]:
        """How many articles of a section there are by day, from a day on."""
        return self.ledger.recorded.per_day(self.which(path, since))

    def copies(self) -> dict[str, list[str]]:
        """The ids of the copies of each original; any of them may be withdrawn."""
        return self._catalogue.copies(self._damaged)

    def each(self, ids: Iterable[str]) -> Shown:
        """The newest versions of those of the articles that may be shown."""
        articles, damages = [], []
        for id_ in ids:
            try:
                articles.append(self.newest(id_))
            except NotShown:
                continue
            except (OSError, Damaged) as fault:
                damages.append(f"{id_}: {fault}")
        return Shown(tuple(articles), tuple(damages))

    # ---- sections

    def sections(self) -> dict[str, Listed]:
        """The sections with an article that may be shown, by path: those of the site's table first."""
        names = {section.path: section.name for section in self.ledger.sections.all(self.site.name)}
        table = {section.path: section.name for section in self.site.sections if section.path}
        numbers = self.ledger.sections.recorded(self.site.name)
        paths = dict.fromkeys(path for path in [*table, *names] if path in numbers)
        return {path: Listed(names[path] or table.get(path) or path, numbers[path]) for path in paths}

    def section_of(self, url: str) -> str | None:
        """The path of the section that an address names, where it can be shown."""
        path = self.site.section_at(url)
        return path if path is not None and self.ledger.sections.get(self.site.name, path) else None

    # ---- bytes

    def page(self, record: Article, part: int) -> bytes:
        """The bytes of a page as served; raises NotShown, Damaged."""
        if not 0 <= part < record.crawl.pages:
            raise NotShown("no_page")
        return self._reader.page(record, part)

    def image(self, record: Article, number: int) -> tuple[bytes, str]:
        """(bytes, Content-Type) of the n-th stored image of a version; raises NotShown, Damaged."""
        if not 0 <= number < len(record.images):
            raise NotShown("no_image")
        image = record.images[number]
        suffix = (image.path or "").rpartition(".")[2]
        if suffix not in IMAGE_KINDS or image.path != media_path(image.sha256 or "", suffix):
            raise NotShown("no_image")
        try:
            data = (self.root / image.path).read_bytes()
        except FileNotFoundError:
            raise Damaged(f"{image.path} is missing") from None
        if sha256(data).hexdigest() != image.sha256:
            raise Damaged(f"{image.path} is not what it was")
        return data, IMAGE_KINDS[suffix]
