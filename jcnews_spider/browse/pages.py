"""HTML from templates: everything that is put into one is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from jcnews_spider.browse.phrases import Language, field_name, phrase

_ENVIRONMENT = Environment(
    loader=PackageLoader("jcnews_spider.browse"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, values: Mapping[str, Any], language: Language, here: tuple[str, Mapping[str, str]]) -> bytes:
    """A page; `here` is its own path and query, for the link to the other language."""
    path, query = here
    other: Language = "en" if language == "zh" else "zh"
    own = {name: value for name, value in query.items() if name != "lang"}
    tools = {
        "t": lambda name, *parts: phrase(name, language, *parts),
        "field_name": partial(field_name, language=language),
        "link": partial(link, language),
        "lang": language,
        "other": link(other, path, own),
        "when": when,
        "web_address": web_address,
    }
    return _ENVIRONMENT.get_template(template).render(**tools, **values, tools=tools).encode("utf-8", "replace")


def link(language: Language, path: str, query: Mapping[str, object] | None = None, /, **more: object) -> str:
    """An address of this server in a language; what is empty in the query is left out."""
    pairs = {name: value for name, value in {**(query or {}), **more}.items() if value not in (None, "")}
    if language != "zh":
        pairs["lang"] = language
    own = "/" + path.lstrip("/")  # `//host/` would lead elsewhere
    return quote(own, safe="/:") + (f"?{urlencode(pairs)}" if pairs else "")


def when(moment: str | None) -> str:
    """A time of a record for people: `2022-10-09 10:28`, or the day alone; as it is when it is none."""
    text = moment or ""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if len(text) == len(date.min.isoformat()) else f"{parsed:%Y-%m-%d %H:%M}"


def web_address(url: str) -> str | None:
    """The address if a link may lead there: only to the web, never to a script."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
