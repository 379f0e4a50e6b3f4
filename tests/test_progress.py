"""How far a run is, as people see it: on a real terminal, in a pipe, in a log file."""

from __future__ import annotations

import io
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from jcnews_spider.bar import Bar
from jcnews_spider.progress import Pace, Phase, Rates, State, counts, duration, fitting, heading, line
from tests import crawling
from tests.postgres import Server
from tests.replica import Answer, Plan, Replica
from tests.shared import workers
from tests.terminal import KNOWN, Act, crawl

STATE = State(Phase.ARTICLES, 25, 25, 1200, 5400, 1180, 3, 2, 1300)
RATES = Rates(pages_per_s=0.8, articles_per_s=0.7)
SLOW: dict[str, Any] = {"JCNEWS_IMAGES": 0, "DOWNLOAD_DELAY": 0.05}
ONE = "sections=xw/jcxw"
"""Twelve articles: enough where the words of a terminal count, and not its numbers."""

SITE = "http://www.jcnews.com.cn"
ESCAPE = re.compile(r"\x1b.{0,4}")
LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[\S+\] (\w+): ")


def small() -> Plan:
    return Plan(articles=60, weights={"P": 1})


# ---- words


def test_a_log_line_says_how_much_of_what_is_due_was_asked() -> None:
    assert line(STATE, RATES) == (
        "articles: 1,200 of 5,400 due are asked; 1,180 new, 3 updated, 2 failed, 1 h 40 min left, 48 pages/min, "
        "25/25 sections"
    )


def test_lists_have_no_time_left_but_the_section_that_is_read() -> None:
    state = State(Phase.LISTS, 3, 25, 0, 0, 0, 0, 0, 30, section="xw/jcxw")
    assert (heading(state), state.share) == ("3/25", 3 / 25)
    assert counts(state, Rates(0.8, None)) == ["0 new", "0 updated", "0 failed", "48 pages/min", "xw/jcxw"]


def test_nobody_knows_the_share_of_sections_that_are_not_placed_yet() -> None:
    assert State(Phase.LISTS, 0, 0, 0, 0, 0, 0, 0, 0).share is None


@pytest.mark.parametrize(
    ("cells", "expected"), [(80, "8 new · 晋城 · 0 failed"), (12, "8 new · 晋城"), (11, "8 new"), (4, "")]
)
def test_what_does_not_fit_is_left_out_whole(cells: int, expected: str) -> None:
    assert fitting(["8 new", "晋城", "0 failed"], cells, cells=[5, 4, 8]) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0 s"), (59.2, "60 s"), (61, "2 min"), (3540, "59 min"), (3541, "1 h 00 min")]
)
def test_times_are_for_people(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_a_pace_is_that_of_the_last_minute() -> None:
    pace = Pace()
    assert pace.per_s is None
    for moment in range(100):
        pace.note(moment, 0)
    for moment in range(100, 161):
        pace.note(moment, 3 * (moment - 100))
    assert pace.per_s == 3


def test_a_pace_of_rare_looks_is_that_between_the_last_two() -> None:
    pace = Pace()
    for moment, number in ((0, 0), (300, 30), (600, 330)):
        pace.note(moment, number)
    assert pace.per_s == 1


def test_words_of_the_web_steer_no_terminal() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    bar.open()
    state = State(Phase.LISTS, 3, 25, 0, 0, 0, 0, 0, 30, section="\x1b]0;me\x07\x1b[2J\u202e[red]x")
    bar.show(state, RATES)
    bar.close(state, RATES)
    assert set(ESCAPE.findall(KNOWN.sub("", stream.getvalue()))) == set()
    assert "\\x1b[2J\\u202e[red]x" in stream.getvalue()


# ---- a terminal


def test_a_terminal_shows_counts_and_whole_log_lines_above(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, columns=120, **SLOW)
    frames = session.frames
    assert session.code == 0
    assert any(re.search(r"Lists ━+\S* \d+/2\d\n0 new · 0 updated · 0 failed", frame) for frame in frames)
    assert any(re.search(r"Articles ━+\S*━ [1-5]\d/60\n", frame) for frame in frames)
    assert any(re.search(r"\d+ s left · [\d,]+ pages/min · 25/25 sections", frame) for frame in frames)
    *log, first, second, summary, _ = session.last.split("\n")
    assert re.fullmatch(r"✓ Ended ━+ 60/60", first)
    assert second.startswith("exit 0 · 60 new · 0 updated · 0 failed")
    assert [text for text in log if not LOGGED.match(text)] == []
    assert len([text for text in log if " INFO: section " in text]) == 25
    assert summary.endswith("exit 0: done")


def test_a_run_without_news_ends_with_its_sections(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        crawling.crawl(replica, tmp_path)
        session = crawl(replica, tmp_path, "recheck=none")
    first, second = session.last.split("\n")[-4:-2]
    assert re.fullmatch(r"✓ Ended ━+ (\d+)/\1", first)
    assert second.startswith("exit 0 · 0 new · 0 updated · 0 failed")


def test_a_window_of_40_columns_does_not_wrap(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, ONE, columns=40, **SLOW)
    drawn = {text for frame in session.frames for text in frame.split("\n") if text and not LOGGED.match(text)}
    assert any("Articles" in text for text in drawn)
    assert max(map(cell_len, drawn)) <= 40


def _when(shown: str, then: Callable[..., object]) -> Act:
    """Acts once, as soon as the terminal was sent something."""
    done: list[object] = []

    def act(*arguments: object) -> None:
        if not done and shown in str(arguments[2]):
            done.append(then(*arguments))

    return act


@pytest.mark.parametrize(
    "then",
    [
        lambda process, keyboard, _: keyboard(b"\x03"),
        lambda process, *_: process.send_signal(signal.SIGTERM),
    ],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_a_stop_leaves_the_terminal_as_it_was(tmp_path: Path, then: Callable[..., object]) -> None:
    with Replica(small()) as replica:
        faults = {gold["url"].removeprefix(SITE): Answer(hang_s=600) for gold in list(replica.gold())[20:]}
    with Replica(replace(small(), faults=faults)) as replica:
        session = crawl(replica, tmp_path, act=_when("Articles", then), **SLOW)
    assert (session.code, session.attributes_kept) == (3, True)
    assert "Stopping" in session.raw
    assert re.search(r"\n✗ Ended ━+\S*━ \d+/60\nexit 3 · [^\n]*\n[^\n]* exit 3: [^\n]*\n$", session.last)
    assert "\x1b[?25l" not in session.raw


def test_a_kill_leaves_a_terminal_to_work_on(tmp_path: Path) -> None:
    """Nobody can tidy up: the cursor was never hidden, and stands at the begin of a line of its own."""
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, ONE, act=_when("Articles", lambda process, *_: process.kill()), **SLOW)
    assert (session.code, session.attributes_kept) == (-signal.SIGKILL, True)
    assert "\x1b[?25l" not in session.raw
    assert session.raw.endswith("\r\n")


def test_a_fault_of_the_disk_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, shim=("--fault", "ENOSPC:60"), **SLOW)
    assert (session.code, session.attributes_kept) == (7, True)
    assert "exit 7 · " in session.last


def test_a_hostile_section_name_is_harmless(tmp_path: Path) -> None:
    name = "\x1b]0;me\x07\x1b[2J\x9b31m"
    page = f"<html><body><div class=pos><a href='/'>首页</a> > <a href='/xw/jcxw/'>{name}</a></div></body></html>"
    with Replica(Plan(articles=60, faults={"/xw/jcxw/": Answer(body=page.encode())})) as replica:
        session = crawl(replica, tmp_path, "sections=xw/jcxw,xw/zhxw", **SLOW)
        assert any(request.url.endswith("/xw/jcxw/") for request in replica.requests)
    assert set(ESCAPE.findall(KNOWN.sub("", session.raw))) == set()
    assert "\x9b" not in session.raw


def test_no_color_paints_nothing(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, ONE, variables={"NO_COLOR": "1"}, **SLOW)
    assert "Articles" in session.raw
    assert set(re.findall(r"\x1b\[[\d;]*m", session.raw)) <= {"\x1b[0m", "\x1b[1m"}


@pytest.mark.parametrize(
    ("variables", "shim"), [({"TERM": "dumb"}, ()), ({}, ("--without", "rich"))], ids=["dumb", "without rich"]
)
def test_a_terminal_without_a_bar_has_the_log(tmp_path: Path, variables: dict[str, str], shim: tuple[str, ...]) -> None:
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path, ONE, variables=variables, shim=shim, **SLOW)
    assert session.code == 0
    assert "\x1b" not in session.raw
    assert [text for text in session.raw.splitlines() if not LOGGED.match(text)] == []


# ---- no terminal, no words


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}])
def test_a_pipe_has_a_line_a_section_and_a_summary(tmp_path: Path, variables: dict[str, str]) -> None:
    with Replica(small()) as replica:
        run = crawling.crawl(replica, tmp_path, variables=variables)
    lines = run.stderr.splitlines()
    assert "\x1b" not in run.stderr
    assert [text for text in lines if not LOGGED.match(text)] == []
    kinds = ("scrapy.utils.log] INFO: Scrapy", " section ", " sealed ", " run ")
    assert [sum(kind in text for text in lines) for kind in kinds] == [1, 25, 1, 1]
    assert len(lines) == 28


def test_a_log_says_now_and_then_how_far_the_articles_are(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        run = crawling.crawl(replica, tmp_path, shim=("--line-every", "0.3"), **SLOW)
    found = re.findall(r"INFO: articles: (\d+) of 60 due are asked; (\d+) new, 0 updated, 0 failed", run.stderr)
    asked = [int(number) for number, _ in found]
    assert len(found) >= 3
    assert asked == sorted(asked)


def test_the_bar_is_on_the_terminal_and_the_log_in_its_file(tmp_path: Path) -> None:
    log = tmp_path / "crawl.log"
    with Replica(small()) as replica:
        session = crawl(replica, tmp_path / "output", ONE, options=("--logfile", str(log)), **SLOW)
    assert not LOGGED.search(session.raw)
    assert re.fullmatch(r"✓ Ended ━+ 12/12\nexit 0 · 12 new · [^\n]*\n", session.last)
    written = log.read_text(encoding="utf-8")
    assert "\x1b" not in written
    assert written.count(" INFO: section ") == 1


def test_quiet_says_nothing_but_errors(tmp_path: Path) -> None:
    with Replica(small()) as replica:
        good = crawl(replica, tmp_path / "good", ONE, options=("-q",))
        log = tmp_path / "crawl.log"
        logged = crawl(replica, tmp_path / "logged", ONE, options=("--quiet", "--logfile", str(log)))
        bad = crawl(replica, tmp_path / "bad", "sections=nowhere/at/all", "since=x", options=("-q",))
    assert (good.code, good.raw) == (0, "")
    assert (logged.code, logged.raw) == (0, "")
    assert log.read_text(encoding="utf-8").count(" INFO: section ") == 1
    assert bad.code == 1
    assert "since='x' is no day" in bad.raw


def test_quiet_tells_why_a_site_could_not_be_crawled(tmp_path: Path) -> None:
    with Replica(Plan(articles=10, faults={"/robots.txt": Answer(status=503)})) as replica:
        session = crawl(replica, tmp_path, options=("-q",), RETRY_TIMES=0, JCNEWS_BACKOFF="0s")
    assert session.code == 4
    assert [LOGGED.match(text)[1] for text in session.raw.splitlines()] == ["ERROR"]  # type: ignore[index]
    assert "exit 4: nothing could be crawled" in session.raw


# ---- beside other runs


def test_what_other_runs_did_is_done(server: Server, tmp_path: Path) -> None:
    ledger, slow = server.new_address(), {**SLOW, "DOWNLOAD_DELAY": 0.1}
    with Replica(small()) as replica, workers(replica, tmp_path, ledger, **slow) as crowd:
        crowd.begin()
        session = crawl(replica, tmp_path, JCNEWS_LEDGER=ledger, columns=120, **slow)
        crowd.end()
    found = [re.search(r"Articles ━\S* (\d+)/(\d+)\n(\d+) new", frame) for frame in session.frames]
    counted = [tuple(map(int, one.groups())) for one in found if one]
    assert session.code == 0
    assert any(re.search(r"Lists ━\S* \d+/2\d\n0 new · 0 updated · 0 failed", frame) for frame in session.frames)
    assert any(new < asked - 5 and asked < due for asked, due, new in counted)
    assert [asked for asked, _, _ in counted] == sorted(asked for asked, _, _ in counted)
    ended = re.search(r"✓ Ended ━\S* (\d+)/(\d+)\nexit 0 · (\d+) new · .* 25/25 sections", session.last)
    assert ended
    asked, due, new = map(int, ended.groups())
    assert new < asked <= due <= 60
    assert asked >= due - 10  # what the other one still asks
