"""Fixity: is everything that was sealed still what it was, and what of the damaged can be made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jcnews_spider.archive import segments, snapshots
from jcnews_spider.archive.evidence import Evidence, Progress, Share
from jcnews_spider.archive.ledger import NAME as LEDGER
from jcnews_spider.archive.ledger.tally import State, Tally
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.archive.pairing import MAKE_ANEW, has_ledger
from jcnews_spider.archive.warc import members

LINE_BY_REBUILD = f"can be made again: {MAKE_ANEW}, with the manifest's missing lines"
NEVER = "cannot be made again: bring back a copy"


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not what it was."""

    check: str
    where: str
    """A path under output/, with the byte offset where there is one."""
    what: str
    again: str
    """What can be made again, and from what."""


Found = Iterator[tuple[str, str, str]]
"""(where, what, what can be made again)."""


@dataclass(frozen=True, slots=True)
class Check:
    """A thing that must hold."""

    name: str
    holds: str
    again: str
    """What can be made again where it does not hold."""
    find: Callable[[Evidence], Found]


def damages(
    root: Path, progress: Progress = lambda _what, _done, _of: None, share: Share = map, server: str = ""
) -> Iterator[Damage | Evidence]:
    """Every damage of an archive, in the order of CHECKS, and last the evidence with its counts.

    `server` is the address of a ledger that is no file in the folder.
    """
    with closing(Tally()) as tally:
        evidence = Evidence(root, tally, progress, share, server)
        evidence.gather()
        for check in CHECKS:
            for where, what, again in check.find(evidence):
                yield Damage(check.name, where, what, again)
        yield evidence


def _files(evidence: Evidence) -> Found:
    for path, digest, state in evidence.tally.broken_files():
        what = "missing" if state is State.MISSING else "its sha256 is another"
        yield path, what, _file_again(evidence.tally, path, digest)


def _file_again(tally: Tally, path: str, digest: str) -> str:
    """What of a sealed file can be made again."""
    if path.startswith(f"{members.FOLDER}/"):
        return _pages_again(tally.pages_from(path, 0, 1 << 62))
    place = None if path.startswith(f"{segments.FOLDER}/") else tally.place_of(digest)
    return f"can be made again from {place[0]} at {place[1]}" if place else NEVER


def _pages_again(pages: Sequence[tuple[str, str | None]]) -> str:
    """What of a damaged stretch of a WARC can be made again: pages of records, from sound HTML files."""
    if not pages:
        return "no record points there; cannot be made again"
    there = [path for _, path in pages if path]
    lost = [name for name, path in pages if not path]
    if not there:
        return f"{NEVER}: no sound HTML file of {', '.join(lost[:3])}{' …' if lost[3:] else ''}"
    return (
        f"{len(there)} of the {len(pages)} pages to which records point can be made again from HTML files, "
        f"such as {there[0]}{f'; not that of {lost[0]}' if lost else ''}"
    )


def _manifest(evidence: Evidence) -> Found:
    """What is no line, and what has none; of a run that goes on, or of a seal that the next run finishes, nothing."""
    if not evidence.is_running:
        for flaw in evidence.manifest_flaws:
            yield f"{MANIFEST} at {flaw.offset}", flaw.what, LINE_BY_REBUILD
        known = evidence.audit.known_segments()
        for path in evidence.segments:
            if evidence.tally.digest_of(path) is None and path not in known:
                yield path, "in no manifest", LINE_BY_REBUILD
    for path, name, digest in evidence.tally.unlisted_pages():
        if evidence.is_running and (evidence.root / path).exists():
            continue
        what = _unlisted(evidence.root / path, digest)
        place = evidence.tally.place_of(digest) if digest else None
        from_warc = f"can be made again from {place[0]} at {place[1]}" if place else NEVER
        yield path, f"in no manifest{what}, {name} names it", from_warc if what else LINE_BY_REBUILD


def _unlisted(path: Path, digest: str | None) -> str:
    """What else is wrong with a file, given the digest that its record has for it, if any."""
    try:
        data = path.read_bytes()
    except OSError:
        return " and missing"
    return " and its sha256 is another" if digest and sha256(data).hexdigest() != digest else ""


def _warcs(evidence: Evidence) -> Found:
    for path, offset, end, what in evidence.tally.flaws(members.FOLDER):
        pages = evidence.tally.pages_from(path, offset, max(end, offset + 1))
        yield f"{path} at {offset}", f"{end - offset} bytes: {what}", _pages_again(pages)
    for path, offset in evidence.tally.lost_originals():
        pages = evidence.tally.pages_from(path, offset, offset + 1)
        yield f"{path} at {offset}", "the revisit's original is nowhere", _pages_again(pages)


def _segments(evidence: Evidence) -> Found:
    for path, offset, _, what in evidence.tally.flaws(segments.FOLDER):
        yield f"{path} at {offset}", what, NEVER


def _snapshots(evidence: Evidence) -> Found:
    for path, offset, what in evidence.tally.strange_pages():
        yield f"{path} at {offset}", what, NEVER


def _pointers(evidence: Evidence) -> Found:
    for wrong in evidence.tally.wrong_pointers():
        place = evidence.tally.place_of(wrong.sha256) if wrong.sha256 else None
        sources = [wrong.html] if wrong.html else [f"{place[0]} at {place[1]}"] if place else []
        again = f"its page stands in {sources[0]}" if sources else NEVER
        yield f"{wrong.segment} at {wrong.offset}", wrong.what, again


def _versions(evidence: Evidence) -> Found:
    for path, offset, what in evidence.tally.broken_chains():
        yield f"{path} at {offset}", what, NEVER


def _ledger(evidence: Evidence) -> Found:
    if not has_ledger(evidence.root, evidence.server):
        if evidence.segments or evidence.manifest_bytes:
            yield LEDGER, "missing", "can be made again: scrapy verify --rebuild"
        return
    for where, what in evidence.audit.faults(evidence.manifest_bytes):
        yield where, what, f"can be made again: {MAKE_ANEW}"


CHECKS = (
    Check(
        "files",
        "every file of the manifest is there and has its sha256",
        f"{snapshots.FOLDER}/ and media/ from the WARC, pages of a WARC from {snapshots.FOLDER}/, a segment never",
        _files,
    ),
    Check(
        "warcs",
        "every record is a whole gzip member, its digests of block and payload fit, a revisit has its original",
        "pages of records, from their HTML files",
        _warcs,
    ),
    Check("segments", "every line is a record, and its content_hash fits its content", "never", _segments),
    Check("snapshots", "every record has the digest of its HTML file", "never", _snapshots),
    Check(
        "pointers",
        "every record's pointer yields the exchange whose body has its digest",
        "a wrong pointer never; the page, from its HTML file or another exchange",
        _pointers,
    ),
    Check("versions", "the versions of an id are 1 to n, each with the hash of the one before", "never", _versions),
    Check(
        "ledger",
        "it has the newest version, hash, segment and offset of every article, every segment and WARC, and an outbox "
        "of records that are not sealed",
        "by --rebuild",
        _ledger,
    ),
    Check(
        "manifest",
        "every line is whole, every segment and every file that a record names has one",
        "by --rebuild",
        _manifest,
    ),
)
"""Checked in this order; the manifest last, when the ledger is open."""
