"""The exit code of a run (DESIGN.md §1.3)."""

from typing import Any

import pytest

from jcnews_spider.report import verdict


def records(number: int, **having: int) -> dict[str, int]:
    """Stats of a run that kept records, so many of which have a field."""
    return {"records/checked": number, **{f"coverage/{name}": count for name, count in having.items()}}


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
        ({**WELL, "storage/fault": "ENOSPC", "addresses/failed": 50}, "storage_failed", 7),
        ({"addresses/asked": 9, "lists/failed/dns": 9, "storage/fault": "EIO"}, "finished", 7),
        ({**WELL, "addresses/failed": 50}, "shutdown", 3),
        ({**WELL, "health/empty_list/xw": 1}, "finished", 5),
        ({**WELL, "health/empty_list/xw": 1, "addresses/failed": 50}, "finished", 5),
        ({**WELL, "health/empty_list/xw": 1}, "shutdown", 3),
        ({**WELL, "health/empty_list/xw": 1, "storage/fault": "ENOSPC"}, "finished", 7),
        ({**WELL, **records(60, title=60, published_at=57, text=60)}, "finished", 0),
        ({**WELL, **records(59, title=59, published_at=56, text=59)}, "finished", 5),
        ({**WELL, **records(2)}, "finished", 0),
        ({**WELL, **records(3, title=3, published_at=3)}, "finished", 5),
    ],
)
def test_exit_codes(stats: dict[str, Any], reason: str, expected: int) -> None:
    assert verdict(stats, reason, 0.05).exit_code == expected


def test_the_verdict_names_the_reasons() -> None:
    stats = {"addresses/asked": 3, "lists/failed/timeout": 1, "lists/failed/dns": 2}
    assert "dns ×2, timeout ×1" in verdict(stats, "finished", 0.05).why
