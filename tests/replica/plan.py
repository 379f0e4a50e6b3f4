"""What a replica is asked to be: every parameter in one value, so that a test reads like a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Literal

from tests.replica.sections import CHARSETS

Certificate = Literal["good", "self_signed", "expired", "other_name"]
"""One of the replica's own authority, or what a client must refuse."""

SHANGHAI = timezone(timedelta(hours=8))
NEWEST_AT = int(datetime(2022, 10, 9, 10, 28, tzinfo=SHANGHAI).timestamp())

DEFAULT_WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "P": 62,
        "DIV": 4,
        "BR": 4,
        "BARE": 3,
        "SPAN": 3,
        "NESTED": 3,
        "AUTOADD": 3,
        "UNION": 2,
        "PREAPPEND": 2,
        "UEDITOR": 2,
        "GALLERY": 2,
        "PARTS": 2,
        "HASHPARTS": 1,
        "VIDEO": 2,
        "ATTACH_A": 1,
        "ATTACH_JS": 1,
        "EMPTY": 1,
        "STUB_META": 1,
        "STUB_JS": 1,
    }
)


Content = bytes | Callable[[], Iterable[bytes | float]]
"""Bytes, or what makes them while they are sent: a piece at a time, a number being a pause in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer: planted for a path, it replaces what the site would say."""

    status: int = 200
    """HTTP status."""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/html"})
    """Header lines; Date and Server are added, and the Content-Length of bytes unless a length or a transfer coding
    is given here."""
    body: Content = b""
    """Entity, as it stands on the wire: what is given a transfer coding must be in it. The connection ends behind an
    entity that is made while it is sent, or that has a length of its own."""
    raw: Content | None = None
    """Everything that is sent, head and all, in place of the rest; then the connection is closed."""
    hang_s: float = 0.0
    """Seconds before its first byte; a server that closes cuts them short and sends nothing."""
    reset: bool = False
    """Whether the connection ends with a reset."""
    times: int | None = None
    """How often it is given, before `then` is; None for ever."""
    then: Answer | None = None
    """What is given behind it; None for what the site says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parameters of a replica; the same plan gives the same bytes."""

    articles: int = 60
    """Number of documents, copies, empty pages and stubs included."""
    seed: int = 1
    """Seed of everything made up."""
    newest_at: int = NEWEST_AT
    """Unix time of the newest document; every other time follows it."""
    page_size: int = 10
    """Items of a list page."""
    cap: int = 50
    """List pages that a capped section publishes; older documents are in no list of it."""
    roll_pages: int = 5
    """List pages of the roll-up `/xw/`."""
    weights: Mapping[str, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    """Share of each article shape; each occurs in every run of sum(weights) documents."""
    charset: str | None = None
    """Name of one of `sections.CHARSETS` for every page, None for the mix."""
    robots: Literal["missing", "html", "allow", "disallow", "error"] | str = "missing"
    """404, a soft 200 with HTML, a permission, a refusal, 502; anything else is the text of the file itself."""
    soft_404: bool = False
    """Whether a missing page answers 200 with the error page."""
    header_forms: bool = True
    """Whether a few pages print date, source and editor in the rarer forms of SITE.md §4.3."""
    copies_percent: float = 3.0
    """Share of documents that try to repeat another's text; about two thirds can."""
    reprints_percent: float = 0.0
    """Share of documents that try to repeat another's text nearly, under another title; about half can."""
    faults: Mapping[str, Answer] = field(default_factory=dict)
    """Answers planted by path (`/xw/jcxw/202210/t20221009_956123.html`), before anything else is asked; `*` is every
    other path."""
    other_hosts: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)
    """Answers of other hosts by path, by host (`img.example.com`); other paths of theirs are missing."""
    headlines: int = 6
    """Newest documents that stand beside every article; 130 make a page of 30 KB."""
    delay_s: float = 0.0
    """Seconds before each answer."""
    https: Certificate | None = None
    """The certificate with which the site stands behind https, where http then sends everybody; None: http alone."""

    def __post_init__(self) -> None:
        """Refuse what cannot be served."""
        if not 0 <= self.articles <= 900_000:
            raise ValueError(f"articles: {self.articles} is not between 0 and 900,000")
        if self.delay_s < 0 or min((answer.hang_s for answer in self._planted()), default=0.0) < 0:
            raise ValueError("delay_s and hang_s start at 0")
        if self.headlines < 0:
            raise ValueError("headlines start at 0")
        if self.page_size < 1 or self.cap < 1 or self.roll_pages < 1:
            raise ValueError("page_size, cap and roll_pages start at 1")
        if not self.weights or min(self.weights.values()) < 0 or not sum(self.weights.values()):
            raise ValueError("weights: some shape must have a weight above 0")
        if unknown := sorted(set(self.weights) - set(DEFAULT_WEIGHTS)):
            raise ValueError(f"weights: unknown shapes {unknown}")
        if self.charset is not None and self.charset not in CHARSETS:
            raise ValueError(f"charset: {self.charset!r} is none of {sorted(CHARSETS)}")

    def _planted(self) -> Iterator[Answer]:
        yield from self.faults.values()
        for answers in self.other_hosts.values():
            yield from answers.values()
