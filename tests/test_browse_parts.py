"""The parts of the local page: differences, plots, phrases, fields."""

from __future__ import annotations

import re
import time
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcnews_spider.article import Article, Snapshot, WarcPointer
from jcnews_spider.browse import diff, facts, pages, snapshots
from jcnews_spider.browse.history import reported
from jcnews_spider.browse.phrases import FIELDS, PHRASES
from jcnews_spider.browse.pieces import Piece, Pieces
from jcnews_spider.browse.plots import HEIGHT, Point, plot
from jcnews_spider.browse.server import Server
from jcnews_spider.browse.web import Answer, Request
from jcnews_spider.errors import NotShown

BROWSE = Path(__file__).parents[1] / "jcnews_spider/browse"

words = st.text("晋城新闻，。 ", max_size=12)
paragraphs = st.lists(words.filter(bool), max_size=8)


def text(pieces: Pieces | None) -> str:
    return "".join(piece.text for piece in pieces or ())


def unmarked(pieces: Pieces | None) -> str:
    return "".join(piece.text for piece in pieces or () if not piece.is_marked)


@given(paragraphs, paragraphs)
def test_both_versions_stand_whole_in_a_comparison(old: list[str], new: list[str]) -> None:
    rows = diff.rows(old, new)
    assert [text(row.old) for row in rows if row.old is not None] == old
    assert [text(row.new) for row in rows if row.new is not None] == new
    assert diff.is_same(rows) == (old == new)
    assert [unmarked(row.old) for row in rows] == [unmarked(row.new) for row in rows]
    assert [row for _, group in diff.stretches(rows) for row in group] == rows
    assert all(row.is_same for is_folded, group in diff.stretches(rows) if is_folded for row in group)


@given(words, words)
def test_what_is_not_marked_is_the_same_in_both(old: str, new: str) -> None:
    row = diff.changed(old, new)
    assert (text(row.old), text(row.new)) == (old, new)
    assert unmarked(row.old) == unmarked(row.new)


def test_a_changed_figure_is_marked_alone() -> None:
    row = diff.changed("全市新建口袋公园12座。", "全市新建口袋公园15座。")
    assert row.old == (Piece("全市新建口袋公园1"), Piece("2", True), Piece("座。"))
    assert row.new == (Piece("全市新建口袋公园1"), Piece("5", True), Piece("座。"))


def test_very_long_paragraphs_are_not_compared_by_characters() -> None:
    row = diff.changed("甲" * 3000, "乙" * 3000)
    assert (row.old, row.new) == ((Piece("甲" * 3000, True),), (Piece("乙" * 3000, True),))


def test_bars_are_as_high_as_their_values() -> None:
    made = plot([Point("一", 10, "10"), Point("二", 0, "0"), Point("三", None, ""), Point("四", 5, "5")])
    assert [(bar.height, bar.label) for bar in made.bars] == [(HEIGHT, "一: 10"), (HEIGHT / 2, "四: 5")]
    assert plot([]).bars == ()


def test_every_phrase_is_in_both_languages_and_used() -> None:
    assert [name for name, phrase in PHRASES.items() if not all(phrase)] == []
    slots = {name: [sorted(re.findall(r"\{\d?\}", text)) for text in phrase] for name, phrase in PHRASES.items()}
    assert [name for name, (zh, en) in slots.items() if len(zh) != len(en)] == []
    templates = "".join(path.read_text(encoding="utf-8") for path in BROWSE.glob("templates/*.html"))
    code = "".join(path.read_text(encoding="utf-8") for path in BROWSE.glob("*.py") if path.name != "phrases.py")
    used = set(re.findall(r't\("(\w+)"', templates))
    assert {name for name in used if not name.endswith("_")} <= PHRASES.keys()
    known = [name for name in PHRASES if f'"{name}"' in templates + code or name.startswith("event_")]
    assert known == list(PHRASES)


def test_reasons_of_refusals_are_phrases() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in BROWSE.glob("*.py"))
    reasons = re.findall(rf'{NotShown.__name__}\("(\w+)"', code)
    assert reasons
    assert [reason for reason in reasons if reason not in PHRASES] == []


def test_a_defect_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def respond(request: Request) -> Answer:
        raise ZeroDivisionError(request.path)

    with Server(0, respond) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("GET", "/x")
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        server.shutdown()
        thread.join()
    assert (answer.status, b"a defect" in said, "Traceback" in said.decode()) == (500, True, False)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("record", [Article(), Article(snapshot=Snapshot(warc=WarcPointer("w", 1, 2)))])
def test_every_field_has_a_name(record: Article) -> None:
    assert [fact.key for fact in facts.facts(record) if fact.key not in FIELDS] == []


@pytest.mark.parametrize(
    "report", ["", "[]", "{}", '{"articles": 1}', '{"articles": {"new": "x"}}', "\x00", "9" * 5000]
)
def test_a_report_that_makes_no_sense_is_none(report: str, tmp_path: Path) -> None:
    from jcnews_spider.archive.ledger.runs import PastRun  # noqa: PLC0415

    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/r1.json").write_text(report)
    assert reported(tmp_path, PastRun("r1", 0, 1, 0, None, None)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["一二" * 900], ["二一一" * 600]),
        ([f"{n} 甲乙丙丁" for n in range(1500)], [f"{-n} 子丑寅卯" for n in range(1500)]),
        ([f"{'一二' * 220}{n}" for n in range(80)], [f"{'二一一' * 140}{n}" for n in range(80)]),
    ],
    ids="repeating many-unlike many-repeating".split(),
)
def test_no_comparison_takes_long(old: list[str], new: list[str]) -> None:
    started = time.process_time()
    rows = diff.rows(old, new)
    assert time.process_time() - started < 5
    assert [text(row.old) for row in rows if row.old] == old


@pytest.mark.parametrize("piece", [b"<img ", b"<img src=", b"<img src='", b"<img a='>' src = ", b"<img" + b" " * 5000])
def test_no_snapshot_takes_long(piece: bytes) -> None:
    body = piece * (1_000_000 // len(piece))
    started = time.process_time()
    assert snapshots.framed(Article(), body, "http://127.0.0.1:8100").body == body
    assert time.process_time() - started < 5


@pytest.mark.parametrize("name", ["path", "language", "query", "self"])
def test_a_query_may_have_any_name(name: str) -> None:
    assert pages.link("en", "/", {name: "x"}) == f"/?{name}=x&lang=en"
