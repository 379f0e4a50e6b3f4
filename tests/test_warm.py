"""Processes that find Scrapy imported end as others do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests import warm
from tests.crawling import ROOT, command, crawl_arguments, environment


@pytest.mark.parametrize("line", [("sections",), ("crawl", "nowhere"), ("crawl", "jcnews", "-s", "JCNEWS_OUTPTU=x")])
def test_what_it_says_and_its_end_are_those_of_a_fresh_interpreter(line: tuple[str, ...]) -> None:
    fresh = subprocess.run(command(*line), cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    fork = warm.run(["scrapy", *line], environment(), 60)
    assert (fork.returncode, fork.stdout) == (fresh.returncode, fresh.stdout)
    assert [entry[20:] for entry in fork.stderr.splitlines()] == [entry[20:] for entry in fresh.stderr.splitlines()]


def test_one_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    nowhere = environment("http://127.0.0.1:9")
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run(["scrapy", *crawl_arguments(tmp_path, JCNEWS_BACKOFF="60s")], nowhere, 2)
    next_one = warm.run(["scrapy", *crawl_arguments(tmp_path, JCNEWS_BACKOFF="0s")], nowhere, 60)
    assert next_one.returncode == 4, next_one.stderr  # not 6, as beside one that holds the archive
