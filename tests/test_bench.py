"""The benchmarks work at a tiny size, and refuse a figure whose count is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bench.__main__ as program
from bench import check, extraction, queues, redis_server, served
from bench.contenders import OWN, Contender, WrongCount, contenders, tuned
from bench.figures import Asked, Figure, table_of
from bench.processes import measured
from bench.served import Served, plan
from tests import postgres
from tests.postgres import Server

ARTICLES = 40


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a tiny comparison of crawls writes, by name."""
    path = tmp_path_factory.mktemp("bench") / "figures.json"
    program.main(["crawl", "--articles", str(ARTICLES), "--rounds", "1", "--json", str(path)])
    written = json.loads(path.read_text(encoding="utf-8"))
    assert list(written) == ["at", "machine", "parts"]
    return {figure["name"]: figure for figure in written["parts"]["crawl"]}


def test_every_contender_has_a_rate_and_a_ratio(figures: dict[str, dict[str, Any]]) -> None:
    for contender in contenders():
        assert figures[f"{contender.name}: pages"]["value"] > 0
        if contender is not OWN:
            assert figures[f"{OWN.name} against {contender.name}"]["least"] > 0


def test_a_ratio_is_of_the_rates_of_its_round(figures: dict[str, dict[str, Any]]) -> None:
    own, bare = (figures[f"{name}: pages"]["value"] for name in (OWN.name, "bare Scrapy"))
    assert figures[f"{OWN.name} against bare Scrapy"]["value"] == pytest.approx(own / bare)


@pytest.fixture
def site() -> Served:
    return Served("none", "http://127.0.0.1:9", [], ["http://host/t20221009_1.html"], [], 30)


def _left(number: int) -> Contender:
    """One that says it left so many pages."""
    return Contender("someone", lambda _folder: [sys.executable, "-c", ""], lambda _: {"pages": number})


@pytest.mark.parametrize("number", [0, 2])
def test_a_wrong_count_is_refused(site: Served, tmp_path: Path, number: int) -> None:
    with pytest.raises(WrongCount, match=f"someone: {number} pages of 1 articles"):
        _left(number).crawl(site, tmp_path / "folder")
    assert _left(1).crawl(site, tmp_path / "another").cpu_s > 0


def test_a_crawl_that_fails_is_refused(site: Served, tmp_path: Path) -> None:
    failing = replace(_left(1), start=lambda _folder: [sys.executable, "-c", "raise SystemExit('no space')"])
    with pytest.raises(RuntimeError, match="ended with 1: no space"):
        failing.crawl(site, tmp_path / "folder")


def test_a_part_that_fails_leaves_the_others_and_what_it_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_: Asked) -> Iterator[Figure]:
        yield Figure("rate", 1, "/s")
        raise WrongCount("39 of 40")

    monkeypatch.setattr(program, "PARTS", {"wrong": wrong, "right": lambda _: [Figure("rate", 2, "/s", least=1)]})
    code = program.main(["--json", str(tmp_path / "figures.json")])
    written = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    rates = {part: [figure["value"] for figure in every] for part, every in written["parts"].items()}
    assert (code, rates) == (1, {"wrong": [1], "right": [2]})
    assert "wrong: no further figure counts, 39 of 40" in capsys.readouterr().err


def test_a_missed_goal_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(program, "PARTS", {"slow": lambda _: [Figure("rate", 2, "/s", least=3)]})
    assert program.main(["slow", "--json", str(tmp_path / "figures.json")]) == 1


def test_the_replica_serves_where_there_is_no_nginx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(served, "NGINX", None)
    bare = next(contender for contender in contenders() if contender.name == "bare Scrapy")
    with served.served(plan(10)) as site:
        assert site.name == "the replica's own server"
        assert bare.crawl(site, tmp_path / "bare").seconds > 0


def test_tuned_settings_name_nothing_of_this_project() -> None:
    assert tuned()["CONCURRENT_ITEMS"] == 1
    assert "jcnews" not in repr(tuned()).lower()


def test_own_pages_are_read_right(tmp_path: Path) -> None:
    pages = extraction.write_pages(tmp_path, 10)
    seconds = extraction.rounds(tmp_path / "pages", tmp_path / "found", 1, peers=False)
    assert pages == 10
    assert extraction.scored(tmp_path / "labels", tmp_path / "found" / extraction.OWN)["body"] == 1
    assert seconds[extraction.OWN][0] > seconds[extraction.PARSE][0]


def test_an_extractor_that_breaks_is_not_fast(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extraction, "SITE", None)
    extraction.write_pages(tmp_path, 2)
    extraction.rounds(tmp_path / "pages", tmp_path / "found", 1, peers=False)
    with pytest.raises(WrongCount, match="nothing was found on 2 pages"):
        extraction.require_read(tmp_path / "found" / extraction.OWN)


def test_the_median_and_the_spread_of_rounds() -> None:
    figure = Figure.of("rate", [3, 1, 2], "/s", least=1.5)
    assert (figure.value, figure.spread, figure.is_kept) == (2, (1, 3), True)
    assert table_of({"part": [figure]}).splitlines()[1].split() == ["part", "rate", "2", "/s", "1–3", "≥", "1.5", "yes"]


@pytest.mark.parametrize(("value", "least", "limit", "kept"), [
    (0.7, 0.5, None, False), (0.9, 0.5, None, True), (1.3, None, 2, False), (1.2, None, 2, True)
])  # fmt: skip
def test_a_ratio_may_be_worse_by_the_margin(value: float, least: float | None, limit: float | None, kept: bool) -> None:
    (held,) = check.held_against({"ratio": 1}, [Figure("ratio", value, "×", limit=limit, least=least)])
    assert held.is_kept is kept


def test_every_pinned_ratio_is_measured() -> None:
    pinned = json.loads(check.PINNED.read_text(encoding="utf-8"))
    every = {contender.name for contender in contenders()}
    assert {name.partition(" against ")[2] for name in pinned if name.startswith(OWN.name + " against")} <= every


def test_memory_is_the_command_s_and_not_its_parent_s() -> None:
    held = b"x" * 200_000_000
    assert measured([sys.executable, "-c", ""]).memory_mb < len(held) / 1e6


def test_queues_without_a_server_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "programs", lambda: None)
    monkeypatch.setattr(redis_server, "PROGRAM", None)
    assert list(queues.figures(Asked())) == []
    told = capsys.readouterr().err
    assert "apt-get install postgresql" in told
    assert "apt-get install redis-server" in told


def test_a_queue_that_loses_an_address_is_refused() -> None:
    with pytest.raises(WrongCount, match="someone: 9 of 10 addresses"):
        queues.counted("someone", lambda addresses, _: (1.0, addresses - 1), 10, 1)


@pytest.mark.parametrize("is_durable", [False, True])
def test_two_workers_claim_and_keep_each_address_of_the_ledger_once(server: Server, is_durable: bool) -> None:
    rate, done = queues.ledger_rate(server, 30, 2, is_durable=is_durable)
    assert done == 30
    assert rate > 0


@pytest.mark.parametrize("kind", ["streams", "scrapy-redis"])
def test_two_workers_do_each_address_of_a_queue_in_redis_once(kind: str) -> None:
    if missing := redis_server.missing():
        pytest.skip(missing)
    with redis_server.running() as port:
        rate, done = queues.redis_rate(kind, port, 30, 2)
    assert done == 30
    assert rate > 0
