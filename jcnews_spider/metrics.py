"""Metrics: the last run for Prometheus, as a file of node_exporter's textfile collector."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jcnews_spider import clock

Sample = tuple[Mapping[str, str], float]
"""Labels beside the site, and the value."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of the file; each is a gauge, for each run begins anew."""

    name: str
    meaning: str
    path: tuple[str, ...]
    """Where it stands in the run report."""
    label: str | None = None
    """Name of the label under which the keys of a table there stand; one number without."""


METRICS = (
    Metric("exit_code", "Exit code of the last run.", ("exit_code",)),
    Metric("requests", "Requests of the last run.", ("requests", "total")),
    Metric("response_bytes", "Bytes that the last run was sent.", ("requests", "bytes")),
    Metric("article_bytes", "Bytes of the article pages of the last run.", ("articles", "bytes")),
    Metric("list_pages", "List pages that the last run read.", ("lists", "pages")),
    Metric("articles", "Articles of the last run by what became of them.", ("articles",), "event"),
    Metric("article_failures", "Articles that failed in the last run by reason.", ("articles", "failed"), "reason"),
    Metric("list_failures", "List pages that failed in the last run by reason.", ("lists", "failed"), "reason"),
    Metric("addresses", "List and article addresses of the last run by what became of them.", ("addresses",), "state"),
    Metric("due", "Articles that the next run has to ask, by why.", ("due",), "queue"),
    Metric("coverage_ratio", "Share of the records of the last run that have a field.", ("coverage",), "field"),
)


def lines(run: Mapping[str, Any]) -> str:
    """A run report in Prometheus's text format."""
    started, finished = clock.seconds_of(run["started_at"]), clock.seconds_of(run["finished_at"])
    families: list[tuple[str, str, list[Sample]]] = [
        ("timestamp_seconds", "When the last run ended, in seconds since 1970.", [({}, finished)]),
        ("duration_seconds", "How long the last run took.", [({}, finished - started)]),
        *((metric.name, metric.meaning, list(_samples(run, metric))) for metric in METRICS),
        ("health_breaches", "Breaches of health in the last run.", [({}, len(run["health"]))]),
    ]
    return "".join(
        _family(f"jcnews_run_{name}", meaning, run["site"], rows) for name, meaning, rows in families if rows
    )


def write(path: Path, text: str) -> None:
    """Replaces the file in one step, for everybody to read; a fault is only logged, no run fails by its metrics."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staged.write_text(text, encoding="utf-8")
        staged.chmod(0o644)  # the exporter is another user, and a service's umask would shut it out
        staged.replace(path)
    except OSError as fault:
        logger.warning("the metrics cannot be written: %s", fault)
        with suppress(OSError):
            staged.unlink()


def _samples(run: Mapping[str, Any], metric: Metric) -> Iterator[Sample]:
    found: Any = run
    for key in metric.path:
        found = found[key]
    if metric.label is None:
        yield {}, found
        return
    for name, value in found.items():
        if not isinstance(value, Mapping) and name != "bytes":
            yield {metric.label: name}, value


def _family(name: str, meaning: str, site: str, samples: list[Sample]) -> str:
    rows = [f"{name}{{{_labels({'site': site, **labels})}}} {value}" for labels, value in samples]
    return "\n".join([f"# HELP {name} {meaning}", f"# TYPE {name} gauge", *rows, ""])


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in labels.items())


_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
