"""An archive's folder and its ledger, which belong together.

A ledger on a server has a token that stands in the folder too: else the ledger of another archive would be taken for
this one's, and what it knows would never be fetched.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from jcnews_spider.archive import files, segments
from jcnews_spider.archive.ledger import NAME as LEDGER
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.lock import in_turn
from jcnews_spider.archive.manifest import NAME as MANIFEST
from jcnews_spider.errors import StorageFault, UsageFault

PAIRED = ".ledger"
"""Name of the file under output/ that holds the token of a ledger on a server."""

MAKE_ANEW = f"move {LEDGER}* away, then scrapy verify --rebuild makes it anew"
MAKE_ANEW_ON_SERVER = "with a new schema in JCNEWS_LEDGER scrapy verify --rebuild makes it anew"


def require_ledger(root: Path, server: str = "") -> None:
    """Raises StorageFault when an archive has lost its ledger; a folder without an archive needs none."""
    if server:
        if (root / LEDGER).exists():
            raise StorageFault(f"the ledger of this archive is {root / LEDGER}: JCNEWS_LEDGER must be empty")
        if (root / MANIFEST).exists() and not (root / PAIRED).exists():
            raise StorageFault(f"{root / PAIRED} is missing beside sealed segments: it names the archive's ledger")
    elif (root / PAIRED).exists():
        raise StorageFault(f"the ledger of {root} is on a server: JCNEWS_LEDGER must say where")
    elif not files.reaches(root / LEDGER, 1) and (root / MANIFEST).exists():
        raise StorageFault(f"{root / LEDGER} is missing beside sealed segments: bring it back, or {MAKE_ANEW}")


def has_ledger(root: Path, server: str = "") -> bool:
    """True where there is an archive."""
    return (root / (PAIRED if server else LEDGER)).exists()


def require_archive(root: Path, server: str = "") -> None:
    """Raises UsageFault where there is no archive, StorageFault where it has lost its ledger."""
    require_ledger(root, server)
    if not has_ledger(root, server):
        raise UsageFault(f"{root}: no archive yet, scrapy crawl makes one")


def require_same_segments(root: Path, ledger: Ledger) -> None:
    """Raises StorageFault, the ledger closed, when it is older than the archive: it does not know a segment there.

    Also when one on a server is newer: what it knows of a lost segment, or of a copy of the folder, is never fetched.
    """
    sealed = {segment.path for segment in ledger.outbox.segments()} if ledger.server else set()
    there = {f"{segments.FOLDER}/{path.name}" for path in segments.segment_files(root)}
    strange = there - ledger.outbox.known_segments()
    removed = {path for takedown in ledger.takedowns.open() for path in takedown.files}
    lost = sealed - there - removed
    if not (strange or lost):
        return
    ledger.close()
    way = MAKE_ANEW_ON_SERVER if ledger.server else MAKE_ANEW
    if strange:
        raise StorageFault(
            f"{ledger.server or root / LEDGER} is older than the archive, it does not know {min(strange)}: {way}"
        )
    raise StorageFault(f"{root} is older than its ledger, or there is a copy of it, for it lacks {min(lost)}: {way}")


def open_ledger(root: Path, server: str = "", *, read_only: bool = False) -> Ledger:
    """The ledger of an archive; raises StorageFault, also where it is that of another one."""
    if not server:
        return Ledger(root / LEDGER, read_only=read_only)
    if read_only or has_ledger(root, server):
        return _on_server(root, server, read_only=read_only)
    with in_turn(root / f"{PAIRED}.lock"):  # of several runs that begin at once one makes the pair
        return _on_server(root, server, read_only=False)


def _on_server(root: Path, server: str, *, read_only: bool) -> Ledger:
    """The ledger on a server; a folder and a ledger that are both new become a pair."""
    token = (root / PAIRED).read_text(encoding="ascii", errors="replace").strip() if has_ledger(root, server) else None
    ledger = Ledger(server, read_only=read_only, make=token is None)
    if token != ledger.token:
        with ExitStack() as unless_paired:
            unless_paired.callback(ledger.close)
            if token is not None or read_only or not ledger.is_empty():
                raise _strange(root)
            pair(root, ledger)
            unless_paired.pop_all()
    return ledger


def pair(root: Path, ledger: Ledger) -> None:
    """Notes in the folder that a ledger on a server is its own; raises StorageFault where another folder has it."""
    with ledger.transaction():
        if not ledger.pair():
            raise _strange(root)
        files.write_whole(root, PAIRED, f"{ledger.token}\n".encode(), durable=True)


def _strange(root: Path) -> StorageFault:
    return StorageFault(f"the ledger that JCNEWS_LEDGER names is not that of {root}: see {PAIRED} there")
