"""Real `scrapy` processes against a replica, for the tests that need them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import warm
from tests.replica import Replica

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Run:
    """A finished process and the archive it left."""

    code: int
    stdout: str
    stderr: str
    output: Path
    report: dict[str, Any]
    """The newest run report of the archive when the process had ended, empty when there was none."""

    @property
    def records(self) -> list[dict[str, Any]]:
        """Every sealed record, oldest first."""
        return read_records(self.output)


def read_records(output: Path) -> list[dict[str, Any]]:
    """Every sealed record of an archive, oldest first."""
    segments = sorted((output / "articles").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(line) for path in segments for line in path.read_text(encoding="utf-8").split("\n") if line]


def environment(proxy: str | None = None) -> dict[str, str]:
    """This process's environment, with the replica as the only proxy."""
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return clean | ({"http_proxy": proxy} if proxy else {})


def command(*arguments: str, shim: Sequence[str] = ()) -> list[str]:
    """The command line of a `scrapy` process, with a twist of `tests/shim.py` if one is given."""
    return [sys.executable, "-m", *module_line(*arguments, shim=shim)]


def module_line(*arguments: str, shim: Sequence[str] = ()) -> list[str]:
    """The same behind `python -m`."""
    return [*(("tests.shim", *shim, "--") if shim else ("scrapy",)), *arguments]


def scrapy(
    *arguments: str,
    proxy: str | None = None,
    timeout: float = 120,
    variables: Mapping[str, str] | None = None,
    shim: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """A finished `scrapy` process; where variables or `--without` concern imports, one that imports all itself."""
    variables = variables or {}
    if not variables and "--without" not in shim:
        return warm.run(module_line(*arguments, shim=shim), environment(proxy), timeout)
    return subprocess.run(
        command(*arguments, shim=shim),
        cwd=ROOT,
        env=environment(proxy) | dict(variables),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def crawl_arguments(output: Path, *arguments: str, **settings: object) -> list[str]:
    """`crawl jcnews` with `-a` arguments and settings, without delay."""
    return ["crawl", "jcnews", *crawl_options(output, *arguments, **settings)]


def crawl_options(output: Path, *arguments: str, **settings: object) -> list[str]:
    """What stands behind the site's name."""
    values = {"DOWNLOAD_DELAY": 0, "JCNEWS_MIN_FREE_MB": 0, "JCNEWS_OUTPUT": output, **settings}
    options = [part for name, value in values.items() for part in ("-s", f"{name}={value}")]
    return [*options, *(part for argument in arguments for part in ("-a", argument))]


def crawl(
    replica: Replica,
    output: Path,
    *arguments: str,
    timeout: float = 120,
    variables: Mapping[str, str] | None = None,
    shim: Sequence[str] = (),
    **settings: object,
) -> Run:
    """A finished `scrapy crawl jcnews` process and what it left; a run that began must have met no defect."""
    line = crawl_arguments(output, *arguments, **settings)
    done = scrapy(*line, proxy=replica.proxy, timeout=timeout, variables=variables, shim=shim)
    assert shim or done.returncode == 1 or "Traceback" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr, output, newest_report(output))


def start(
    replica: Replica, output: Path, *arguments: str, shim: Sequence[str] = (), **settings: object
) -> subprocess.Popen[str]:
    """A `scrapy crawl jcnews` process that has begun."""
    return subprocess.Popen(
        command(*crawl_arguments(output, *arguments, **settings), shim=shim),
        cwd=ROOT,
        env=environment(replica.proxy),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def asked(replica: Replica, since: int) -> list[str]:
    """Addresses that were asked behind the first so many requests."""
    return [request.url for request in replica.requests[since:]]


def plain_paths(replica: Replica, count: int) -> list[str]:
    """Paths of the first articles without anything special that some list shows."""
    gold = [g for g in replica.gold() if g["shape"] == "P" and g["listed"]]
    return [g["url"].removeprefix("http://www.jcnews.com.cn") for g in gold[:count]]


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Returns when something holds; fails when it takes longer."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.002)


def newest_report(output: Path) -> dict[str, Any]:
    """The newest run report of an archive, empty when there is none."""
    paths = sorted(output.glob("runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
    report: dict[str, Any] = json.loads(paths[-1].read_text(encoding="utf-8")) if paths else {}
    return report
