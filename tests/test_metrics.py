"""The metrics of a run, as Prometheus reads them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider import clock, metrics, report
from tests.crawling import Run, crawl
from tests.replica import Answer, Plan, Replica

SITE = "http://www.jcnews.com.cn"
ONE = "sections=xw/jcxw"

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
SAMPLE = re.compile(rf"({NAME})\{{(.*)\}} (-?[0-9.]+(?:e[+-]?\d+)?)")

Key = tuple[str, frozenset[tuple[str, str]]]


def parsed(text: str) -> dict[Key, float]:
    """Every sample by name and labels; fails at what is not the text format 0.0.4, families in one piece each."""
    assert text.endswith("\n")
    found: dict[Key, float] = {}
    family, seen = "", set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            assert family not in seen
            seen.add(family)
        elif line.startswith("#"):
            assert line == f"# TYPE {family} gauge"
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            assert match[1] == family
            assert "".join(one[0] for one in LABEL.finditer(match[2])) == match[2]
            found[family, frozenset(LABEL.findall(match[2]))] = float(match[3])
    return found


def of(run: Run, path: Path | None = None) -> dict[Key, float]:
    """The samples that a run left."""
    return parsed((path or run.output / "runs/jcnews.prom").read_text("utf-8"))


def key(name: str, **labels: str) -> Key:
    return f"jcnews_run_{name}", frozenset({"site": "jcnews", **labels}.items())


def build(stats: dict[str, Any]) -> dict[str, Any]:
    """The report of a run with such stats."""
    run = report.Run("r1", "jcnews", {}, "2026-01-01T00:00:00Z", "2026-01-01T00:01:30Z", "finished")
    return report.build(run, stats, {}, report.Verdict(2, "why"))


def test_every_number_stands_under_its_labels() -> None:
    stats = {"articles/new": 3, "articles/failed/http_404": 2, "lists/pages": 7, "lists/failed/timeout": 1,
             "downloader/response_bytes": 123_456_789, "due/waiting": 4, "addresses/asked": 12}  # fmt: skip
    samples = parsed(metrics.lines(build(stats)))
    expected = {
        key("exit_code"): 2,
        key("duration_seconds"): 90,
        key("timestamp_seconds"): clock.seconds_of("2026-01-01T00:01:30Z"),
        key("articles", event="new"): 3,
        key("article_failures", reason="http_404"): 2,
        key("list_failures", reason="timeout"): 1,
        key("list_pages"): 7,
        key("response_bytes"): 123_456_789,
        key("due", queue="waiting"): 4,
        key("addresses", state="asked"): 12,
        key("health_breaches"): 0,
    }
    assert {name: samples[name] for name in expected} == expected


def test_a_label_may_hold_anything() -> None:
    reason = 'a"b\\c\nd}{,e="f" 汉字'
    text = metrics.lines(build({f"articles/failed/{reason}": 1}))
    name = key("article_failures", reason=reason.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
    assert parsed(text)[name] == 1


def test_prometheus_reads_it_as_it_was_meant() -> None:
    parser = pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")
    reason = 'a"b\\c\nd}{,e="f" 汉字'
    stats = {f"articles/failed/{reason}": 1, "articles/new": 3}
    families = {one.name: one for one in parser.text_string_to_metric_families(metrics.lines(build(stats)))}
    (sample,) = families["jcnews_run_article_failures"].samples
    assert (sample.labels, sample.value) == ({"site": "jcnews", "reason": reason}, 1)
    assert {one.type for one in families.values()} == {"gauge"}
    assert all(one.documentation.endswith(".") for one in families.values())


def test_each_run_replaces_the_file(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    with Replica(Plan(articles=60, weights={"P": 1}, faults=faults)) as site:
        first = of(run := crawl(site, tmp_path, ONE, JCNEWS_IMAGES=0))
        for id_ in site.publish(4, "xw/jcxw"):
            url = next(g["url"] for g in site.gold() if g["id"] == id_)
            faults[url.removeprefix(SITE)] = Answer(404)
        again = crawl(site, tmp_path, ONE, JCNEWS_IMAGES=0)
        second = of(again)
        elsewhere = tmp_path / "node" / "jcnews.prom"
        elsewhere.parent.mkdir()
        third = of(crawl(site, tmp_path, ONE, JCNEWS_IMAGES=0, JCNEWS_METRICS=elsewhere), elsewhere)
    assert first[key("articles", event="new")] == run.report["articles"]["new"] == 12
    assert (first[key("exit_code")], second[key("exit_code")]) == (0, again.report["exit_code"])
    assert second[key("article_failures", reason="http_404")] == 4
    assert second[key("due", queue="waiting")] == 4
    assert second[key("response_bytes")] == again.report["requests"]["bytes"]
    assert third[key("timestamp_seconds")] >= second[key("timestamp_seconds")]
    assert of(again) == second
    assert [path.name for path in elsewhere.parent.iterdir()] == ["jcnews.prom"]


def test_another_user_can_read_the_file_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)  # of deploy/jcnews.service
    try:
        metrics.write(tmp_path / "jcnews.prom", "")
    finally:
        os.umask(before)
    assert (tmp_path / "jcnews.prom").stat().st_mode & 0o777 == 0o644


def test_metrics_that_cannot_be_written_change_nothing(tmp_path: Path) -> None:
    with Replica(Plan(articles=20, weights={"P": 1})) as site:
        run = crawl(site, tmp_path, ONE, JCNEWS_IMAGES=0, JCNEWS_METRICS=tmp_path / "nowhere" / "jcnews.prom")
    assert (run.code, run.report["exit_code"]) == (0, 0)
    assert "the metrics cannot be written" in run.stderr


def test_a_run_without_a_spider_leaves_its_exit_code(tmp_path: Path) -> None:
    with Replica(Plan(articles=20)) as site:
        run = crawl(site, tmp_path, SCHEDULER="no.such.scheduler")
    assert of(run)[key("exit_code")] == 1
