"""Fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import archives, ledgers, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server that runs; skips, with the reason, where there is none or no client."""
    pytest.importorskip("psycopg", reason="no psycopg: the extra `cluster` is not installed")
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with an article of three versions and one that is gone, to be read or copied."""
    output = tmp_path_factory.mktemp("history") / "output"
    with archives.standing() as replica:
        archives.with_history(replica, output)
    return output


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def either_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test is done with a ledger in a file, and with one on a server."""
    if request.param == "PostgreSQL":
        server: postgres.Server = request.getfixturevalue("server")
        monkeypatch.setattr(ledgers, "SERVER", server.new_address())
    return str(request.param)
