"""The exit code of a run (DESIGN.md §1.3)."""

from typing import Any

import pytest

from jcnews_spider.health import Breach, Measure
from jcnews_spider.report import verdict


def breach(path: str) -> Breach:
    """A list that shows nothing any more."""
    return Breach(Measure("links", path, 0, 1, path, (f"http://s/{path}/",)), f"the list of {path} shows nothing", "r1")


WELL = {"addresses/asked": 100, "addresses/answered": 100}


@pytest.mark.parametrize(
    ("stats", "reason", "expected"),
    [
        (WELL, "finished", 0),
        ({}, "finished", 0),
        ({**WELL, "addresses/failed": 5}, "finished", 0),
        ({**WELL, "addresses/failed": 6}, "finished", 2),
        ({"addresses/asked": 4, "addresses/answered": 2, "addresses/failed": 2}, "finished", 0),
        ({**WELL, "spider_exceptions/count": 6}, "finished", 2),
        (WELL, "shutdown", 3),
        (WELL, "closespider_pagecount", 3),
        ({"addresses/asked": 1}, "shutdown", 3),
        ({"addresses/asked": 25, "lists/failed/timeout": 25}, "finished", 4),
        ({"addresses/asked": 1, "lists/failed/robots_unavailable": 1}, "robots_unavailable", 4),
        ({"addresses/asked": 2, "lists/absent/robots": 2}, "finished", 4),
        ({**WELL, "run/usage_fault": "unknown section"}, "unknown_section", 1),
        ({**WELL, "run/defect": "KeyError('x')"}, "finished", 1),
        ({**WELL, "run/defect": "KeyError('x')"}, "start_error", 1),
        ({**WELL, "storage/damaged": "s:1"}, "finished", 7),
        ({**WELL, "storage/fault": "ENOSPC", "addresses/failed": 50}, "storage_failed", 7),
        ({"addresses/asked": 9, "lists/failed/dns": 9, "storage/fault": "EIO"}, "finished", 7),
        ({**WELL, "addresses/failed": 50}, "shutdown", 3),
    ],
)
def test_exit_codes(stats: dict[str, Any], reason: str, expected: int) -> None:
    assert verdict(stats, reason, 0.05).exit_code == expected


@pytest.mark.parametrize(
    ("stats", "reason", "expected"),
    [
        (WELL, "finished", 5),
        ({**WELL, "addresses/failed": 50}, "finished", 5),
        (WELL, "shutdown", 3),
        ({"addresses/asked": 1, "lists/failed/dns": 1}, "finished", 4),
        ({**WELL, "storage/fault": "ENOSPC"}, "finished", 7),
    ],
)
def test_exit_codes_with_a_breach_of_health(stats: dict[str, Any], reason: str, expected: int) -> None:
    assert verdict(stats, reason, 0.05, [breach("xw")]).exit_code == expected


def test_the_verdict_tells_three_breaches_and_how_many_more() -> None:
    why = verdict(WELL, "finished", 0.05, [breach(path) for path in ("a", "b", "c", "d", "e")]).why
    assert why.startswith("health check failed: the list of a shows nothing; the list of b shows nothing; ")
    assert why.endswith("the list of c shows nothing; and 2 more")


def test_the_verdict_names_the_reasons() -> None:
    stats = {"addresses/asked": 3, "lists/failed/timeout": 1, "lists/failed/dns": 2}
    assert "dns ×2, timeout ×1" in verdict(stats, "finished", 0.05).why


def test_what_is_no_failure_is_none_of_the_reasons_for_many() -> None:
    gave_nothing = {"lists/absent/http_404": 1, "articles/skipped/no_body": 9, "articles/failed/timeout": 50}
    why = verdict({**WELL, "addresses/failed": 50, **gave_nothing}, "finished", 0.05).why
    assert why.endswith("addresses failed: timeout ×50")
