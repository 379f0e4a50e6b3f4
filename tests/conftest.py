"""Fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import ledgers, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server that runs; skips, with the reason, where there is none or no client."""
    pytest.importorskip("psycopg", reason="no psycopg: the extra `cluster` is not installed")
    with postgres.running() as server:
        yield server


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def either_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test is done with a ledger in a file, and with one on a server."""
    if request.param == "PostgreSQL":
        server: postgres.Server = request.getfixturevalue("server")
        monkeypatch.setattr(ledgers, "SERVER", server.new_address())
    return str(request.param)
