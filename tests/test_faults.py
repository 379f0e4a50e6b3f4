"""Faults at every operation on the disk: nothing is lost, nothing twice, nothing half (DESIGN.md §2)."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from jcnews_spider import clock
from jcnews_spider.errors import StorageFault
from tests import storage
from tests.disks import Faults, PowerLoss, Recorder, SuddenEnd

MEMORY = Path("/dev/shm")  # there an fsync costs nothing
DRAWS = 2
"""Disks that are tried behind each operation."""

SHARDS = 32
"""Parts into which the operations are dealt: `make test` tries every 32nd, `make soak` the others."""

every_shard = pytest.mark.parametrize(
    "shard", [0, *(pytest.param(shard, marks=pytest.mark.soak) for shard in range(1, SHARDS))]
)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder on a fast disk."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> storage.Clock:
    """The run's clock."""
    ticking = storage.Clock()
    monkeypatch.setattr(clock, "now", ticking)
    return ticking


class Workload:
    """Every stage of the made-up site, each run again until it comes to its end."""

    def __init__(self, root: Path, time: storage.Clock, runs: int = 0) -> None:
        self.root = root
        self._time = time
        self._made = storage.Made()
        self.runs = runs
        """Runs so far."""

    def go(self, faults: Faults | None = None, first: int = 0) -> None:
        """Runs, mends the disk after a fault, runs again, and checks after each run what readers can see.

        The stages before the first one lie behind; their records are in the archive.
        """
        for stage in range(storage.STAGES):
            storage.advance(self._made, stage)
            if stage < first:
                continue
            while not self._run():
                assert faults
                faults.mend()
            assert storage.is_past_of(storage.sealed_past(self.root), self._made, stage)
            storage.check_manifest(self.root)

    def leave(self) -> None:
        """The disk as it is when the world stops: the next run goes on there."""
        left = self.root.with_name(f"{self.root.name}-left")
        shutil.copytree(self.root, left, ignore=shutil.ignore_patterns("*-shm"))
        self.root = left

    def _run(self) -> bool:
        sealed = {path.name: path.read_bytes() for path in self.root.glob("articles/*")}
        self.runs += 1
        try:
            is_done = storage.run(self.root, self._made, self._time, self.runs) is None
        except (StorageFault, SuddenEnd):
            is_done = False
        assert self.runs <= 2 * storage.STAGES
        storage.check_readable(self.root)
        assert {name: (self.root / "articles" / name).read_bytes() for name in sealed} == sealed
        return is_done


def operations(place: Path, time: storage.Clock, monkeypatch: pytest.MonkeyPatch) -> int:
    """Number of operations of the whole workload when nothing fails."""
    faults, workload = Faults("end", 0), Workload(place / "whole", time)
    with monkeypatch.context() as patched:
        faults.install(patched.setattr)
        workload.go(faults)
    assert workload.runs == storage.STAGES
    return faults.count


@every_shard
@pytest.mark.parametrize("kind", ["ENOSPC", "EIO", "end"])
def test_a_fault_at_any_operation_loses_nothing(
    place: Path, time: storage.Clock, monkeypatch: pytest.MonkeyPatch, kind: str, shard: int
) -> None:
    total = operations(place, time, monkeypatch)
    assert total > 300
    for number in range(1 + shard, total + 1, SHARDS):
        workload = Workload(place / f"{number}", time)
        faults = Faults(kind, number, workload.leave)
        with monkeypatch.context() as patched:
            faults.install(patched.setattr)
            workload.go(faults)
        assert workload.runs == storage.STAGES + 1, number
        for left in place.iterdir():
            shutil.rmtree(left)


def recorded(root: Path, time: storage.Clock, monkeypatch: pytest.MonkeyPatch) -> tuple[Recorder, list[int]]:
    """Every operation of the workload, and behind how many of them each stage ended."""
    recorder, made, ends = Recorder(root), storage.Made(), []
    with monkeypatch.context() as patched:
        recorder.install(patched.setattr)
        for stage in range(storage.STAGES):
            storage.advance(made, stage)
            assert storage.run(root, made, time, stage) is None
            ends.append(len(recorder.operations))
    return recorder, ends


@every_shard
def test_a_power_loss_behind_any_operation_loses_nothing(
    place: Path, time: storage.Clock, monkeypatch: pytest.MonkeyPatch, shard: int
) -> None:
    recorder, ends = recorded(place / "whole", time, monkeypatch)
    for number in range(1 + shard, ends[-1], SHARDS):
        stage = sum(end < number for end in ends)
        for draw in range(DRAWS):
            root = place / f"{number}-{draw}"
            PowerLoss(recorder.operations[:number]).rebuild(root, Random(number * DRAWS + draw))
            Workload(root, time, runs=storage.STAGES).go(first=stage)
            shutil.rmtree(root)
