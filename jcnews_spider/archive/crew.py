"""A shared crawl: several runs that write one archive at the same time, whose ledger is on a server.

A run that died is buried by whoever starts or has nothing left to ask: what it left half done is finished or undone, as
at every start (recovery.py), and what it had claimed is free again. Dead is whose session at the server is over and
whose process has ended too: one that has only lost its connection may still be writing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jcnews_spider.archive import disk, files, recovery
from jcnews_spider.archive.files import storage_faults
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import KnownArticle
from jcnews_spider.archive.ledger.members import Member
from jcnews_spider.archive.lock import Lock, is_held
from jcnews_spider.errors import StorageFault

if TYPE_CHECKING:
    from jcnews_spider.archive import Archive

FOLDER = ".members"
"""Folder under output/ with a file for each member, which its process holds locked."""

logger = logging.getLogger(__name__)


class Crew:
    """What one run has to do with the others."""

    def __init__(self, archive: Archive) -> None:
        """Makes the run a member, and buries the dead; one that finds nobody alive repairs all that was left behind."""
        self._archive = archive
        self._members = archive.ledger.members
        self._claims = archive.ledger.claims
        self._is_finished = False
        disk.mkdir(archive.root / FOLDER)
        with self._members.at_the_graves():
            self._lock = Lock(archive.root, _file_of(archive.run_id))
            with archive.ledger.transaction():
                self._own = self._members.enter(archive.run_id)
            archive.ledger.checkpoint()  # whose files these are is never lost, whatever becomes of the server
            dead = self._dead()
            if len(dead) == len(self._members.others(self._own)):
                self._sweep()
                recovery.recover(archive)
            for member in dead:
                self._bury(member)

    @property
    def number(self) -> int:
        """That of the run among the members."""
        return self._own.n

    def claimed(self, read: Callable[[], list[KnownArticle]]) -> list[KnownArticle]:
        """What `read` finds due and free, and nobody else may ask from now on."""
        with self._archive.ledger.transaction():
            found = read()
            self._claims.take(self._own, [(known.n, known.url) for known in found])
        return found

    def may_walk(self, site: str, path: str) -> bool:
        """True for a section that nobody walks, or has walked since the run came; nobody else may from now on."""
        with self._archive.ledger.transaction():
            return self._claims.walk(self._own, site, path)

    def end_walks(self) -> None:
        """Notes that the run's walks are over, and what they found is stored."""
        with self._archive.ledger.transaction():
            self._claims.end_walks(self._own)

    def others_walk(self, site: str) -> bool:
        """True while another run walks a section of a site: it may find what is due to all that crawl it."""
        return self._claims.is_walked(self._own, site)

    def bury(self) -> bool:
        """Buries the dead, whose claims are free then; True when there were any."""
        with self._members.at_the_graves():
            dead = self._dead()
            for member in dead:
                self._bury(member)
        return bool(dead)

    def finish(self) -> None:
        """Notes that everything of the run is sealed: there will be nothing to bury."""
        self._is_finished = True

    def close(self) -> None:
        """Ends the membership of a run that is finished, and lets go of the lock: nothing is written from now on.

        A run that begins sweeps away what one that is no member left half written, so the report comes before.
        """
        if self._is_finished:
            with suppress(StorageFault), storage_faults():  # else it is buried
                self._unlink(self._own)
                with self._archive.ledger.transaction():
                    self._members.strike(self._own)
        self._lock.release()

    def _dead(self) -> list[Member]:
        """The others that are dead, whose locks are held from now on."""
        return [member for member in self._members.others(self._own) if self._is_dead(member)]

    def _is_dead(self, member: Member) -> bool:
        """True when neither its session nor its process lives."""
        if not self._members.take(member.n):
            return False
        if not is_held(self._archive.root, _file_of(member.run_id)):
            return True
        self._members.let_go(member.n)
        return False

    def _bury(self, member: Member) -> None:
        """Finishes or undoes what a dead run left half done, and takes its records over."""
        logger.warning("run %s died: its work is taken over", member.run_id)
        recovery.recover(self._archive, member.run_id)
        with self._archive.ledger.transaction():
            self._members.strike(member)
        self._unlink(member)
        self._members.let_go(member.n)

    def _sweep(self) -> None:
        """Takes away what was never finished, and the files of runs that died before they were members."""
        files.sweep(self._archive.root)
        for path in (self._archive.root / FOLDER).iterdir():
            if path.name != self._own.run_id:
                disk.unlink(path)

    def _unlink(self, member: Member) -> None:
        with suppress(FileNotFoundError):
            disk.unlink(self._archive.root / _file_of(member.run_id))


def living(root: Path, ledger: Ledger) -> set[str]:
    """The runs that are on, by their ids: the members whose processes live; or the newest one, that writes alone."""
    if not is_held(root):
        return set()
    members = ledger.members.all() if ledger.server else []
    alive = {member.run_id for member in members if is_held(root, _file_of(member.run_id))}
    alone = ledger.runs.open()
    return alive or ({alone} if alone else set())


def _file_of(run_id: str) -> str:
    return f"{FOLDER}/{run_id}"
