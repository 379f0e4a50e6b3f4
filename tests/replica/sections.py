"""The sections of the site with the look of their lists: one row each, so that every form of SITE.md §3 occurs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charset:
    """How a page is encoded and what it says about it."""

    name: str
    codec: str
    """Python codec of the bytes."""
    meta: str | None = None
    """Charset of the page's meta element."""
    header: str | None = None
    """Charset of the Content-Type header."""
    bom: bool = False


CHARSETS = {
    charset.name: charset
    for charset in (
        Charset("utf8", "utf-8", meta="utf-8"),
        Charset("utf8_header", "utf-8", meta="utf-8", header="utf-8"),
        Charset("utf8_undeclared", "utf-8"),
        Charset("utf8_bom", "utf-8", meta="utf-8", bom=True),
        Charset("utf8_bom_meta_gbk", "utf-8", meta="gbk", bom=True),
        Charset("utf8_header_gbk", "utf-8", meta="utf-8", header="GBK"),
        Charset("gbk", "gbk", meta="gbk"),
        Charset("gbk_meta_gb2312", "gbk", meta="gb2312"),
        Charset("gbk_header", "gbk", header="GBK"),
        Charset("gbk_undeclared", "gbk"),
        Charset("gbk_meta_utf8", "gbk", meta="utf-8"),
        Charset("gb18030_meta_gb2312", "gb18030", meta="gb2312"),
    )
}


@dataclass(frozen=True, slots=True)
class Section:
    """A listing: where it is, how much it gets and how its pages are written."""

    name: str
    path: str
    weight: int
    """Share of the documents that are its own."""
    items: str
    """Name of a function in `lists.ITEMS`."""
    pager: str
    """Name of a function in `pagers.PAGERS`."""
    titles: str = "full"
    """full, cut (with the whole title in title=) or lost (cut without it)."""
    cross: int = 0
    """Share of the references to other sections' documents that it shows."""
    pinned: bool = False
    capped: bool = False
    charset: str = "utf8"


# Paths: SITE.md §1.1. Names of pinyin paths without a source are invented; so is the path /zt/sxdj/ of the column.
SECTIONS: tuple[Section, ...] = (
    Section("晋城新闻", "xw/jcxw", 16, "ul_span", "call", titles="cut", cross=3, pinned=True),
    Section("牢记嘱托 山西答卷", "zt/sxdj", 8, "ul_span", "call_total", cross=2),
    Section("山西新闻", "xw/sxxw", 9, "month_day", "variables", capped=True),
    Section("社会新闻", "xw/shxw", 6, "table", "both", titles="lost"),
    Section("国内新闻", "xw/gnxw", 8, "no_date", "none", cross=2, capped=True),
    Section("焦点新闻", "xw/jdxw", 6, "date_in_link", "call_blanks", cross=4, pinned=True),
    Section("县区新闻", "xw/xqxw", 5, "table_groups", "definition", titles="cut"),
    Section("综合新闻", "xw/zhxw", 5, "script", "call_total_string", cross=4),
    Section("评论", "xw/pl", 3, "italic", "call_container"),
    Section("网事", "xw/ms009", 2, "time_first", "call_html5", charset="gbk_meta_gb2312"),
    Section("网报热点", "xw/wbrd001", 2, "span_script", "call_wcm"),
    Section("财经", "lm/cj", 4, "ul_span", "call_next", charset="gbk"),
    Section("图集", "lm/tj", 2, "no_date", "call"),
    Section("专项任务", "lm/zx_2017rw", 1, "script_plain", "none"),
    Section("房产", "stlm/jzx/fc", 2, "table", "call", charset="gbk_undeclared"),
    Section("汽车", "stlm/jzx/qc", 2, "month_day", "both_variables", charset="gb18030_meta_gb2312"),
    Section("旅游", "stlm/jsh/ly", 3, "ul_span", "variables", cross=2),
    Section("美食", "stlm/jsh/ms", 2, "date_in_link", "call", titles="lost"),
    Section("文化", "stlm/jwh/wh", 3, "italic", "definition", pinned=True),
    Section("教育", "stlm/jwh/jy", 3, "ul_span", "none", charset="utf8_bom"),
    Section("民生", "stlm/jnl/ms", 3, "time_first", "call_total", titles="cut"),
    Section("公益", "stlm/jnl/gy", 1, "span_script", "call", charset="utf8_header_gbk"),
    Section("娱乐", "stlm/jyt/yl", 2, "script", "variables"),
    Section("体育", "stlm/jyt/ty", 2, "table_groups", "call_blanks", charset="utf8_header"),
)
ROLL = Section("新闻", "xw", 0, "ul_span", "call", titles="cut")
# A parent without a list of its own sends to its first child (SITE.md §1.2).
PARENTS = {"lm": "cj", "stlm": "jzx/fc", "stlm/jzx": "fc", "stlm/jsh": "ly", "stlm/jwh": "wh", "stlm/jnl": "ms",
           "stlm/jyt": "yl", "zt": "sxdj"}  # fmt: skip
BY_PATH = {section.path: section for section in (*SECTIONS, ROLL)}


def up(path: str) -> str:
    """`../` once for every folder of a path."""
    return "../" * (path.count("/") + 1)
