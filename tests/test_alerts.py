"""Alerts: what is told of a run and to whom, that nothing of it changes the run, and that no secret is written down."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from jcnews_spider import alerts, options, report
from jcnews_spider.alerts import Herald
from tests.crawling import Run, command, crawl_arguments, environment, newest_report, scrapy, start, wait_until
from tests.receiver import HANG, Receiver
from tests.replica import Answer, Plan, Replica

SITE = "http://www.jcnews.com.cn"
ONE = "sections=xw/pl"
MISSING = Answer(404)
NEEDS_APPRISE = pytest.mark.skipif(not find_spec("apprise"), reason="apprise, the extra alerts, is not installed")


@pytest.fixture
def faults() -> dict[str, Answer]:
    return {}


@pytest.fixture
def replica(faults: dict[str, Answer]) -> Iterator[Replica]:
    with Replica(Plan(articles=60, weights={"P": 1}, faults=faults)) as running:
        yield running


def told(replica: Replica, output: Path, targets: str, *arguments: str, **settings: object) -> Run:
    """A crawl with targets in the environment, which leads past the replica to them."""
    done = scrapy(
        *crawl_arguments(output, ONE, JCNEWS_IMAGES=0, **settings),
        *arguments,
        proxy=replica.proxy,
        variables={"JCNEWS_WEBHOOK_URL": targets, "no_proxy": "127.0.0.1"},
    )
    return Run(done.returncode, done.stdout, done.stderr, output, newest_report(output))


def fail_all(replica: Replica, faults: dict[str, Answer]) -> None:
    """Every article of the section is missing from now on."""
    faults.update({g["url"].removeprefix(SITE): MISSING for g in replica.gold() if f"{SITE}/xw/pl/" in g["shown_in"]})


def assert_no_secret(run: Run) -> None:
    assert "S3CRET" not in run.stderr + run.stdout
    assert [path for path in run.output.rglob("*") if path.is_file() and b"S3CRET" in path.read_bytes()] == []


def test_a_run_that_failed_is_told_in_one_post(replica: Replica, faults: dict[str, Answer], tmp_path: Path) -> None:
    fail_all(replica, faults)
    with Receiver() as receiver:
        run = told(replica, tmp_path, receiver.url(), "-L", "DEBUG")
    (got,) = receiver.received
    assert (run.code, got.method, got.path, got.type) == (2, "POST", "/hook?token=S3CRET", "application/json")
    said: dict[str, Any] = json.loads(got.body)
    assert {name: said[name] for name in alerts.TOLD} == {name: run.report[name] for name in alerts.TOLD}
    assert said["counts"] == {name: run.report[name] for name in alerts.COUNTED}
    assert said["counts"]["articles"]["failed"]["http_404"] >= 3
    assert (said["exit_code"], said["breaches"]) == (2, [])
    assert said["summary"].startswith("0 new; ")
    assert json.loads(Path(said["report"]).read_text("utf-8")) == run.report
    assert_no_secret(run)


def test_a_run_that_ended_well_is_told_only_when_always_is_asked(replica: Replica, tmp_path: Path) -> None:
    with Receiver() as receiver:
        quiet = told(replica, tmp_path, receiver.url())
        assert receiver.received == []
        loud = told(replica, tmp_path, receiver.url(), JCNEWS_ALERT="always")
    assert (quiet.code, loud.code, len(receiver.received)) == (0, 0, 1)


@pytest.mark.parametrize(
    ("statuses", "requests", "warnings"),
    [([500], 2, 1), ([500, 503, 500], 2, 2), ([302, 302], 2, 2), ([404], 2, 1)],
)
def test_what_is_not_taken_is_told_once_more_and_changes_nothing(
    replica: Replica, faults: dict[str, Answer], tmp_path: Path, statuses: list[int], requests: int, warnings: int
) -> None:
    fail_all(replica, faults)
    with Receiver(statuses) as receiver:
        run = told(replica, tmp_path, receiver.url())
    assert (run.code, len(receiver.received)) == (2, requests)
    assert {one.path for one in receiver.received} == {"/hook?token=S3CRET"}
    assert run.stderr.count("alert to target 1 (http://127.0.0.1)") == warnings
    assert f"status {statuses[0]}" in run.stderr
    assert_no_secret(run)


def test_several_targets_are_told_each(replica: Replica, faults: dict[str, Answer], tmp_path: Path) -> None:
    fail_all(replica, faults)
    with Receiver() as one, Receiver() as two:
        targets = f"{one.url()}, http://127.0.0.1:1/S3CRET {two.url(path='/a,b')}"
        run = told(replica, tmp_path, "", "-L", "DEBUG", JCNEWS_WEBHOOK_URL=targets)
    assert (run.code, len(one.received), [got.path for got in two.received]) == (2, 1, ["/a,b"])
    assert run.stderr.count("alert to target 2 (http://127.0.0.1), try") == 2
    assert "Connection refused" in run.stderr
    assert_no_secret(run)


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"SCHEDULER": "no.such.scheduler"}, 1), ({"JCNEWS_MIN_FREE_MB": "100000000"}, 7)],
)
def test_a_run_that_ends_before_its_spider_is_told(
    replica: Replica, tmp_path: Path, settings: dict[str, str], code: int
) -> None:
    with Receiver() as receiver:
        run = told(replica, tmp_path, receiver.url(), **settings)
    said = json.loads(receiver.received[0].body)
    assert (run.code, said["exit_code"], said["summary"]) == (code, code, "nothing was asked")
    assert said["run_id"] == run.report["run_id"]
    assert said["why"] in run.stderr


def test_a_run_that_found_another_one_going_is_told_only_when_always_is_asked(tmp_path: Path) -> None:
    with (
        Replica(Plan(faults={"/robots.txt": Answer(hang_s=600)})) as replica,
        Receiver() as receiver,
        start(replica, tmp_path) as first,
    ):
        try:
            wait_until(lambda: replica.requests)
            assert told(replica, tmp_path, receiver.url()).code == 6
            assert receiver.received == []
            assert told(replica, tmp_path, receiver.url(), JCNEWS_ALERT="always").code == 6
            assert json.loads(receiver.received[0].body)["exit_code"] == 6
        finally:
            first.kill()


def test_a_run_that_was_stopped_by_a_signal_is_told(
    replica: Replica, faults: dict[str, Answer], tmp_path: Path
) -> None:
    faults["/xw/pl/"] = Answer(hang_s=600)
    with Receiver() as receiver:
        variables = {"JCNEWS_WEBHOOK_URL": receiver.url(), "no_proxy": "127.0.0.1"}
        with subprocess.Popen(
            command(*crawl_arguments(tmp_path, ONE)),
            env=environment(replica.proxy) | variables,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                wait_until(lambda: any(request.url.endswith("/xw/pl/") for request in replica.requests))
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
            finally:
                process.kill()
    assert process.returncode == 3
    assert json.loads(receiver.received[0].body)["why"] == "stopped early: shutdown"


def ended(code: int) -> report.Ended:
    """A run that is over."""
    run = report.Run("r1", "jcnews", {}, "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "finished")
    return report.Ended(report.build(run, {}, {}, report.Verdict(code, "why it is so")), "0 new")


def test_nobody_waits_longer_than_the_time_of_two_tries(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr(alerts, "TIMEOUT_S", 0.3)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Receiver([HANG, HANG]) as receiver:
        begun = time.monotonic()
        Herald((receiver.url(),), always=False).tell(ended(2), tmp_path / "r1.json")
        assert time.monotonic() - begun < 5
    assert len(receiver.received) == 2
    assert [record.message.partition(": ")[2] for record in caplog.records] == ["no answer in time"] * 2


@pytest.mark.parametrize(
    "target",
    ["S3CRET", "http://", "http:///S3CRET", "https://user:S3CRET@127.0.0.1/", "http://127.0.0.1/S3CRET秘",
     "http://127.0.0.1:S3CRET/", "nosuchservice://S3CRET"],
)  # fmt: skip
def test_a_target_that_is_none_ends_with_1_before_anything_and_is_not_printed(
    replica: Replica, tmp_path: Path, target: str
) -> None:
    done = scrapy("crawl", "jcnews", "-s", f"JCNEWS_OUTPUT={tmp_path / 'o'}", "-s", f"JCNEWS_WEBHOOK_URL={target}",
                  proxy=replica.proxy)  # fmt: skip
    assert (done.returncode, "JCNEWS_WEBHOOK_URL" in done.stderr) == (1, True)
    assert "S3CRET" not in done.stderr
    assert not (tmp_path / "o").exists()
    assert replica.requests == []


def test_options_do_not_print_their_secrets() -> None:
    values = options.checked({**options.defaults({}), "JCNEWS_WEBHOOK_URL": "https://h/S3CRET"}, ())
    assert values.webhook_url == ("https://h/S3CRET",)
    assert "S3CRET" not in repr(values)


@NEEDS_APPRISE
def test_apprise_brings_it_to_other_services(replica: Replica, faults: dict[str, Answer], tmp_path: Path) -> None:
    fail_all(replica, faults)
    with Receiver([500]) as receiver:
        run = told(replica, tmp_path, f"{receiver.url('json')} {receiver.url('form', '/S3CRET')}", "-L", "DEBUG")
    assert (run.code, len(receiver.received)) == (2, 3)
    said = json.loads(receiver.received[1].body)
    assert said["title"] == "jcnews_spider jcnews: exit 2"
    assert said["message"].startswith(run.report["why"])
    assert said["type"] == "warning"
    assert run.stderr.count("alert to target 1 (json), try 1 of 2: it was not delivered") == 1
    assert_no_secret(run)


@NEEDS_APPRISE
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # of apprise, under Python 3.11
@pytest.mark.parametrize(
    "target", ["wecombot://0123456789abcdef", "dingtalk://0123456789abcdef", "feishu://0123456789abcdef",
               "mailto://user:pass@example.org?to=a@example.org"],
)  # fmt: skip
def test_apprise_knows_the_services_of_the_documentation(target: str) -> None:
    Herald((target,), always=False)
