"""What the ledger asks of a database, so that one text of SQL does for all of them.

The text is what SQLite and PostgreSQL both know, with SQLite's parameters (`?`, `:name`) and its `json_each` for lists;
rows are tuples. True and false are 1 and 0, a list is a JSON array, text is ordered by its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import Any, Protocol

from jcnews_spider.errors import StorageFault

Row = tuple[Any, ...]

Values = Sequence[Any] | Mapping[str, Any]
"""Of the parameters of a statement, in order or by name."""


LONGEST_KEY = 2000
"""Bytes of an address or a path by which a row is found: an index of PostgreSQL takes 2,704 (measured)."""


def key(url: str) -> str:
    """An address as it is found by: of a longer one than LONGEST_KEY its head and its digest, which stay the same."""
    name = url.encode()
    if len(name) <= LONGEST_KEY:
        return url
    digest = sha256(name).hexdigest()
    return name[: LONGEST_KEY - len(digest)].decode(errors="ignore") + digest


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Number of rows that were added or changed."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any:
        """The next row, None behind the last one."""

    def fetchall(self) -> list[Any]:
        """Every further row."""


class Database(Protocol):
    """An open connection; every fault of the database is a StorageFault."""

    def execute(self, statement: str, values: Values = (), /) -> Rows:
        """What a statement gives; outside of a transaction it is committed at once."""

    def executemany(self, statement: str, values: Iterable[Values], /) -> object:
        """Carries out a statement with each of the values."""

    def begin(self) -> None:
        """Begins a transaction that will write."""

    def commit(self) -> None:
        """Ends it; durable after the next `checkpoint`."""

    def rollback(self) -> None:
        """Undoes it, where there is one."""

    def checkpoint(self) -> None:
        """Brings every commit so far onto the disk."""

    def compact(self) -> None:
        """Leaves nothing of deleted rows in the files of the tables."""

    def close(self) -> None:
        """Ends the connection."""


@contextmanager
def transaction(database: Database) -> Iterator[None]:
    """All writes inside are kept together or not at all."""
    database.begin()
    try:
        yield
        database.commit()
    except BaseException:
        with suppress(StorageFault):
            database.rollback()
        raise
