"""The record as a row, for tools that know no nested values; the columns are made from the dataclasses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from jcnews_spider.article import Article

SEPARATOR = "; "
"""Between the values of a list in one cell."""

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    name: str
    kind: type
    """str, int, float or bool; any of them may be missing."""
    value: Callable[[Article], Value]
    is_of_list: bool = False
    """True where a list of objects is squeezed into cells."""


def columns() -> list[Column]:
    """Every column, in the order of the record.

    `crawl.run_id` is `crawl_run_id`. A list of objects has three kinds: `images` joins the first key of each (here the
    url), `images_caption` and so on the others, in the same order, and `images_count` says how many there are.
    """
    return list(_columns(Article, ()))


def required(hint: Any) -> Any:
    """A type without its None."""
    if get_origin(hint) is not UnionType:
        return hint
    return next(kind for kind in get_args(hint) if kind is not NoneType)


def _columns(owner: Any, path: tuple[str, ...]) -> Iterator[Column]:
    for name, hint in get_type_hints(owner).items():
        kind, here = required(hint), (*path, name)
        if get_origin(kind) is tuple:
            yield from _list_columns(get_args(kind)[0], here)
        elif is_dataclass(kind):
            yield from _columns(kind, here)
        else:
            yield Column("_".join(here), kind, _at(here))


def _list_columns(item: Any, path: tuple[str, ...]) -> Iterator[Column]:
    name, items = "_".join(path), _at(path)
    if not is_dataclass(item):
        yield Column(name, str, lambda article: SEPARATOR.join(items(article)))
        return
    for number, key in enumerate(field.name for field in fields(item)):
        yield Column(f"{name}_{key}" if number else name, str, _joined(items, key), is_of_list=True)
    yield Column(f"{name}_count", int, lambda article: len(items(article)), is_of_list=True)


def _joined(items: Callable[[Article], Any], key: str) -> Callable[[Article], Value]:
    def value(article: Article) -> Value:
        values = [getattr(item, key) or "" for item in items(article)]
        return SEPARATOR.join(values) if any(values) else None

    return value


def _at(path: tuple[str, ...]) -> Callable[[Article], Any]:
    def value(article: Article) -> Any:
        found: Any = article
        for name in path:
            found = None if found is None else getattr(found, name)
        return found

    return value
