"""Reading on a Dask cluster: a real scheduler and real workers on loopback say what a local run says."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider import cluster
from jcnews_spider.cluster import Cluster
from jcnews_spider.errors import UsageFault, WorkerLost
from jcnews_spider.reextraction import Place, read_anew
from tests.archives import flip
from tests.crawling import ROOT, crawl, environment, read_records, wait_until
from tests.replica import Plan, Replica
from tests.test_reparse import BLIND, files, run

Client = pytest.importorskip("distributed", reason="needs the extra cluster").Client

LOCAL = ["--no-dashboard", "--host", "127.0.0.1"]
BLIND_WORKER = ("--parser", "9")
MORTAL = ("--signal", "SIGKILL:1")
STUCK = ("--signal", "SIGSTOP:1")
Done = subprocess.CompletedProcess[str]

LOST = "its scheduler has ended, hangs, or cannot be reached any more\n"
NOWHERE = [[Place("jcnews:1", "articles/none.jsonl", 0)]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of several segments and WARCs, with a record whose page is damaged wherever it stands."""
    output = tmp_path_factory.mktemp("whole") / "output"
    with Replica(Plan(articles=60)) as replica:
        records = crawl(replica, output, JCNEWS_WARC_MB=1, JCNEWS_SEAL_RECORDS=20).records
    damaged = next(record for record in records if record["source"])
    pointer = damaged["snapshot"]["warc"]
    flip(output / pointer["file"], pointer["offset"] + pointer["length"] // 2)
    flip(output / damaged["snapshot"]["html"], 0)
    return output


@pytest.fixture
def output(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "output", ignore=shutil.ignore_patterns("*-shm")))


@pytest.fixture(scope="module")
def local(whole: Path) -> Done:
    """What a local run says would change."""
    return run(whole, "reparse", "--diff", shim=BLIND)


@pytest.fixture(scope="module")
def applied(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A copy of it in which a local run has written what changed, and what that run said."""
    other = Path(shutil.copytree(whole, tmp_path_factory.mktemp("applied") / "output"))
    return other, run(other, "reparse", "--apply", shim=BLIND)


@pytest.fixture(scope="module")
def standing() -> Iterator[str]:
    """A scheduler with two workers that are blind for the source."""
    with scheduler() as (address, _), worker(address, *BLIND_WORKER), worker(address, *BLIND_WORKER, number=2):
        yield address


@pytest.fixture(scope="module")
def lonely() -> Iterator[str]:
    """A scheduler without workers, that gives work up when one is killed over it."""
    with scheduler(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as (address, _):
        yield address


@contextmanager
def process(*arguments: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment() | variables, **quiet
    )  # fmt: skip
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextmanager
def scheduler(**variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a scheduler that listens, and its process."""
    port = free_port()
    with process("distributed.cli.dask_scheduler", *LOCAL, "--port", str(port), **variables) as running:
        wait_until(lambda: listens(port))
        yield f"tcp://127.0.0.1:{port}", running


@contextmanager
def worker(address: str, *twist: str, number: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """One that has joined as the only or the n-th, of a single thread, without a nanny that would start it again."""
    one = ["--nthreads", "1", "--no-nanny", "--memory-limit", "1GiB", "--death-timeout", "60"]
    with process("tests.worker", *twist, "--", address, *LOCAL, *one) as running:
        with Client(address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == number)
        yield running


@contextmanager
def mortal_scheduler(at: int = 1) -> Iterator[str]:
    """One with two workers, of which the second kills it at its n-th piece of work."""
    with scheduler() as (address, process), worker(address, *BLIND_WORKER):
        with worker(address, *BLIND_WORKER, "--signal", f"SIGKILL:{at}", "--to", str(process.pid), number=2):
            yield address
        assert process.wait(10) < 0


def is_stopped(pid: int) -> bool:
    """True for a process that SIGSTOP has stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def by_id(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: str(record["id"]))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def said(done: Done) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def news(output: Path, before: Path) -> list[dict[str, Any]]:
    """The records that an archive has beside those before, in their order, without what tells one run from another."""
    found = read_records(output)[len(read_records(before)) :]
    assert {record["event"] for record in found} == {"reparsed"}
    return [{**record, "crawl": {**record["crawl"], "run_id": ""}} for record in found]


def test_reparse_says_what_a_local_run_says_and_writes_nothing(output: Path, standing: str, local: Done) -> None:
    before = files(output)
    shared = run(output, "reparse", "--diff", "--cluster", standing, shim=BLIND)
    assert (local.returncode, local.stdout.count("source")) == (7, 1)
    assert said(shared) == said(local)
    assert files(output) == before


def test_a_reparse_one_of_whose_workers_is_killed_writes_the_records_of_a_local_run(
    whole: Path, output: Path, standing: str, applied: tuple[Path, Done]
) -> None:
    other, local = applied
    with worker(standing, *BLIND_WORKER, *MORTAL, number=3) as mortal:
        shared = run(output, "reparse", "--apply", "--cluster", standing, shim=BLIND)
        assert mortal.wait(10) < 0
    assert (shared.returncode, shared.stdout) == (local.returncode, local.stdout)
    assert news(output, whole) == news(other, whole)


def test_verify_one_of_whose_workers_is_killed_finds_the_damages_of_a_local_run(output: Path, standing: str) -> None:
    local = run(output, "verify")
    with worker(standing, *MORTAL, number=3) as mortal:
        shared = run(output, "verify", "--cluster", standing)
        assert mortal.wait(10) < 0
    assert local.returncode == 7
    assert said(shared) == said(local)


def test_without_a_scheduler_or_a_worker_a_command_ends_soon_with_1(output: Path, lonely: str) -> None:
    nobody = f"tcp://127.0.0.1:{free_port()}"
    for command, address, why in (
        ("reparse", nobody, "no Dask scheduler answers"),
        ("verify", lonely, "it has no worker"),
        ("verify", "127.0.0.1", "no address"),
    ):
        started = time.monotonic()
        done = run(output, command, "--cluster", address)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert why in done.stderr
        assert time.monotonic() - started < 20


def test_the_command_says_why_the_cluster_did_not_finish(output: Path, lonely: str) -> None:
    with worker(lonely, *MORTAL):
        done = run(output, "reparse", "--cluster", lonely)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the cluster gave up" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("reparse", "--diff"), ("verify",)])
def test_a_command_whose_scheduler_is_killed_ends_with_1_and_a_line(output: Path, arguments: tuple[str, ...]) -> None:
    before = files(output)
    with mortal_scheduler() as address:
        done = run(output, *arguments, "--cluster", address, shim=BLIND)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"scrapy {arguments[0]}: --cluster {address}: {LOST}"
    assert files(output) == before


def test_what_a_reparse_has_written_when_its_scheduler_is_killed_is_whole_and_the_next_one_goes_on(
    whole: Path, output: Path, applied: tuple[Path, Done]
) -> None:
    other, local = applied
    with mortal_scheduler(at=2) as address:
        done = run(output, "reparse", "--apply", "--cluster", address, shim=BLIND)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(LOST)
    again = run(output, "reparse", "--apply", shim=BLIND)
    assert again.returncode == local.returncode
    assert by_id(news(output, whole)) == by_id(news(other, whole))
    assert run(output, "verify").stdout.splitlines()[:-1] == run(other, "verify").stdout.splitlines()[:-1]


@pytest.mark.parametrize("then", ["SIGCONT", "SIGKILL"])
def test_a_worker_that_is_stuck_is_waited_for_until_it_goes_on_or_is_killed(
    output: Path, standing: str, local: Done, then: str
) -> None:
    with worker(standing, *BLIND_WORKER, *STUCK, number=3) as stuck, ThreadPoolExecutor(1) as beside:
        shared = beside.submit(run, output, "reparse", "--diff", "--cluster", standing, shim=BLIND)
        wait_until(lambda: is_stopped(stuck.pid))
        stuck.send_signal(signal.Signals[then])
        assert said(shared.result()) == said(local)


def test_a_worker_that_stays_stuck_is_given_up_and_its_share_done_by_another(output: Path, local: Done) -> None:
    with (
        scheduler(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="1s") as (address, _),
        worker(address, *BLIND_WORKER),
        worker(address, *BLIND_WORKER, *STUCK, number=2) as stuck,
    ):
        shared = run(output, "reparse", "--diff", "--cluster", address, shim=BLIND)
        assert is_stopped(stuck.pid)
    assert said(shared) == said(local)


@pytest.mark.parametrize("sent", ["SIGSTOP", "SIGKILL"])
def test_work_whose_scheduler_is_gone_while_nothing_is_awaited_is_given_up(
    output: Path, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    for name in ("ANSWER_S", "RETURN_S"):
        monkeypatch.setattr(cluster, name, 1)
    with scheduler() as (address, process), worker(address), Cluster(address, output) as joined:
        results = joined.results(partial(read_anew, output, "jcnews", ""), NOWHERE * 20)
        next(results)
        process.send_signal(signal.Signals[sent])
        if sent == "SIGKILL":
            wait_until(lambda: joined._client.status == "closed")
        with pytest.raises(WorkerLost, match="its scheduler has ended"):
            list(results)


@pytest.mark.parametrize(
    ("name", "why"),
    [("jcnews_spider.__version__=0.0", r"version \('0.0'"), ("jcnews_spider.cluster.MANIFEST=none", "another folder")],
)
def test_a_worker_that_would_read_something_else_is_refused(output: Path, lonely: str, name: str, why: str) -> None:
    with worker(lonely, "--set", name), Cluster(lonely, output) as joined, pytest.raises(UsageFault, match=why):
        list(joined.results(partial(read_anew, output, "jcnews", ""), NOWHERE))


def test_work_for_which_nobody_is_left_is_given_up(output: Path, lonely: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "RETURN_S", 0.5)
    with worker(lonely) as only, Cluster(lonely, output) as joined:
        only.kill()
        wait_until(lambda: not joined._client.nthreads())
        with pytest.raises(WorkerLost, match="no worker any more"):
            list(joined.results(partial(read_anew, output, "jcnews", ""), NOWHERE))


def test_what_does_not_go_together_ends_with_1(output: Path) -> None:
    done = run(output, "verify", "--rebuild", "--cluster", "tcp://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    assert "not allowed with" in done.stderr
