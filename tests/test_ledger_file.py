"""The ledger in a file: read while a run writes, and read where it is damaged."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from jcnews_spider.archive.ledger import NAME, Ledger
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.errors import StorageFault
from tests.ledgers import address


def add(path: Path, numbers: range) -> None:
    """Notes articles, as a run does that ends."""
    with closing(Ledger(path)) as ledger:
        with ledger.transaction():
            for number in numbers:
                ledger.articles.add(f"s:{number}", address(number), None, 0)
        ledger.checkpoint()


def found(ledger: Ledger, numbers: range) -> list[bool]:
    return [ledger.articles.get(f"s:{number}") is not None for number in numbers]


def test_who_reads_while_a_run_writes_finds_all_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / NAME
    add(path, range(0, 4000, 2))
    with closing(Ledger(path, read_only=True)) as reading:
        assert all(found(reading, range(0, 4000, 2)))
        add(path, range(1, 4000, 2))
        assert all(found(reading, range(4000)))
    assert list(tmp_path.iterdir()) == [path]


def test_who_cannot_wait_for_a_run_is_told_that_it_wrote_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is read-only: root writes everywhere."""
    path = tmp_path / NAME
    add(path, range(10))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with closing(Ledger(path, read_only=True)) as reading:
        assert all(found(reading, range(10)))
    reading = Ledger(path, read_only=True)
    add(path, range(10, 20))
    with pytest.raises(StorageFault, match="was written while it was read"):
        reading.close()
    assert list(tmp_path.iterdir()) == [path]


def test_a_damage_in_the_middle_of_an_answer_is_a_fault_of_the_storage(tmp_path: Path) -> None:
    path = tmp_path / NAME
    add(path, range(4000))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 100 * 4096] = b"\xff" * 100 * 4096
    path.write_bytes(data)
    with closing(Ledger(path, read_only=True)) as ledger:
        assert len(ledger.due.waiting(Scope("s", 0), None, 10)) == 10
        with pytest.raises(StorageFault, match="malformed"):
            ledger.due.waiting(Scope("s", 0), None, 4000)
