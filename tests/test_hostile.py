"""A hostile web: one real crawl over every fault of the catalogue, and what stops a run altogether (docs/faults.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.crawling import crawl, newest_report
from tests.hostile import Fault, Target
from tests.hostile.catalogue import FAULTS, SITE_FAULTS
from tests.hostile.crawl import measured, outcomes, trap
from tests.hostile.field import SITE, Field
from tests.hostile.pages import JIASULE
from tests.hostile.table import FILE, text
from tests.replica import Answer, Plan, Replica
from tests.scoring import FIELDS, score

MOST_RSS_MB = 300
MOST_ON_THEIR_WAY = 9
"""Requests from a challenge on: itself and those that were sent before it had come."""
ALLOW = Answer(body=b"User-agent: *\nDisallow:\n")
LATER = ("--clock", str(8 * 86_400))
"""Behind every Retry-After and every pause between retries."""

EXACT = set(FIELDS) - {"sections"}
"""Lists that failed cannot be among an article's sections."""


def test_one_crawl_meets_every_fault_and_the_next_one_gets_what_failed(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with trap() as (port, visitors):
        field = Field(port)
        with field.replica as replica:
            first = measured(field, output)
            found = outcomes(field, first.run)
            _assert_exact(first.run.records, field.sound, least=400)
            field.lift()
            second = measured(field, output, shim=LATER)
    assert {f"{spot.fault.place}: {spot.fault.name}": reason for spot, reason in found.items()} == {
        f"{spot.fault.place}: {spot.fault.name}": spot.fault.reason for spot in found
    }
    assert [request.url for request in replica.requests if not _is_allowed(request.url, field)] == []
    assert visitors == []
    assert (first.run.code, "Traceback" in first.run.stderr) == (2, False), first.run.stderr
    assert first.rss_mb < MOST_RSS_MB
    assert second.run.report["articles"]["failed"] == second.run.report["lists"]["failed"] == {}
    newest = {record["id"]: record for record in second.run.records}
    _assert_exact(newest.values(), field.gold, least=550)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "output.log"]


def _assert_exact(records: Iterable[Mapping[str, Any]], gold: Iterable[Mapping[str, Any]], *, least: int) -> None:
    """Every article of the gold is there once, to the letter, and nothing else is."""
    result = score(records, gold)
    assert result.articles >= least
    assert (result.missing, result.surplus, result.twice) == ([], [], [])
    assert {name: result.examples[name] for name in EXACT & result.examples.keys()} == {}


def _is_allowed(url: str, field: Field) -> bool:
    """Whether an address may be asked: hosts of the site and of its images, and none of the traps."""
    parts = urlsplit(url)
    return parts.hostname in field.hosts and not re.search(r"/comment/|/was5/|/trssearch/|year=|p=\d", url)


def test_the_catalogue_is_large_and_names_each_fault_once() -> None:
    names = [(fault.place, fault.name) for fault in (*FAULTS, *SITE_FAULTS)]
    assert len(names) == len(set(names)) >= 65


def test_the_document_holds_the_rows_of_the_catalogue() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run python -m tests.hostile --write"


def _everywhere(fault: Fault) -> Plan:
    """A site on which a fault stands everywhere, or at robots.txt."""
    answer = fault.make(Target(SITE, b"", 9))
    is_robots = fault.place == "robots.txt of the site"
    faults = {"/robots.txt": answer} if is_robots else {"/robots.txt": ALLOW, "*": answer}
    return Plan(articles=60, weights={"P": 1}, faults=faults)


OFTEN = ("521 of 加速乐", "500 for ever", "503")
"""Of the faults of the whole site those that every run of the tests tries; `make soak` tries all."""


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=() if fault.name in OFTEN else pytest.mark.soak)
        for fault in SITE_FAULTS
    ],
)
def test_what_stands_everywhere_ends_with_4_and_its_reason(tmp_path: Path, fault: Fault) -> None:
    with Replica(_everywhere(fault)) as site:
        run = crawl(site, tmp_path, RETRY_TIMES=1, DOWNLOAD_TIMEOUT=1, JCNEWS_BACKOFF="0.01s")
    assert (run.code, run.records) == (4, []), run.stderr
    assert fault.reason in json.dumps(run.report)


def test_a_challenge_on_the_way_ends_the_run_and_touches_no_article(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    plan = Plan(articles=60, weights={"P": 1}, faults=faults)
    newest_first = sorted((g["url"] for g in Replica(plan).gold()), key=lambda url: url.rpartition("/t")[2])[::-1]
    faults[newest_first[20].removeprefix(SITE)] = Answer(521, body=JIASULE)
    with Replica(plan) as site:
        challenged = crawl(site, tmp_path)
        asked = [request.url for request in site.requests]
        faults.clear()
        again = crawl(site, tmp_path)
        result = score(again.records, site.gold())
    assert challenged.code == 4
    assert "challenged" in challenged.report["why"]
    assert len(asked) - asked.index(newest_first[20]) <= MOST_ON_THEIR_WAY
    assert challenged.report["articles"]["failed"] == {}
    assert (again.code, result.missing, result.surplus, result.twice) == (0, [], [], [])
    assert newest_report(tmp_path)["rechecks"]["missing"] == 0
