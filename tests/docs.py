"""The generated parts of the documents; `python -m tests.docs` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jcnews_spider import options, schema
from jcnews_spider.exporters import csv

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        "README.zh-CN.md",
        "docs/cluster.md",
        "docs/data.md",
        "docs/operators.md",
        "docs/reading.md",
        "docs/sites.md",
        "SECURITY.md",
    )
]
"""Where they stand."""


def parts() -> dict[str, str]:
    """Text by the name of its place, `<!-- name -->`."""
    rows = "".join(
        f"| `{row.name}` | {f'`{row.default}`' if row.default else ''} | {row.meaning} |\n" for row in options.rows()
    )
    return {
        "fields": schema.markdown_table(),
        "settings": f"| setting | default | meaning |\n|---|---|---|\n{rows}",
        "columns": f"| column | meaning |\n|---|---|\n{''.join(_column_rows())}",
    }


def _column_rows() -> Iterator[str]:
    """The table of CSV columns, with the meanings that the record gives its keys."""
    meanings = {key.replace("[].", "_").replace(".", "_"): meaning for key, _, meaning in schema.field_rows()}
    for column in csv.COLUMNS:
        name = column.name
        meaning = meanings[name] if name in meanings else f"Number of {name.removesuffix('_count')}."
        first = next((key for key in meanings if key.startswith(f"{name}_")), None) if column.is_of_list else None
        yield f"| `{name}` | {meaning}{f' {meanings[first]}' if first else ''} |\n"


def main() -> None:
    """Puts each part into its place."""
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for place, part in parts().items():
            before, opening, rest = text.partition(f"<!-- {place} -->\n")
            if opening:
                _, closing, after = rest.partition(f"<!-- /{place} -->")
                text = f"{before}{opening}{part}{closing}{after}"
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
