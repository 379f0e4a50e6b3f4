"""The record: one version of one article, as a line of the sealed JSON Lines.

The dataclasses below are the only definition; the JSON Schema and the README's table are made from them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

SCHEMA_VERSION = "1.0"

_SHA256 = {"pattern": "^[0-9a-f]{64}$"}
_MOMENT = {"pattern": "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}\\+08:00)?$"}
_UTC = {"pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$"}


def _bounded(default: Any, **bounds: Any) -> Any:
    """A field whose values the JSON Schema bounds in its own words."""
    return field(default=default, metadata={"json_schema_extra": bounds})


class Event(StrEnum):
    """Why a record is written."""

    NEW = "new"
    UPDATED = "updated"
    GONE = "gone"
    REPARSED = "reparsed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SectionRef:
    """A listing of the site."""

    name: str
    """Name as the site prints it."""
    url: str
    """Canonical address of its first page."""


@dataclass(frozen=True, slots=True)
class Author:
    """A person named in the byline."""

    name: str
    """Name without blanks."""
    role: str | None = None
    """记者, 本报记者, 通讯员, 作者, 摄影 …, as printed."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the body."""

    url: str
    """Absolute address."""
    caption: str | None = None
    """Caption, where the page shows one."""
    path: str | None = None
    """Path under output/ when stored."""
    sha256: str | None = _bounded(None, **_SHA256)
    """Digest of the stored bytes."""


@dataclass(frozen=True, slots=True)
class Resource:
    """An attachment or a video."""

    url: str
    """Absolute address."""
    name: str | None = None
    """Name for people, where the page gives one."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose work it is, as far as the page says."""

    original: bool | None = None
    """True when the source is one of the site's own titles, false when another, null when unknown."""
    notice: str | None = None
    """First sentence of the page's copyright notice."""


@dataclass(frozen=True, slots=True)
class WarcPointer:
    """Where the response record stands."""

    file: str
    """Path of the WARC file under output/."""
    offset: int
    """Byte offset of the gzip member."""
    length: int
    """Length of the gzip member in bytes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where the bytes are from which the record was made."""

    html: str | None = None
    """Path of the raw HTML under output/, null when switched off."""
    sha256: str | None = _bounded(None, **_SHA256)
    """Digest of the entity bytes of the first page."""
    warc: WarcPointer | None = None
    """The exchange in the WARC, null when switched off."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """How the record came about."""

    run_id: str | None = None
    """Run that fetched it, `YYYYMMDDTHHMMSSZ-xxxx`."""
    list_url: str | None = None
    """List page on which it was found first, null for an address given by hand."""
    status: int | None = None
    """HTTP status."""
    encoding: str | None = None
    """Encoding that decoded the bytes."""
    etag: str | None = None
    """ETag of the response."""
    last_modified: str | None = None
    """Last-Modified of the response."""
    pages: int = _bounded(1, minimum=1)
    """Number of pages of the article."""
    extractor: str | None = None
    """Template that fitted, `fallback` when none did."""
    parser_version: str | None = None
    """Version of this project's parser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One version of one article. Every key is always present, null when unknown, arrays never null."""

    schema_version: str = _bounded(SCHEMA_VERSION, const=SCHEMA_VERSION)
    """Version of this form; a minor version only adds nullable keys."""
    id: str = ""
    """`<site>:<TRS docid>`: the identity of an article wherever it is listed."""
    version: int = _bounded(1, minimum=1)
    """1, 2, …, one more with every record of an id."""
    event: Event = Event.NEW
    """Why the record was written: new, updated, gone, reparsed or withdrawn."""
    url: str = ""
    """Canonical address of the article."""
    title: str = ""
    """Title without a leading 【series】."""
    title_raw: str = ""
    """Title as printed, on one line."""
    subtitle: str | None = None
    """引题 or 副题, where the page has one."""
    series: str | None = None
    """What stands in the leading 【…】 of the title."""
    sections: tuple[SectionRef, ...] = ()
    """Every listing known to show it, the crumb's own first."""
    breadcrumb: tuple[str, ...] = ()
    """Names in the breadcrumb as printed, without 首页."""
    published_at: str | None = _bounded(None, **_MOMENT)
    """RFC 3339 with +08:00 to the second, or a date alone when the page has no time."""
    published_raw: str | None = None
    """The date as printed."""
    source: str | None = None
    """来源: the medium it comes from."""
    authors: tuple[Author, ...] = ()
    """Persons of the byline with their roles, in order."""
    editor: str | None = None
    """责任编辑."""
    language: str = "zh-CN"
    """BCP 47 tag."""
    text: str = field(default="", repr=False)
    """Paragraphs joined by a blank line, no indents, no boilerplate."""
    html: str = field(default="", repr=False)
    """The body, cleaned: structure, links and images with absolute addresses; no scripts, styles, classes."""
    images: tuple[Image, ...] = ()
    """Images of the body in order."""
    attachments: tuple[Resource, ...] = ()
    """Attached files, also those a script writes."""
    videos: tuple[Resource, ...] = ()
    """Videos, also those a script writes."""
    rights: Rights = Rights()
    """Whose work it is."""
    char_count: int = _bounded(0, minimum=0)
    """Number of non-blank characters of text."""
    content_hash: str = _bounded("", **_SHA256)
    """sha256 (hex) of the canonical form of title, text, published_at and source, see `content_hash()`."""
    previous_hash: str | None = _bounded(None, **_SHA256)
    """content_hash of the version before."""
    near_hash: str | None = _bounded(None, pattern="^[0-9a-f]+$")
    """Signature for near-duplicates as a hex string, null for very short texts."""
    duplicate_of: str | None = None
    """id of the article archived first with the same or nearly the same text."""
    similarity: float | None = _bounded(None, minimum=0, maximum=1)
    """How alike that text is, 1.0 = the same."""
    first_seen_at: str | None = _bounded(None, **_UTC)
    """UTC time at which the address was first found."""
    fetched_at: str | None = _bounded(None, **_UTC)
    """UTC time at which this version was fetched."""
    snapshot: Snapshot = Snapshot()
    """Where the bytes are."""
    crawl: Crawl = Crawl()
    """How the record came about."""

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON types, keys in the order of the fields."""
        return asdict(self)

    def to_json(self) -> str:
        """The record as one line of JSON without a line end.

        U+0085, U+2028 and U+2029 are escaped, because `str.splitlines()` of a reader would cut the line at them.
        """
        line = json.dumps(self, default=_members, ensure_ascii=False, separators=(",", ":"))
        for character in _LINE_BREAKS:  # str.translate takes 0.6 ms a record
            line = line.replace(character, f"\\u{ord(character):04x}")
        return line


def _members(value: Any) -> dict[str, Any]:
    """A dataclass for the encoder, which asks for each as it comes to it: half of the time that `asdict` takes."""
    return {name: getattr(value, name) for name in value.__slots__}


def read_article(line: str) -> Article:
    """The article of a record's line, as `to_json` wrote it."""
    record = json.loads(line)
    for name, kind in LISTS.items():
        record[name] = tuple(kind(**value) for value in record[name])
    warc = record["snapshot"]["warc"]
    snapshot = Snapshot(**{**record["snapshot"], "warc": warc and WarcPointer(**warc)})
    return Article(
        **{
            **record,
            "event": Event(record["event"]),
            "breadcrumb": tuple(record["breadcrumb"]),
            "rights": Rights(**record["rights"]),
            "snapshot": snapshot,
            "crawl": Crawl(**record["crawl"]),
        }
    )


LISTS: dict[str, type[Any]] = {
    "sections": SectionRef,
    "authors": Author,
    "images": Image,
    "attachments": Resource,
    "videos": Resource,
}
"""What the lists of objects hold."""

_CANONICAL = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_LINE_BREAKS = "\x85\u2028\u2029"


def content_hash(article: Article) -> str:
    """sha256 (hex) over the UTF-8 bytes of the JSON array [title, text, published_at, source] without blanks."""
    canonical = _CANONICAL.encode([article.title, article.text, article.published_at, article.source])
    return sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def char_count(text: str) -> int:
    """Number of non-blank characters."""
    return sum(map(len, text.split()))
