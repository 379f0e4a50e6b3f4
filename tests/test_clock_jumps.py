"""Clocks that are wrong, ours or the server's, change nothing of what is asked again and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawling import crawl
from tests.replica import Answer, Plan, Replica
from tests.replica.plan import NEWEST_AT

SITE = "http://www.jcnews.com.cn"
HOUR, DAY, YEAR = 3_600, 86_400, 365 * 86_400
START = NEWEST_AT + HOUR
LATER = START + 4 * DAY
ONE = "sections=xw/jcxw"
WRONG_DATES = ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2099 23:59:59 GMT", "yesterday")


def plan(faults: dict[str, Answer]) -> Plan:
    """Articles of which a section shows some, the newest of them young."""
    return Plan(articles=180, weights={"VIDEO": 1}, faults=faults)


def rechecked(replica: Replica, output: Path, *moments: int) -> list[str]:
    """Articles that the last of several runs asks, at moments in UTC seconds."""
    number = 0
    for moment in moments:
        number = len(replica.requests)
        run = crawl(replica, output, ONE, shim=("--at", str(moment)), JCNEWS_SILENT_DAYS=0)
        assert run.code == 0, run.stderr
    return sorted(request.url for request in replica.requests[number:] if "/t20" in request.url)


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
def test_a_clock_that_was_wrong_once_costs_no_recheck(tmp_path: Path, jump: int) -> None:
    with Replica(plan({})) as site:
        usual = rechecked(site, tmp_path / "usual", START, LATER)
        after = rechecked(site, tmp_path / "jumped", START, START + jump, LATER)
        again = rechecked(site, tmp_path / "jumped", LATER + HOUR)
    assert len(usual) >= 3
    assert set(usual) <= set(after)
    assert again == []


def test_a_failure_noted_by_a_clock_that_was_ahead_is_tried_again(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    with Replica(plan(faults)) as site:
        shown = [gold["url"] for gold in site.gold() if f"{SITE}/xw/jcxw/" in gold["shown_in"]]
        faults[shown[0].removeprefix(SITE)] = Answer(404)
        for moment in (START + YEAR, START + YEAR + HOUR):
            crawl(site, tmp_path, ONE, shim=("--at", str(moment)))
        faults.clear()
        asked = rechecked(site, tmp_path, START + 2 * HOUR)
    assert shown[0] in asked


def test_the_dates_of_answers_move_no_recheck(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    with Replica(plan(faults)) as site:
        usual = rechecked(site, tmp_path / "usual", START, LATER)
        for url, date in zip(usual, WRONG_DATES, strict=False):
            path = url.removeprefix(SITE)
            faults[path] = Answer(raw=dated(site.site.page(path).body, date))
        wrong = rechecked(site, tmp_path / "wrong", START, LATER)
    assert len(faults) == len(WRONG_DATES)
    assert wrong == usual


def dated(body: bytes, date: str) -> bytes:
    """An answer that says it is of some date, and was modified then."""
    head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nLast-Modified: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
