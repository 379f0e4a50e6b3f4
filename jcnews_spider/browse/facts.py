"""A record as rows for people: every key of it, but the text and its HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from jcnews_spider.article import Article

ELSEWHERE = ("text", "html")
"""The text has a place of its own; the HTML is shown by no page, its snapshot is."""

CONTENT = (
    "title_raw subtitle sections breadcrumb published_at source authors editor images attachments videos rights"
).split()
"""What people edit; the rest follows from it, or from the run."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row."""

    key: str
    """As in the JSON, `crawl.run_id`; the name of a list for all that is in it."""
    lines: tuple[str, ...]
    """Its value, or the values of a list; none where it is unknown or empty."""


def facts(record: Article) -> list[Fact]:
    """Every key, in the order of the record."""
    return [fact for fact in _facts(record, "") if fact.key not in ELSEWHERE]


def content(record: Article) -> list[Fact]:
    """What people edit of a record, but its text."""
    return [fact for fact in facts(record) if fact.key.partition(".")[0] in CONTENT]


def _facts(value: Any, prefix: str) -> Iterator[Fact]:
    for field in fields(value):
        name, inner = f"{prefix}{field.name}", getattr(value, field.name)
        if is_dataclass(inner):
            yield from _facts(inner, f"{name}.")
        elif isinstance(inner, tuple):
            yield Fact(name, tuple(map(_line, inner)))
        else:
            shown = inner if isinstance(inner, str) else json.dumps(inner)
            yield Fact(name, () if inner is None or inner == "" else (shown,))


def _line(value: Any) -> str:
    """An item of a list on one line."""
    if not is_dataclass(value):
        return str(value)
    parts = (getattr(value, field.name) for field in fields(value))
    return " · ".join(str(part) for part in parts if part)
