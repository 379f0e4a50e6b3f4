"""Members: the runs that crawl into one archive at the same time, each until all that it did is sealed.

Only a ledger on a server has these tables. Whether a member lives is asked of its session: it holds a lock there, which
the server frees when the connection ends, however it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from jcnews_spider.archive.ledger.database import Database

GRAVES = 0
"""Number of the lock of whoever buries; those of members begin with 1."""

_KEY = "hashtext(current_schema()), ?"


@dataclass(frozen=True, slots=True)
class Member:
    """A run's row."""

    n: int
    """In the order in which they came."""
    run_id: str


class Members:
    """The members' part of the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def enter(self, run_id: str) -> Member:
        """Makes a run a member, whose lock is held from now on; inside a transaction."""
        self._db.execute("INSERT INTO members (run_id) VALUES (?)", (run_id,))
        (number,) = self._db.execute("SELECT n FROM members WHERE run_id = ?", (run_id,)).fetchone()
        self._db.execute(f"SELECT pg_advisory_lock({_KEY})", (number,))
        return Member(int(number), run_id)

    def all(self) -> list[Member]:
        """Every member, dead or alive, oldest first."""
        return [Member(*row) for row in self._db.execute("SELECT n, run_id FROM members ORDER BY n")]

    def others(self, own: Member) -> list[Member]:
        """Every other member, dead or alive, oldest first."""
        return [member for member in self.all() if member != own]

    def strike(self, member: Member) -> None:
        """Takes a member out with all that it claimed; what it walked to the end stays walked."""
        self._db.execute("DELETE FROM claims WHERE member = ?", (member.n,))
        self._db.execute("DELETE FROM walks WHERE member = ? AND ended IS NULL", (member.n,))
        self._db.execute("DELETE FROM members WHERE n = ?", (member.n,))

    def take(self, number: int) -> bool:
        """True when a member's lock was free; it is held then."""
        (is_taken,) = self._db.execute(f"SELECT pg_try_advisory_lock({_KEY})", (number,)).fetchone()
        return bool(is_taken)

    def let_go(self, number: int) -> None:
        """Frees a lock that was taken."""
        self._db.execute(f"SELECT pg_advisory_unlock({_KEY})", (number,))

    @contextmanager
    def at_the_graves(self) -> Iterator[None]:
        """Waits until nobody else begins or buries; one at a time does."""
        self._db.execute(f"SELECT pg_advisory_lock({_KEY})", (GRAVES,))
        yield
        self.let_go(GRAVES)  # a connection that is lost has let go of it
