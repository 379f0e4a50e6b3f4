"""Real `scrapy` processes against a replica, for the tests that need them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def scrapy(
    *arguments: str, proxy: str | None = None, timeout: float = 120, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A finished `scrapy` process."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env=environment(proxy) | dict(variables or {}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def crawl(replica: Replica, output: Path, *arguments: str, timeout: float = 120, **settings: object) -> Run:
    """A finished `scrapy crawl jcnews` with `-a` arguments and settings, without delay."""
    values = {"DOWNLOAD_DELAY": 0, "JCNEWS_MIN_FREE_MB": 0, "JCNEWS_OUTPUT": output, **settings}
    options = [part for name, value in values.items() for part in ("-s", f"{name}={value}")]
    options += [part for argument in arguments for part in ("-a", argument)]
    done = scrapy("crawl", "jcnews", *options, proxy=replica.proxy, timeout=timeout)
    return Run(done.returncode, done.stdout, done.stderr, output, _newest_report(output))


def _newest_report(output: Path) -> dict[str, Any]:
    paths = sorted(output.glob("runs/*.json"), key=lambda path: path.stat().st_mtime_ns)
    report: dict[str, Any] = json.loads(paths[-1].read_text(encoding="utf-8")) if paths else {}
    return report
