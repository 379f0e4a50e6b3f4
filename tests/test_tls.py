"""The site behind https: certificates are verified, and a move there changes no id (the replica speaks TLS)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawling import Run, crawl
from tests.replica import Answer, Plan, Replica
from tests.replica.plan import Certificate
from tests.scoring import score

ONE = "sections=xw/jcxw"
HTTPS = "https://www.jcnews.com.cn/"


def plan(https: Certificate | None) -> Plan:
    """Sixty articles, behind https or not; the same otherwise."""
    return Plan(articles=60, weights={"P": 1}, https=https)


def secure_crawl(replica: Replica, output: Path, *arguments: str, trusted: bool = True) -> Run:
    """A crawl that asks https through the replica too, and may trust its authority."""
    authority = output.with_suffix(".pem")
    authority.write_bytes(replica.authority)
    variables = {"https_proxy": replica.proxy} | ({"SSL_CERT_FILE": str(authority)} if trusted else {})
    return crawl(replica, output, *arguments, variables=variables, RETRY_TIMES=0, JCNEWS_BACKOFF="0s")


def pages(replica: Replica) -> list[str]:
    """Addresses that were had over TLS."""
    return [request.url for request in replica.requests if request.url.startswith(HTTPS)]


def test_a_certificate_of_a_trusted_authority_is_accepted(tmp_path: Path) -> None:
    with Replica(plan("good")) as site:
        run = secure_crawl(site, tmp_path / "output", ONE)
        golds = [gold for gold in site.gold() if "http://www.jcnews.com.cn/xw/jcxw/" in gold["shown_in"]]
        result = score(run.records, golds)
        assert pages(site)
    assert (run.code, result.missing, result.surplus, result.twice) == (0, [], [], []), run.stderr
    assert result.wrong["text"] == result.wrong["url"] == 0


@pytest.mark.parametrize(
    ("kind", "trusted", "why"),
    [
        ("self_signed", True, "TLS: certificate verify failed"),
        ("expired", True, "TLS: certificate verify failed"),
        ("other_name", True, "the certificate is for another name"),
        ("good", False, "TLS: certificate verify failed"),
    ],
)
def test_any_other_certificate_is_refused_with_4_and_a_reason(
    tmp_path: Path, kind: Certificate, trusted: bool, why: str
) -> None:
    with Replica(plan(kind)) as site:
        run = secure_crawl(site, tmp_path / "output", ONE, trusted=trusted)
        assert pages(site) == []
    assert (run.code, run.report["exit_code"], run.records) == (4, 4, [])
    assert run.report["why"] == f"nothing could be crawled: http://www.jcnews.com.cn/robots.txt cannot be had: {why}"
    assert "Traceback" not in run.stderr


def test_a_move_of_the_whole_site_to_https_makes_no_new_id_and_no_new_version(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with Replica(plan(None)) as site:
        first = secure_crawl(site, output)
    with Replica(plan("good")) as moved:
        second = secure_crawl(moved, output, "recheck=all")
        assert pages(moved)
    assert (first.code, second.code) == (0, 0), second.stderr
    assert second.records == first.records
    assert second.report["rechecks"] == {"asked": len(first.records), "failed": 0, "missing": 0, "still_gone": 0}
    assert {name: second.report["articles"][name] for name in ("new", "updated", "gone", "failed")} == {
        "new": 0, "updated": 0, "gone": 0, "failed": {},
    }  # fmt: skip


def test_one_article_that_moved_to_where_nobody_answers_fails_alone(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {}
    with Replica(Plan(articles=60, weights={"P": 1}, faults=faults)) as site:
        path = next(g["url"] for g in site.gold() if "http://www.jcnews.com.cn/xw/jcxw/" in g["shown_in"])
        path = path.removeprefix("http://www.jcnews.com.cn")
        faults[path] = Answer(301, {"Location": f"{HTTPS}{path.removeprefix('/')}"})
        run = secure_crawl(site, tmp_path / "output", ONE)
    assert (run.code, run.report["articles"]["new"]) == (0, 11), run.stderr
    assert run.report["articles"]["failed"] == {"robots_unavailable": 1}
