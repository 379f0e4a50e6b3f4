"""JSON Lines: the records as the segments have them, with the sections known by now."""

from __future__ import annotations

from typing import BinaryIO

from jcnews_spider.exporters import Exporter, View, to_file


def stream(view: View, file: BinaryIO) -> int:
    """A line a record."""
    number = 0
    for number, record in enumerate(view.records(), 1):  # noqa: B007 - it is the result
        file.write(f"{record.to_json()}\n".encode())
    return number


EXPORTER = Exporter(
    "jsonl",
    "The records as in the archive's own segments, one JSON object a line.",
    "-o - --latest --since 2022-10-01 | jq .title",
    to_file(stream),
    stream,
)
