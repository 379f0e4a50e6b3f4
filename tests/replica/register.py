"""The register of documents: docid, time, section and shape of each number, by arithmetic alone.

Numbers run from 0 (oldest) to articles - 1 (newest), then on through what a tick publishes.
Nothing is stored per document.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from math import gcd

from tests.replica.draw import chance, draw
from tests.replica.plan import SHANGHAI, Plan
from tests.replica.sections import CHARSETS, SECTIONS, Charset, Section

NEWEST = 956_123
PER_DAY = 339  # docids a day: 480898 to 990495 in 1504 days, SITE.md §1.2
BODILESS = frozenset({"EMPTY", "STUB_META", "STUB_JS"})
_PUBLISHED_GAP = 3  # docids between documents that ticks publish
_PUBLISHED_S = 60  # and seconds
_SINGLE_PAGE = frozenset({"P", "DIV", "BR", "BARE", "SPAN", "NESTED", "AUTOADD", "UNION", "UEDITOR"})
_ODD_CHARSETS = tuple(CHARSETS)


class Register:
    """What each document is, before anything of it is written."""

    def __init__(self, plan: Plan) -> None:
        """The register of a plan."""
        self.plan = plan
        self.count = plan.articles
        """Documents before any tick; higher numbers are those that ticks publish."""
        size = max(1, plan.articles)
        # Few documents are spread over 45 days, many stand three docids apart.
        self._gap = max(1, min(max(3, PER_DAY * 45 // size), 950_000 // size))
        self._sections = tuple(section for section in SECTIONS for _ in range(section.weight))
        self._crossing = tuple(section for section in SECTIONS for _ in range(section.cross))
        self._shapes = tuple(shape for shape, weight in plan.weights.items() for _ in range(weight))
        self._bodies = tuple(shape for shape in self._shapes if shape not in BODILESS) or ("P",)

    def docid(self, number: int) -> int:
        """TRS docid: rising with the number, with gaps."""
        age = self.count - 1 - number
        if age < 0:
            return NEWEST - age * _PUBLISHED_GAP - draw(self.plan.seed, "docid", number, _PUBLISHED_GAP)
        return NEWEST - age * self._gap - (draw(self.plan.seed, "docid", number, self._gap) if age else 0)

    def number(self, docid: int) -> int | None:
        """The document with a docid, published or to be published, None when there is none."""
        if docid > NEWEST:
            number = self.count - 1 - (NEWEST - docid) // _PUBLISHED_GAP
            return number if self.docid(number) == docid else None
        number = self.count - 1 - (NEWEST - docid) // self._gap
        return number if 0 <= number < self.count and self.docid(number) == docid else None

    def near(self, timestamp: int) -> tuple[int, ...]:
        """Numbers whose documents may have been created at a time."""
        published = self.count - 1 + (timestamp - self.plan.newest_at) // _PUBLISHED_S
        docid = NEWEST - (self.plan.newest_at - timestamp) * PER_DAY // 86_400
        number = self.count - 1 - (NEWEST - docid) // self._gap
        return (
            *range(max(0, number - 2), min(self.count, number + 3)),
            *range(max(self.count, published - 1), published + 3),
        )

    def created(self, number: int) -> int:
        """Unix time of creation; its day stands in the address."""
        if number >= self.count:
            return self.plan.newest_at + (number - self.count + 1) * _PUBLISHED_S
        return self.plan.newest_at - (NEWEST - self.docid(number)) * 86_400 // PER_DAY

    def shown(self, number: int) -> int:
        """Unix time that the page prints: now and then days before creation (SITE.md §3.2)."""
        days = draw(self.plan.seed, "shown", number, 200)
        return self.created(number) - (days * 86_400 if 0 < days < 5 else 0)

    def section(self, number: int) -> Section:
        """The section that owns a document unless a tick says otherwise."""
        return self._sections[draw(self.plan.seed, "section", number, len(self._sections))]

    def crossing(self, number: int) -> Section | None:
        """Another section that shows it by reference, if any."""
        if not chance(self.plan.seed, "crosses", number, 25):
            return None
        other = self._crossing[draw(self.plan.seed, "crossing", number, len(self._crossing))]
        return None if other is self.section(number) else other

    def shape(self, number: int) -> str:
        """Name of the article shape; each occurs by its weight in every run of sum(weights) numbers.

        What a tick publishes has a body.
        """
        size = len(self._shapes)
        block, slot = divmod(number, size)
        factor = self._factors[draw(self.plan.seed, "factor", block, len(self._factors))]
        shape = self._shapes[(slot * factor + draw(self.plan.seed, "offset", block, size)) % size]
        if number >= self.count and shape in BODILESS:
            return self._bodies[draw(self.plan.seed, "body shape", number, len(self._bodies))]
        return shape

    @cached_property
    def _factors(self) -> tuple[int, ...]:
        size = len(self._shapes)
        return tuple(factor for factor in range(1, size + 1) if gcd(factor, size) == 1)

    def copied(self, number: int) -> int | None:
        """The older document whose text this one repeats, None for an original and for what a tick publishes."""
        if number >= self.count or not self._wants_copy(number):
            return None
        other = number - 5 - draw(self.plan.seed, "copied", number, 200)
        if other < 0 or not self._is_original(other) or self.section(other) is self.section(number):
            return None
        single = self.shape(number) in _SINGLE_PAGE and self.shape(other) in _SINGLE_PAGE
        return other if single else None

    def reprinted(self, number: int) -> int | None:
        """The older document of whose text this one has nearly all, None for the others and for copies."""
        if number >= self.count or self._wants_copy(number) or self._is_original(number):
            return None
        other = number - 5 - draw(self.plan.seed, "reprinted", number, 200)
        single = self.shape(number) in _SINGLE_PAGE and self.shape(other) in _SINGLE_PAGE
        return other if other >= 0 and self._is_original(other) and single else None

    def _is_original(self, number: int) -> bool:
        """True when it does not even try to repeat another."""
        return not (self._wants_copy(number) or chance(self.plan.seed, "reprint", number, self.plan.reprints_percent))

    def _wants_copy(self, number: int) -> bool:
        return chance(self.plan.seed, "copy", number, self.plan.copies_percent)

    def charset(self, number: int, section: Section | None = None) -> Charset:
        """How an article page is encoded: as its section's pages (its own unless one is given), a few otherwise."""
        if self.plan.charset is not None:
            return CHARSETS[self.plan.charset]
        if chance(self.plan.seed, "charset", number, 4):
            return CHARSETS[_ODD_CHARSETS[draw(self.plan.seed, "odd", number, len(_ODD_CHARSETS))]]
        return CHARSETS[(section or self.section(number)).charset]

    def day(self, number: int) -> str:
        """Day of creation as it stands in the address, `20221009`."""
        return f"{local(self.created(number)):%Y%m%d}"

    def path(self, number: int, section: Section | None = None) -> str:
        """Path of an article in a section (its own unless one is given), `xw/jcxw/202210/t20221009_956123.html`."""
        day = self.day(number)
        return f"{(section or self.section(number)).path}/{day[:6]}/t{day}_{self.docid(number)}.html"


def local(timestamp: int) -> datetime:
    """A Unix time as Asia/Shanghai shows it."""
    return datetime.fromtimestamp(timestamp, SHANGHAI)


def file_stem(timestamp: int, order: int) -> str:
    """Name of an uploaded file without its W0 or P0: the day and its fraction in 12 digits (SITE.md §1.2).

    `order` counts the files of one document; they were uploaded two minutes before it, 4 ms apart.
    """
    moment = local(timestamp - 120)
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + order * 0.004 + 0.0005
    return f"{moment:%Y%m%d}{int(seconds / 86_400 * 10**12):012d}"


def stem_time(stem: str) -> int:
    """Unix time of the document to which a file with this name may belong."""
    midnight = datetime.strptime(stem[:8], "%Y%m%d").replace(tzinfo=SHANGHAI)
    return int(midnight.timestamp() + int(stem[8:]) * 86_400 / 10**12) + 120
