"""The record's JSON Schema and the README's table, made from the dataclasses of `article.py`.

`python -m jcnews_spider.schema` prints the schema, `python -m jcnews_spider.schema table` the table.
"""

from __future__ import annotations

from typing import Any

from itemadapter import ItemAdapter

from jcnews_spider.article import SCHEMA_VERSION, Article

NAME = f"article-{SCHEMA_VERSION}.json"


def article_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a record: every key required, no other allowed."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"jcnews_spider article {SCHEMA_VERSION}",
        **ItemAdapter.get_json_schema(Article),
    }
    _close(schema)
    return schema


def field_rows() -> list[tuple[str, str, str]]:
    """(key, type, meaning) of each key, nested ones as `crawl.run_id` or `images[].url`."""
    return _rows(article_schema(), "")


def markdown_table() -> str:
    """The table of fields for the README."""
    lines = [f"| `{key}` | {kind} | {meaning} |" for key, kind, meaning in field_rows()]
    return "\n".join(["| key | type | meaning |", "|---|---|---|", *lines]) + "\n"


def _close(schema: dict[str, Any]) -> None:
    """Requires every key of every object and allows no other; a key that is always there has no default."""
    pending = [schema]
    while pending:
        node = pending.pop()
        node.pop("default", None)
        if "properties" in node:
            node["required"] = list(node["properties"])
            node["additionalProperties"] = False
            pending += node["properties"].values()
        pending += [node["items"]] if "items" in node else []
        pending += node.get("anyOf", [])


def _rows(schema: dict[str, Any], prefix: str) -> list[tuple[str, str, str]]:
    rows = []
    for name, node in schema["properties"].items():
        kind, nested, mark = _kind(node)
        rows.append((f"{prefix}{name}", kind, node.get("description", "").replace("|", "\\|")))
        if nested:
            rows += _rows(nested, f"{prefix}{name}{mark}.")
    return rows


def _kind(node: dict[str, Any]) -> tuple[str, dict[str, Any] | None, str]:
    """(type as a word, the object inside if there is one, its mark for keys)."""
    if "anyOf" in node:
        inner = next(option for option in node["anyOf"] if option.get("type") != "null")
        kind, nested, mark = _kind(inner)
        return f"{kind}?", nested, mark
    if "enum" in node:
        return "string", None, ""
    kind = node["type"]
    if isinstance(kind, list):
        return f"{next(word for word in kind if word != 'null')}?", None, ""
    if kind == "array":
        inner_kind, nested, _ = _kind(node["items"])
        return f"[{inner_kind}]", nested, "[]"
    return kind, node if "properties" in node else None, ""
