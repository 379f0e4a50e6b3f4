"""Parquet: the record with its types, lists and nested objects, for DuckDB, pandas, polars and Spark.

Times stay the strings of the record: `published_at` may be a day alone, which as a timestamp would get a made-up hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from itertools import islice
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from jcnews_spider.article import Article
from jcnews_spider.columns import required
from jcnews_spider.exporters import Exporter, View

ROWS = 500
"""Records of a row group, of which one is held at a time: about 5 MB of news."""


def write(view: View, target: Path) -> int:
    """A file with one row group after the other."""
    import pyarrow as pa  # noqa: PLC0415 - a plain install has none
    from pyarrow import parquet  # noqa: PLC0415

    number = 0
    schema = pa.schema(_arrow(Article))
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for group in _groups(view.records()):
            writer.write_table(pa.Table.from_pylist(group, schema))
            number += len(group)
    return number


def _groups(records: Iterable[Article]) -> Iterator[list[dict[str, Any]]]:
    rows = (record.as_dict() for record in records)
    while group := list(islice(rows, ROWS)):
        yield group


def _arrow(kind: Any) -> Any:
    """Arrow's type for one of the record's."""
    import pyarrow as pa  # noqa: PLC0415

    if get_origin(kind) is tuple:
        return pa.list_(_arrow(get_args(kind)[0]))
    if is_dataclass(kind):
        return pa.struct([(name, _arrow(required(hint))) for name, hint in get_type_hints(kind).items()])
    plain = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    return next(arrow for python, arrow in plain.items() if issubclass(kind, python))


EXPORTER = Exporter(
    "parquet",
    "The records with lists and nested objects as columns, for DuckDB, pandas, polars and Spark.",
    "-o articles.parquet --latest",
    write,
    extra="parquet",
    modules=("pyarrow",),
)
