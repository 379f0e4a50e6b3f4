"""The item forms of SITE.md §3.2, and a whole list page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from tests.replica import frame
from tests.replica.pagers import PAGERS
from tests.replica.sections import Charset, Section, up


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list as the page shows it."""

    href: str
    title: str
    shown: datetime


Items = Callable[[Sequence[Item], str], str]


def _link(item: Item, titles: str, inside: str | None = None) -> str:
    """The `<a>`; long titles are cut as the section does it."""
    text, attribute = item.title, ""
    if titles != "full" and len(text) > 16:
        text = text[:14] + ("...", "…")[len(text) % 2]
    if titles == "cut":
        attribute = f' title="{escape(item.title)}"'
    body = escape(text, quote=False) if inside is None else inside.replace("%s", escape(text, quote=False))
    return f'<a href="{item.href}"{attribute} target="_blank">{body}</a>'


def _ul(before: str = "", after: str = "") -> Items:
    def written(items: Sequence[Item], titles: str) -> str:
        lines = (
            f"<li>{item.shown.strftime(before)}{_link(item, titles)}{item.shown.strftime(after)}</li>\n"
            for item in items
        )
        return f'<ul class="list_ul">\n{"".join(lines)}</ul>\n'

    return written


def _date_in_link(items: Sequence[Item], titles: str) -> str:
    lines = (
        '<li class="item">'
        + _link(item, titles, f"<div><em>{item.shown:%Y-%m-%d %H:%M}</em></div><h3>%s</h3><span></span>")
        + "</li>\n"
        for item in items
    )
    return f"<ul>\n{''.join(lines)}</ul>\n"


def _rows(items: Sequence[Item], titles: str, every: int) -> str:
    lines = []
    for place, item in enumerate(items, 1):
        lines.append(
            f'<tr><td width=20><img src="/images/dot.gif"></td><td>{_link(item, titles)}</td>'
            f"<td>{item.shown:%Y-%m-%d}</td></tr>\n"
        )
        if every and place % every == 0:
            lines.append('<TR height=1><TD colspan=3 class="GroupBlankLine"></TD></TR>\n')
    return f'<table class="list_table" width="100%">\n{"".join(lines)}</table>\n'


def _table(items: Sequence[Item], titles: str) -> str:
    return _rows(items, titles, 0)


def _table_groups(items: Sequence[Item], titles: str) -> str:
    return _rows(items, titles, 5)


def _script(items: Sequence[Item], titles: str) -> str:
    lines = (
        f'<li><script>var url="{item.href}"; var title={_literal(item.title)}; '
        'document.writeln("<a href="+url+" target=_blank>"+title+"</a>");</script>'
        f"<span>{item.shown:%Y-%m-%d}</span></li>\n"
        for item in items
    )
    return f"<ul>\n{''.join(lines)}</ul>\n"


def _script_plain(items: Sequence[Item], titles: str) -> str:
    lines = (
        f'<script>\nvar str_1 = "{item.href}";\nvar str_3 = {_literal(item.title)};\n'
        f'var str_4 = "{item.shown:%m-%d}";\n'
        "document.write('<li><a href=\"'+str_1+'\">'+str_3+'</a><span>'+str_4+'</span></li>');\n</script>\n"
        for item in items
    )
    return f"<ul>\n{''.join(lines)}</ul>\n"


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


ITEMS: dict[str, Items] = {
    "ul_span": _ul(after="<span>%Y-%m-%d</span>"),
    "month_day": _ul(after="<span>%m-%d</span>"),
    "no_date": _ul(),
    "italic": _ul(after="<i>%Y-%m-%d</i>"),
    "time_first": _ul(before="<time>%Y-%m-%d</time>"),
    "span_script": _ul(
        after='<span class="time"><script>document.write("%Y-%m-%d".substring(5));</script>%Y-%m-%d</span>'
    ),
    "date_in_link": _date_in_link,
    "table": _table,
    "table_groups": _table_groups,
    "script": _script,
    "script_plain": _script_plain,
}


def page(
    section: Section,
    charset: Charset,
    items: Sequence[Item],
    position: tuple[int, int, int],
    headlines: Sequence[tuple[str, str]],
) -> str:
    """The HTML of a list page; `position` is pages, index and total number of entries."""
    root = up(section.path)
    pager = PAGERS[section.pager](*position)
    return "".join(
        (
            frame.head(f"{section.name}_{frame.SITE_TITLE}", charset),
            frame.top(root),
            frame.crumbs(root, section, "./"),
            f'<div class="jz"><div class="list fl"><div class="bt">{section.name}</div>\n',
            ITEMS[section.items](items, section.titles),
            f'<div class="page" id="pages-nav">{pager}</div></div>\n',
            frame.side(root, headlines),
            "</div>\n",
            frame.footer(root),
        )
    )
