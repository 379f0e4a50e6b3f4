"""Health: the rules by themselves, normal runs without an alarm, and a redesign that is found at once."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.health import PAST, Breach, Judgement, Limits, Measure, Past, judge, silence
from tests.changes import Changes
from tests.crawling import crawl, scrapy
from tests.ledgers import opened
from tests.replica import Answer, Plan, Replica
from tests.skeleton import editor, page
from tests.story import story

SITE = "http://www.jcnews.com.cn"
LIMITS = Limits(coverage=0.99, source=0.95, rise=0.2, drop=0.5)
LONG = editor(*["这是一段虚构的正文，说明本页由测试写成，它的长度与平常的稿件相近，读者不必当真。"] * 12)


def told(kind: str, value: float, of: float, *past: tuple[float, float], subject: str = "") -> list[str]:
    """What is said of a number after runs with (value, of), the newest first."""
    history = {(kind, subject): [Past(f"r{number}", *one) for number, one in enumerate(past)]}
    return [breach.what for breach in judge([Measure(kind, subject, value, of)], history, LIMITS).breaches]


ALWAYS = [(1.0, 40.0)] * PAST


@pytest.mark.parametrize(
    ("kind", "subject", "value", "of", "past", "is_breach"),
    [
        # a required field is judged at once; LEAST_RECORDS records must lack it
        ("coverage", "title", 1, 12, [], False),
        ("coverage", "published_at", 1 / 3, 3, [], False),
        ("coverage", "published_at", 0, 3, [], True),
        ("coverage", "text", 0.99, 300, [], False),
        ("coverage", "text", 0.98, 300, [], True),
        ("coverage", "published_at", 0, 3, ALWAYS, True),
        ("coverage", "published_at", 0.6, 5, ALWAYS, False),
        # … and where it was rarer all the time only what chance cannot explain is a breach
        ("coverage", "text", 0.9, 100, [(0.9, 100)] * 3, False),
        ("coverage", "text", 0.7, 10, [(0.9, 100)] * 3, False),
        ("coverage", "text", 0.5, 100, [(0.9, 100)] * 3, True),
        # a source is missed only where it was
        ("coverage", "source", 0, 100, [], False),
        ("coverage", "source", 0, 100, [(0, 100)] * 3, False),
        ("coverage", "source", 0.96, 100, ALWAYS, False),
        ("coverage", "source", 0.7, 12, [(1, 3)], False),
        ("coverage", "published_at", 0, 5, [(0, 5)], False),
        ("coverage", "source", 0.4, 5, ALWAYS, True),
        # a layout that is new to us
        ("fallback", "", 1, 50, [], False),
        ("fallback", "", 1, 50, [(1, 50)], False),
        ("fallback", "", 1, 50, [(0.0, 5)], True),
        ("fallback", "", 0.4, 50, [(0.0, 5)], False),
        ("fallback", "", 0.6, 5, [(0.0, 50)], True),
        ("fallback", "", 0.4, 5, [(0.0, 50)], False),
        ("copies", "", 0.8, 50, [], False),
        ("copies", "", 0.9, 50, [], True),
        ("copies", "", 1, 2, [], False),
        ("copies", "", 0.4, 50, [(0.1, 50)], True),
        ("misfit", "", 0.8, 5, [(0.0, 50)], True),
        ("misfit", "", 1, 50, [], False),
        ("no_body", "", 0.6, 50, [], True),
        ("no_body", "", 0.5, 50, [], False),
        ("no_body", "", 1, 2, [], False),
        ("no_body", "", 0.5, 50, [(0.1, 50)], True),
        # a median of few records may fall further
        ("length", "", 100, 100, [(600, 20)] * 2, False),
        ("length", "", 310, 100, [(600, 20)] * 3, False),
        ("length", "", 290, 100, [(600, 20)] * 3, True),
        ("length", "", 290, 5, [(600, 20)] * 3, False),
        ("length", "", 100, 5, [(600, 20)] * 3, True),
        ("length", "", 0, 2, [(600, 20)] * 3, False),
        ("length", "", 9000, 100, [(600, 20)] * 3, False),
        ("bytes", "", 900, 50, [(9000, 50)] * 3, True),
        # lists
        ("links", "xw", 0, 1, [], True),
        ("links", "xw", 4, 1, [(10, 1)] * 3, True),
        ("links", "xw", 5, 1, [(10, 1)] * 3, False),
        ("links", "xw", 1, 1, [(5, 1)] * 3, False),
        ("links", "xw", 4, 1, [(10, 1)] * 2, False),
        ("bare", "", 0, 3, [], True),
        ("bare", "", 0, 2, [], False),
        # silence: only of a section that was heard while somebody listened
        ("silence", "xw", 15, 14, [(14, 14)], True),
        ("silence", "xw", 14, 14, [(13, 14)], False),
        ("silence", "xw", 900, 14, [(899, 14)] * 10, False),
        ("silence", "xw", 15, 14, [], False),
    ],
)
def test_a_rule_breaks_where_it_should(
    kind: str, subject: str, value: float, of: float, past: list[tuple[float, float]], *, is_breach: bool
) -> None:
    assert bool(told(kind, value, of, *past, subject=subject)) is is_breach


@pytest.mark.parametrize(
    ("kind", "subject", "usual", "wrong"),
    [
        ("coverage", "published_at", 1, 0), ("coverage", "source", 1, 0), ("fallback", "", 0, 1),
        ("misfit", "", 0, 1), ("length", "", 600, 20), ("bytes", "", 9000, 300),
    ],
)  # fmt: skip
def test_what_is_wrong_of_too_few_never_becomes_usual(kind: str, subject: str, usual: float, wrong: float) -> None:
    """Twelve articles a day that two runs share, ten and two, of a site that was well and is no more."""
    past = [Past("r", usual, 40)] * PAST
    for _ in range(2 * PAST):
        said = []
        for of in (10, 2):
            judged = judge([Measure(kind, subject, wrong, of)], {(kind, subject): past[:PAST]}, LIMITS)
            said.append(bool(judged.breaches))
            if not judged.breaches:
                past = [*(Past("r", measure.value, measure.of) for measure in judged.measures), *past]
        assert said == [True, False]


def test_chance_alone_breaks_no_rule() -> None:
    """Ten thousand runs of 1 to 60 records over sites whose fields come and go."""
    random = Random(7)
    alarms = 0
    for _ in range(10_000):
        usual, of = random.choice([0.3, 0.7, 0.9, 0.97]), random.randint(1, 60)
        having = sum(random.random() < usual for _ in range(of))
        alarms += bool(told("coverage", having / of, of, *[(usual, 30.0)] * PAST, subject="source"))
    assert alarms < 60


@pytest.mark.parametrize(("pause", "expected"), [(1, 14), (5, 14), (10, 20)])
def test_the_usual_silence_is_twice_the_longest_pause(pause: int, expected: int) -> None:
    days = [date(2026, 3, 1) - timedelta(days=number * pause) for number in range(21)]
    measure = silence("xw", "http://s/xw/", days, date(2026, 3, 9), 14)
    assert measure is not None
    assert (measure.value, measure.of) == (8, expected)
    assert silence("xw", "http://s/xw/", days[:20], date(2026, 3, 9), 14) is None
    assert silence("xw", "http://s/xw/", days, date(2026, 3, 9), 0) is None


# ---- real runs


def test_fifteen_normal_runs_raise_no_alarm(tmp_path: Path) -> None:
    with story(tmp_path, articles=120, weights=Plan().weights, header_forms=True, seed=3) as news:
        changes, random = Changes(news.replica), Random(11)
        for number in range(16):
            run = news.crawl(days=number / 3, JCNEWS_IMAGES=0)
            assert run.report["health"] == []
            for kind in random.choices(["publish", "edit", "republish", "withdraw", "restore", "move"], k=6):
                changes.apply(kind, random.randrange(999))
        assert changes.applied["publish"] > 10
        assert size_of_health(news.output) / 16 < 4000


def size_of_health(output: Path) -> int:
    """Bytes that the ledger keeps for the comparison of runs, about."""
    ledger = Ledger(output / "state.sqlite3", read_only=True)
    try:
        rows = ledger._db.execute("SELECT kind, subject FROM measures").fetchall()
    finally:
        ledger.close()
    return sum(len(kind) + len(subject) + 24 for kind, subject in rows)


UNDATED = page(LONG, date="")
FOREIGN = (
    "<html><head><title>改版后的页面_晋城新闻网</title></head><body><main><h2>改版后的页面</h2>"
    "<time>2022年10月09日 10:28:00</time>"
    + "<p>这是一段虚构的正文，说明本页由测试写成，读者不必当真。</p>" * 20
    + "</main></body></html>"
).encode()
SHORT = page(editor("短。"))
NO_SOURCE = page(LONG, source="")


REDESIGNS = (
    ("coverage", "published_at", UNDATED),
    ("coverage", "source", NO_SOURCE),
    ("fallback", None, FOREIGN),
    ("length", None, SHORT),
)


def test_a_redesign_is_found_at_the_first_run_and_named(tmp_path: Path) -> None:
    """Five new articles under another layout, after three runs over the old one."""
    with story(tmp_path, articles=120) as news:
        for number in range(3):
            news.crawl("sections=xw/jcxw", days=number, JCNEWS_IMAGES=0)
            news.replica.publish(4, "xw/jcxw")
        for day, (rule, field, body) in enumerate(REDESIGNS, 3):
            assert news.crawl("sections=xw/jcxw", days=day, JCNEWS_IMAGES=0).report["health"] == []
            new = news.replica.publish(5, "xw/jcxw")
            for id_ in new:
                news.plant(news.gold(id_)["url"], Answer(body=body))
            run = news.crawl("sections=xw/jcxw", "recheck=none", days=day + 0.5, code=5, JCNEWS_IMAGES=0)
            found: dict[str, Any] = next(
                one for one in run.report["health"] if (one["rule"], one["field"]) == (rule, field)
            )
            last_good = json.loads((tmp_path / "runs" / f"{found['last_good_run']}.json").read_text("utf-8"))
            assert (rule, field) not in {(one["rule"], one["field"]) for one in last_good["health"]}
            assert set(found["addresses"]) <= {news.gold(id_)["url"] for id_ in new}
            assert len(found["addresses"]) == 3
            assert found["section"]
            assert all(url in run.stderr for url in found["addresses"])
            for id_ in new:
                news.plant(news.gold(id_)["url"], None)


def test_lists_that_lose_their_links_are_named(tmp_path: Path) -> None:
    with story(tmp_path, articles=120) as news:
        for number in range(3):
            news.crawl("sections=xw/jcxw,xw/gnxw", days=number, JCNEWS_IMAGES=0)
            news.replica.publish(1, "xw/jcxw")
            news.replica.publish(1, "xw/gnxw")
        first = news.served(f"{SITE}/xw/jcxw/").decode()
        parts = first.split("<li")
        assert len(parts) > 8
        shortened = "<li".join([*parts[:3], parts[-1].partition("</li>")[2]])
        news.plant(f"{SITE}/xw/jcxw/", Answer(body=shortened.encode()))
        run = news.crawl("sections=xw/jcxw,xw/gnxw", days=4, code=5, JCNEWS_IMAGES=0)
    (found,) = run.report["health"]
    assert (found["rule"], found["section"], found["addresses"]) == ("links", "xw/jcxw", [f"{SITE}/xw/jcxw/"])
    assert "usually 10" in found["what"]


def test_a_site_whose_articles_have_other_addresses_is_told(tmp_path: Path) -> None:
    links = "".join(
        f"<li><a href='content_{number}.htm'>第{number}条新闻的标题</a> 2022-10-09</li>" for number in range(9)
    )
    strange = Answer(body=f"<html><body><ul>{links}</ul></body></html>".encode())
    faults = {f"/xw/{name}/": strange for name in ("jcxw", "gnxw", "pl")}
    with Replica(Plan(articles=60, faults=faults)) as site:
        run = crawl(site, tmp_path, "sections=xw/jcxw,xw/gnxw,xw/pl")
        rest = crawl(site, tmp_path, "sections=xw/jcxw,xw/gnxw,xw/pl,xw/sxxw")
    (found,) = run.report["health"]
    assert (found["rule"], found["addresses"][0]) == ("bare", f"{SITE}/xw/jcxw/")
    assert (run.code, rest.code) == (5, 0)


def test_what_was_learned_is_no_breach_any_more(tmp_path: Path) -> None:
    with Replica(Plan(articles=60, weights={"P": 1}, faults=(faults := {}))) as site:
        golds = [g for g in site.gold() if f"{SITE}/xw/jcxw/" in g["shown_in"]]
        faults.update({g["url"].removeprefix(SITE): Answer(body=UNDATED) for g in golds})
        first = crawl(site, tmp_path, "sections=xw/jcxw")
        learned = crawl(site, tmp_path / "b", "sections=xw/jcxw", JCNEWS_HEALTH="learn")
        for id_ in site.publish(4, "xw/jcxw"):
            url = next(g["url"] for g in site.gold() if g["id"] == id_)
            faults[url.removeprefix(SITE)] = Answer(body=UNDATED)
        after = [crawl(site, tmp_path / place, "sections=xw/jcxw") for place in (".", "b")]
    assert (first.code, learned.code, [run.code for run in after]) == (5, 0, [5, 0])
    said = scrapy("status", "-s", f"JCNEWS_OUTPUT={tmp_path}").stdout
    assert "4 of 4 records lack published_at (most of them in " in said
    assert "coverage published_at" in said


def test_a_section_that_falls_silent_is_named_until_it_speaks_again(tmp_path: Path) -> None:
    with story(tmp_path, articles=240, weights={"P": 1}) as news:
        settings: dict[str, Any] = {"JCNEWS_SILENT_DAYS": 3, "JCNEWS_IMAGES": 0}
        one = ("sections=xw/jcxw", "recheck=none")
        fresh = news.crawl(*one, **settings)
        usual = max(3, silence_of(news.output))
        news.crawl(*one, days=usual - 1, **settings)
        silent = [news.crawl(*one, days=usual + more, code=5, **settings) for more in (2, 3)]
        watched_too_late = crawl(
            news.replica, tmp_path / "b", *one, shim=("--clock", str((usual + 9) * 86_400)), JCNEWS_IMAGES=0
        )
    assert fresh.report["health"] == []
    for run in silent:
        (found,) = run.report["health"]
        assert (found["rule"], found["section"]) == ("silence", "xw/jcxw")
        assert found["addresses"] == [f"{SITE}/xw/jcxw/"]
    assert watched_too_late.report["health"] == []


def silence_of(output: Path) -> int:
    """Days of silence that are usual for xw/jcxw."""
    ledger = Ledger(output / "state.sqlite3", read_only=True)
    try:
        return round(ledger.measures.past("jcnews", "silence", "xw/jcxw")[0].of)
    finally:
        ledger.close()


# ---- the ledger's part


def judged(value: float, *, is_good: bool = True, starts_anew: bool = False) -> Judgement:
    """A run whose only number is the coverage of the source."""
    measure = Measure("coverage", "source", value, 10)
    return Judgement([measure], [] if is_good else [Breach(measure, "few", None)], starts_anew)


def test_only_the_last_ten_good_numbers_of_the_same_site_are_compared_with(tmp_path: Path) -> None:
    with opened(tmp_path) as archive, archive.ledger.transaction():
        runs, measures = archive.ledger.runs, archive.ledger.measures
        for number in range(30):
            site = "t" if number % 3 == 2 else "s"
            runs.begin(f"n{number}", site, number)
            measures.note(site, f"n{number}", judged(number, is_good=number % 3 == 0))
        past = [(one.run_id, one.value, one.of) for one in measures.past("s", "coverage", "source")]
        assert past == [(f"n{number}", number, 10) for number in range(27, -1, -3)]
        (now,) = measures.newest("s")
        assert (now.run_id, now.value, now.good) == ("n28", 28, False)
        runs.begin("n30", "s", 30)
        measures.note("s", "n30", judged(0.5, starts_anew=True))
        assert [one.run_id for one in measures.past("s", "coverage", "source")] == ["n30"]
        assert measures.newest("t")[0].run_id == "n29"


def test_a_ledger_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.ledger._db.execute("DROP TABLE measures")
        archive.ledger._db.execute("ALTER TABLE sections DROP COLUMN counted")
        archive.ledger._db.execute("ALTER TABLE outbox DROP COLUMN run")
        archive.ledger._db.execute("PRAGMA user_version = 4")
    with opened(tmp_path, "r2") as archive, archive.ledger.transaction():
        archive.ledger.measures.note("s", "r2", judged(1))
        assert [one.run_id for one in archive.ledger.measures.past("s", "coverage", "source")] == ["r2"]
