"""The ledger on a PostgreSQL server, in a namespace of its own: of runs on several machines that share an archive.

A commit does not wait for the server's disk, so that after its crash the latest ones may be missing, as in a file; a
run that loses its connection ends. Imported only where JCNEWS_LEDGER names a server: it wants the extra `cluster`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown

from jcnews_spider.archive.ledger.database import Row, Values, transaction
from jcnews_spider.archive.ledger.schema import SCHEMA, SCHEMA_VERSION, SHARED
from jcnews_spider.errors import StorageFault, UsageFault

NAMESPACE = "jcnews"
"""Of an archive, where the address does not end with `?schema=…`."""

PATIENCE_S = 30
"""Until a server that does not answer is given up."""

_LINK: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": PATIENCE_S // 3,
    "keepalives_interval": PATIENCE_S // 3,
    "keepalives_count": 2,
    "tcp_user_timeout": PATIENCE_S * 1000,
    "client_encoding": "UTF8",
    "application_name": "jcnews_spider",
}

_SESSION = {
    "synchronous_commit": "off",
    "join_collapse_limit": "1",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_session_timeout": "0",
    "tcp_keepalives_idle": f"{PATIENCE_S // 3}",
    "tcp_keepalives_interval": f"{PATIENCE_S // 3}",
    "tcp_keepalives_count": "2",
    "idle_in_transaction_session_timeout": f"{10 * PATIENCE_S}s",
}
"""The queries say how they are to be read, as in a file: a plan that is made while a table is young would stay. Whoever
waited for the lock of a transaction sees what was written meanwhile, and may wait, whatever the server's keeper set for
the role or the database. What a machine that is gone had locked is free again soon.
"""

_OWN = """
CREATE TABLE archive (
    version INTEGER NOT NULL,                     -- of the tables
    token   TEXT NOT NULL,                        -- stands in the archive's folder too
    paired  INTEGER NOT NULL DEFAULT 0            -- 1: since it stands there
)"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a ledger is."""

    server: str
    """What libpq connects to."""
    namespace: str

    @classmethod
    def read(cls, text: str) -> Address:
        """`postgresql://user@host:port/database?schema=namespace`; raises UsageFault."""
        server, _, query = text.partition("?")
        facts = dict(parse_qsl(query))
        namespace = facts.pop("schema", NAMESPACE)
        if not _NAME.fullmatch(namespace):
            raise UsageFault(f"JCNEWS_LEDGER: schema={namespace!r} is no name of small letters, digits and _")
        return cls(f"{server}?{urlencode(facts, quote_via=quote)}" if facts else server, namespace)


_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class _Text(StrDumperUnknown):
    """Text without NUL, which the server takes for a fault and a hostile page may hold."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class PostgresDatabase:
    """A connection that speaks of its faults in the project's words; made by `connect`."""

    def __init__(self, connection: psycopg.Connection[Row], namespace: str) -> None:
        self._connection = connection
        self._begin = f"BEGIN; SELECT pg_advisory_xact_lock(hashtext('{namespace}'))".encode()

    def execute(self, statement: str, values: Values = (), /) -> psycopg.Cursor[Row]:
        """What a statement gives; raises StorageFault."""
        try:
            return self._connection.execute(spoken(statement), values or None)
        except psycopg.Error as fault:
            raise _told(fault) from fault

    def executemany(self, statement: str, values: Iterable[Values], /) -> None:
        """Carries out a statement with each of the values; raises StorageFault."""
        try:
            with self._connection.cursor() as cursor:
                cursor.executemany(spoken(statement), values)
        except psycopg.Error as fault:
            raise _told(fault) from fault

    def begin(self) -> None:
        """Begins a transaction that will write, when no other does: look-up and record are one step for all runs."""
        try:
            self._connection.execute(self._begin, prepare=False)
        except psycopg.Error as fault:
            raise _told(fault) from fault

    def commit(self) -> None:
        """Ends it; raises StorageFault where the server undoes it, because something in it failed."""
        if self.execute("COMMIT").statusmessage != "COMMIT":
            raise StorageFault("the ledger's server: the transaction was undone, a statement in it had failed")

    def rollback(self) -> None:
        """Undoes it, where there is one."""
        if self._connection.info.transaction_status != TransactionStatus.IDLE:
            self.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Brings every commit so far onto the server's disk: a commit that waits brings those before it, in order."""
        self.execute("SET synchronous_commit = on")
        self.execute("SELECT pg_logical_emit_message(true, 'jcnews', 'checkpoint')")  # else nothing is written
        self.execute("SET synchronous_commit = off")

    def compact(self) -> None:
        """Leaves nothing of deleted rows in the tables; the server's log and its backups are its keeper's."""
        tables = self.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        for (table,) in tables:
            self.execute(f'VACUUM (FULL) "{table}"')

    def token(self) -> str:
        """By which the archive knows its ledger."""
        (token,) = self.execute("SELECT token FROM archive").fetchone() or ("",)
        return str(token)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


def connect(text: str, *, read_only: bool, make: bool) -> PostgresDatabase:
    """The ledger at an address, which is made where it may be; raises StorageFault, UsageFault."""
    address = Address.read(text)
    try:
        connection = psycopg.connect(address.server, autocommit=True, **_LINK)
    except psycopg.Error as fault:
        raise _told(fault) from fault
    connection.adapters.register_dumper(str, _Text)
    database = PostgresDatabase(connection, address.namespace)
    try:
        session = _SESSION | {"search_path": address.namespace, "default_transaction_read_only": str(int(read_only))}
        for name, value in session.items():
            database.execute("SELECT set_config(?, ?, false)", (name, value))
        _prepare(database, address, make=make and not read_only)
    except StorageFault:
        database.close()
        raise
    return database


def _prepare(database: PostgresDatabase, address: Address, *, make: bool) -> None:
    """Makes the tables of a new ledger, once, however many begin at the same time; another schema is never touched."""
    (encoding,) = database.execute("SHOW server_encoding").fetchone() or ("",)
    if encoding != "UTF8":
        raise StorageFault(f"{address.server} keeps text as {encoding}, wanted is a database in UTF8")
    if make:
        with transaction(database):
            if not _has_tables(database):
                _make_tables(database, address.namespace)
    if not _has_tables(database):
        raise StorageFault(f"{address.server} has no ledger in the schema {address.namespace}")
    (found,) = database.execute("SELECT version FROM archive").fetchone() or (0,)
    if found != SCHEMA_VERSION:
        raise StorageFault(
            f"{address.namespace} of {address.server} has schema {found}, this version reads {SCHEMA_VERSION}"
        )


def _has_tables(database: PostgresDatabase) -> bool:
    return database.execute("SELECT to_regclass('archive')").fetchone() != (None,)


def _make_tables(database: PostgresDatabase, namespace: str) -> None:
    if database.execute("SELECT to_regnamespace(?)", (namespace,)).fetchone() == (None,):
        database.execute(f'CREATE SCHEMA "{namespace}"')
    for statement in f"{_OWN};\n{SCHEMA}{SHARED}".strip().removesuffix(";").split(";\n"):
        database.execute(statement)
    database.execute("INSERT INTO archive (version, token) VALUES (?, ?)", (SCHEMA_VERSION, secrets.token_hex(8)))


@cache
def spoken(statement: str) -> bytes:
    """A statement of the ledger in PostgreSQL's words."""
    for word, here in _WORDS:
        statement = word.sub(here, statement)
    return statement.encode()


_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(word), here)
    for word, here in (
        (r" *--.*", ""),
        (r"\b(n|seq)( +)INTEGER PRIMARY KEY", r"\1\2BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        (r"\bINTEGER\b", "BIGINT"),
        (r"\bREAL\b", "DOUBLE PRECISION"),
        (r"\bBLOB\b", "BYTEA"),
        (r"\bTEXT(?=[ ,\n])", 'TEXT COLLATE "C"'),
        (r"\)\s+WITHOUT ROWID", ")"),
        (r"\bjson_each\((.+?)\)", r"json_array_elements_text(CAST(\1 AS JSON))"),
        (r"\?", "%s"),
        (r":([a-z_]+)", r"%(\1)s"),
    )
)


def _told(fault: psycopg.Error) -> StorageFault:
    """What the server or the way to it says, on one line."""
    return StorageFault(f"the ledger's server: {' '.join(str(fault).split())}")
