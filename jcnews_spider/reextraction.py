"""The archive through the present extractor: what a worker makes of the stored pages of a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jcnews_spider.archive.reader import Reader
from jcnews_spider.archive.segments import read_record
from jcnews_spider.article import Article
from jcnews_spider.errors import Damaged, StorageFault, UnknownLayout
from jcnews_spider.pipelines import versions
from jcnews_spider.sites import site_named
from jcnews_spider.trs.site import Site


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is sealed."""

    id: str
    segment: str
    """Path under output/."""
    offset: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record; nothing but its id when the extractor sees the same as before."""

    id: str
    last: Article | None = field(default=None, repr=False)
    """The record, where the extractor sees something else."""
    anew: Article | None = field(default=None, repr=False)
    """What it sees."""
    refused: str | None = None
    """Why the extractor takes the page for none of an article."""
    damage: str | None = None
    """What is wrong with the stored record or its bytes."""
    place: Place | None = None
    """Where the damaged record stands."""

    @property
    def is_unchanged(self) -> bool:
        """True when the extractor sees the same as before."""
        return self == Outcome(self.id)


def read_anew(root: Path, site: str, run_id: str, places: Sequence[Place]) -> list[Outcome]:
    """What the present extractor makes of each record, in order, for a run over a site, given by its name.

    Read without the ledger, whose log only the machine that writes it may read (sqlite.org/wal.html): a record that
    takes the ledger comes back as damaged, and `outcome` says more where there is one.
    """
    reader = Reader(root)
    return [outcome(reader, site_named(site), run_id, place) for place in places]


def outcome(reader: Reader, site: Site, run_id: str, place: Place) -> Outcome:
    """What the present extractor makes of one record."""
    try:
        last = _record(reader.root, place)
        anew = versions.anew(last, reader.pages(last), site, run_id)
    except UnknownLayout as fault:
        return Outcome(place.id, refused=fault.reason)
    except StorageFault as fault:
        return Outcome(place.id, damage=str(fault), place=place)
    return Outcome(place.id, last, anew) if versions.differences(anew, last) else Outcome(place.id)


def _record(root: Path, place: Place) -> Article:
    """The record at a place; raises Damaged where there is none or another one."""
    try:
        record = read_record(root, place.segment, place.offset)
    except OSError as fault:
        raise Damaged(f"{place.segment} at {place.offset}: {fault}") from fault
    if record.id != place.id:
        raise Damaged(f"{place.segment} at {place.offset}: {record.id} instead of {place.id}")
    return record
