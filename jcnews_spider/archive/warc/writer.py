"""The WARC files of one run: every exchange appended as it comes, closed at a size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from jcnews_spider.archive import disk, files
from jcnews_spider.archive.ledger.captures import Captures, Place
from jcnews_spider.archive.warc.members import FOLDER, OPEN, Member, located, read_member
from jcnews_spider.archive.warc.records import Exchange, Original, exchange_members, payload_digest, warcinfo
from jcnews_spider.article import WarcPointer
from jcnews_spider.errors import Damaged

LEAST_REVISITED = 1024
"""Bytes of a payload below which a revisit record saves nothing."""


@dataclass(frozen=True, slots=True)
class WarcPlan:
    """How a run writes its WARCs."""

    max_bytes: int
    """Size at which a file is closed and another begun."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the warcinfo record says of the run."""


@dataclass(frozen=True, slots=True)
class ClosedWarc:
    """A WARC that is complete and on the disk."""

    path: str
    """Under output/."""
    size: int
    sha256: str


class WarcWriter:
    """Writes exchanges; what it learns of payloads and addresses goes into the ledger when it is on the disk."""

    def __init__(self, root: Path, run_id: str, plan: WarcPlan, captures: Captures) -> None:
        self._root = root
        self._run_id = run_id
        self._plan = plan
        self._captures = captures
        self._number = 0
        self._path: str | None = None
        self._size = 0
        self._digest = sha256()
        self.closed: list[ClosedWarc] = []
        """Files that were closed and are not yet in the manifest."""
        self.payloads: dict[str, Place] = {}
        """Where a payload was first stored, by digest; not yet in the ledger, as are the next."""
        self.addresses: dict[str, Place] = {}
        """Where an address was last seen with validators."""

    def capture(self, exchange: Exchange) -> WarcPointer:
        """Where the response, or its revisit, stands; it is flushed, not synced. Raises OSError."""
        digest = payload_digest(exchange.body)
        original = self._original(exchange, digest)
        members = exchange_members(exchange, digest, original)
        if self._path is None or self._size >= self._plan.max_bytes:
            self.close()
            self._begin(exchange.at)
        pointer = WarcPointer(self._path or "", self._size, len(members[0]))
        self._append(b"".join(members))
        self._learn(exchange, digest, Place(pointer.file, pointer.offset), is_original=original is None)
        return pointer

    def sync(self) -> None:
        """Brings the file that is written onto the disk."""
        if self._path:
            files.sync(self._root, [self._path + OPEN])

    def close(self) -> None:
        """Ends the file that is written: synced, under its final name."""
        if self._path is None:
            return
        self.sync()
        disk.rename(self._root / (self._path + OPEN), self._root / self._path)
        files.sync_folders(self._root, [self._path])
        self.closed.append(ClosedWarc(self._path, self._size, self._digest.hexdigest()))
        self._path = None

    def _begin(self, at: float) -> None:
        self._number += 1
        name = f"{self._run_id}-{self._number:03d}.warc.gz"
        if self._number == 1:
            disk.mkdir(self._root / FOLDER)
        self._path, self._size, self._digest = f"{FOLDER}/{name}", 0, sha256()
        self._append(warcinfo(name, at, self._plan.facts))

    def _append(self, data: bytes) -> None:
        disk.append(self._root / f"{self._path}{OPEN}", data)
        self._size += len(data)
        self._digest.update(data)

    def _original(self, exchange: Exchange, digest: str) -> Original | None:
        """The earlier response that a revisit can refer to: of the same address after a 304, else of the same bytes."""
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            place = self.addresses.get(exchange.url) or self._captures.newest(exchange.url)
        elif len(exchange.body) >= LEAST_REVISITED and not exchange.truncated:
            place = self.payloads.get(digest) or self._captures.payload(digest)
        else:
            place = None
        if place is None:
            return None
        try:
            member = read_member(located(self._root, place.file), place.offset)
        except Damaged:
            return None  # what cannot be read any more is stored anew
        is_another = exchange.status == HTTPStatus.NOT_MODIFIED and not _is_of(exchange, member)
        return None if is_another else _as_original(member)

    def _learn(self, exchange: Exchange, digest: str, place: Place, *, is_original: bool) -> None:
        if exchange.truncated or exchange.status != HTTPStatus.OK:
            return
        if is_original and len(exchange.body) >= LEAST_REVISITED:
            self.payloads[digest] = place
        if {name.lower() for name, _ in exchange.response_headers} & {b"etag", b"last-modified"}:
            self.addresses[exchange.url] = place


def _is_of(exchange: Exchange, member: Member) -> bool:
    """True when a 304 speaks of a response: of its address, and of the validators with which it was asked."""
    asked = {name.lower(): value for name, value in exchange.request_headers}
    given = {name.lower(): value for name, value in member.headers}
    pairs = ((asked.get(condition), given.get(name)) for condition, name in _VALIDATORS.items())
    return member.url == exchange.url and all(wanted in (None, had) for wanted, had in pairs)


_VALIDATORS = {b"if-none-match": b"etag", b"if-modified-since": b"last-modified"}


def _as_original(member: Member) -> Original | None:
    """A response, or a revisit through which the response is found; None for any other record, such as a tombstone."""
    facts, is_revisit = member.facts, member.kind == "revisit"
    if member.kind not in ("response", "revisit") or not member.status_line:
        return None
    url = facts.get("warc-refers-to-target-uri") if is_revisit else member.url
    date = facts.get("warc-refers-to-date") if is_revisit else facts.get("warc-date")
    digest = facts.get("warc-payload-digest")
    if url is None or date is None or digest is None:
        return None
    return Original(url, date, digest, member.status_line, member.headers)
