"""CSV as RFC 4180 has it and Excel opens it: UTF-8 with a byte order mark, CRLF, no cell that is run as a formula."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from typing import BinaryIO

from jcnews_spider.columns import Value, columns
from jcnews_spider.exporters import Exporter, View, to_file

COLUMNS = [column for column in columns() if column.name != "html"]
"""Tags in a cell serve nobody, and Excel takes 32,767 characters a cell."""

_FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""What a spreadsheet takes for a formula, behind blanks and in full-width form too (OWASP, CSV Injection).

Apostrophes before it count as well, so that the one put in front can be taken off without a doubt.
"""


def stream(view: View, file: BinaryIO) -> int:
    """A head, and a row a record."""
    file.write(BOM_UTF8)
    writer = csv.writer(_Utf8(file))
    writer.writerow(column.name for column in COLUMNS)
    number = 0
    for number, record in enumerate(view.records(), 1):  # noqa: B007 - it is the result
        writer.writerow(_cell(column.value(record)) for column in COLUMNS)
    return number


def _cell(value: Value) -> str | int | float:
    """A value as it stands in a cell: nothing for None, true and false, text with an apostrophe before a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


class _Utf8:
    """A binary file to which text is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


EXPORTER = Exporter(
    "csv",
    "A table for Excel, R and pandas, a row a record; cells that look like a formula begin with an apostrophe.",
    "-o articles.csv --latest",
    to_file(stream),
    stream,
)
