"""What a run came to: its exit code and its report (DESIGN.md §1.3)."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import lxml.etree

from jcnews_spider import __version__, clock
from jcnews_spider.health import Breach

LEAST_FAILED = 3
"""Failed addresses below which a run is not called failed, whatever their share."""

COUNTED = ("new", "updated", "reparsed", "gone", "unchanged", "duplicates")
"""What can become of an article that was asked, but for failures."""

_FAILURES = ("lists/failed/", "articles/failed/")
_NO_FAILURES = ("lists/absent/", "articles/skipped/")
"""Counts by reason of what gave nothing: where nothing came, both say why."""

SHOWN = 3
"""Breaches that are told where people read one line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended."""

    exit_code: int
    why: str


def verdict(stats: Mapping[str, Any], finish_reason: str, fail_ratio: float, broken: Sequence[Breach] = ()) -> Verdict:
    """The exit code of a run; where several hold, the first of 1, 7, 1 for a defect, 4, 3, 5, 2."""
    asked = stats.get("addresses/asked", 0)
    failed = stats.get("addresses/failed", 0) + stats.get("spider_exceptions/count", 0)
    challenged, given_up = stats.get("run/challenged"), stats.get("run/host_down")
    stopped = finish_reason not in ("finished", "challenged", "host_down")
    reasons = _reasons(stats, _FAILURES + _NO_FAILURES)
    failures = _reasons(stats, _FAILURES)
    storage_fault = stats.get("storage/fault") or stats.get("storage/damaged")
    cause = stats.get("robotstxt/unavailable") or reasons or finish_reason
    came = stats.get("addresses/answered", 0) or (stats.get("run/others_came") and finish_reason == "finished")
    nothing_came = asked and not came and (reasons or not stopped)
    too_many_failed = failed >= LEAST_FAILED and failed > fail_ratio * asked
    ends = (
        (1, "run/usage_fault" in stats, stats.get("run/usage_fault")),
        (7, storage_fault, f"storage failed: {storage_fault}"),
        (1, "run/defect" in stats, f"a defect of this program, see the log: {stats.get('run/defect')}"),
        (4, challenged, f"challenged: {challenged}"),
        (4, nothing_came, f"nothing could be crawled: {given_up or cause}"),
        (3, stopped, f"stopped early: {finish_reason}"),
        (5, broken, f"health check failed: {_told(broken)}"),
        (2, given_up, f"the site was given up: {given_up}; {failed} of {asked} addresses failed: {failures}"),
        (2, too_many_failed, f"{failed} of {asked} addresses failed: {failures}"),
    )
    return next((Verdict(code, str(why)) for code, holds, why in ends if holds), Verdict(0, "done"))


def _told(broken: Sequence[Breach]) -> str:
    """The first breaches, and how many more there are."""
    more = [f"and {len(broken) - SHOWN} more"] if len(broken) > SHOWN else []
    return "; ".join([*(breach.what for breach in broken[:SHOWN]), *more])


@dataclass(frozen=True, slots=True)
class Run:
    """Which run it was."""

    run_id: str
    site: str
    arguments: Mapping[str, str]
    started_at: str
    finished_at: str
    finish_reason: str | None

    @classmethod
    def over(
        cls, run_id: str, site: str, arguments: Mapping[str, str], started: float, finish_reason: str | None
    ) -> Self:
        """A run that ends now; it began at `started`, in UTC seconds."""
        return cls(run_id, site, arguments, clock.utc(started), clock.utc(clock.now()), finish_reason)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over."""

    report: Mapping[str, Any]
    summary: str
    """For people."""

    @property
    def exit_code(self) -> int:
        """Of DESIGN.md §1.3."""
        return int(self.report["exit_code"])


def build(
    run: Run, stats: Mapping[str, Any], sections: Mapping[str, Any], outcome: Verdict, broken: Sequence[Breach] = ()
) -> dict[str, Any]:
    """The run report as JSON types."""
    checked = stats.get("records/checked", 0)
    return {
        **asdict(run),
        "exit_code": outcome.exit_code,
        "why": outcome.why,
        "requests": {
            "total": stats.get("downloader/request_count", 0),
            "by_status": under(stats, "downloader/response_status_count/"),
            "bytes": stats.get("downloader/response_bytes", 0),
        },
        "refused": under(stats, "requests/refused/"),
        "addresses": {name: stats.get(f"addresses/{name}", 0) for name in ("asked", "answered", "failed")},
        "lists": {
            "pages": stats.get("lists/pages", 0),
            "failed": under(stats, "lists/failed/"),
            "absent": under(stats, "lists/absent/"),
        },
        "entries": _total(section["found"] for section in sections.values()),
        "articles": {
            **{name: stats.get(f"articles/{name}", 0) for name in COUNTED},
            "failed": under(stats, "articles/failed/"),
            "skipped": under(stats, "articles/skipped/"),
            "bytes": stats.get("articles/bytes", 0),
        },
        "images": {
            **{name: stats.get(f"media/{name}", 0) for name in ("downloaded", "uptodate", "stale", "bytes")},
            "missing": under(stats, "media/missing/"),
        },
        "rechecks": {name: stats.get(f"rechecks/{name}", 0) for name in ("asked", "failed", "missing", "still_gone")},
        "health": [breach.as_dict() for breach in broken],
        "due": under(stats, "due/"),
        "coverage": {name: round(number / checked, 4) for name, number in under(stats, "coverage/").items()},
        "extractors": under(stats, "extractor/"),
        "sections": dict(sections),
        "versions": versions(),
    }


def summary(stats: Mapping[str, Any]) -> str:
    """The run in a line for people."""
    counts = {name: stats.get(f"articles/{name}", 0) for name in COUNTED}
    counts["missing"] = stats.get("rechecks/missing", 0)
    counts["skipped"] = sum(under(stats, "articles/skipped/").values())
    counts["images missing"] = sum(under(stats, "media/missing/").values())
    parts = [f"{number} {name}" for name, number in counts.items() if number or name == "new"]
    failed, asked = stats.get("addresses/failed", 0), stats.get("addresses/asked", 0)
    return f"{', '.join(parts)}; {failed} of {asked} addresses failed"


def versions() -> dict[str, str]:
    """What the run was made with."""
    from importlib.metadata import version  # noqa: PLC0415 - only a report needs it

    return {
        "jcnews_spider": __version__,
        "scrapy": version("scrapy"),
        "lxml": ".".join(map(str, lxml.etree.LXML_VERSION[:3])),
        "warcio": version("warcio"),
        "python": platform.python_version(),
    }


def under(stats: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The stats whose names begin with a prefix, without it, by name."""
    return {name.removeprefix(prefix): stats[name] for name in sorted(stats) if name.startswith(prefix)}


def _total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def _reasons(stats: Mapping[str, Any], prefixes: Iterable[str]) -> str:
    """The reasons for which addresses gave nothing, most frequent first."""
    total: Counter[str] = Counter()
    for prefix in prefixes:
        total.update(under(stats, prefix))
    return ", ".join(f"{reason} ×{number}" for reason, number in total.most_common())
