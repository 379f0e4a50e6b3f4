"""Hostile bytes, made by code: what a broken or malicious server may send as an article, a list or anything else.

Each maker gives one body of at most LIMIT bytes, so that a crawl meets the very bytes that the parsers are tried with.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping

from tests.skeleton import editor, page

LIMIT = 10_000_000
"""Bytes of a body at most: the default of JCNEWS_MAX_BODY_MB."""

PARAGRAPHS = ("这是一段虚构的正文，说明本页由测试写成。", "第二段也是虚构的，它比第一段长一些，用来看出缺了什么。")
TEXT = "\n\n".join(PARAGRAPHS)
"""Text of every article among them that is a true one."""

TITLE = "真的题目"
ARTICLE_URL = "http://www.jcnews.com.cn/zt/sxdj/202210/t20221009_956123.html"
LIST_URL = "http://www.jcnews.com.cn/zt/sxdj/"
ITEM = '<li><a href="./202210/t20221009_{0}.html" target="_blank">第{0}篇的题目</a><span>2022-10-09</span></li>'

Payloads = Mapping[str, Callable[[], bytes]]


def article(inside: str = "", *, title: str = TITLE, head: str = "", charset: str = "utf-8") -> bytes:
    """A true article with something more behind its paragraphs or in its head, in any encoding, declared as UTF-8."""
    whole = page(editor(*PARAGRAPHS).removesuffix("</div>") + inside + "</div>", title=title, head=head)
    return whole if charset == "utf-8" else whole.decode().encode(charset)


def listing(items: str, head: str = "") -> bytes:
    """A list page."""
    return f'<html><head><meta charset="utf-8">{head}</head><body><ul class="list">{items}</ul></body></html>'.encode()


def filled(piece: str | bytes, before: str | bytes = "<html><body>", size: int = LIMIT) -> bytes:
    """As many pieces as there is room for."""
    start, unit = (part.encode() if isinstance(part, str) else part for part in (before, piece))
    return start + unit * ((size - len(start)) // len(unit))


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.html", article())
    return held.getvalue()


def _inside(piece: str, before: str = "<p>") -> bytes:
    """A whole article whose body is filled with pieces up to the limit."""
    room = LIMIT - len(article()) - 200
    return article(before + piece * (room // len(piece.encode())))


def _sprinkled(whole: bytes, extra: bytes) -> bytes:
    """The page with something between all of its lines and inside its first paragraph."""
    return whole.replace(b"\n", extra + b"\n").replace("虚构".encode(), "虚".encode() + extra + "构".encode())


NESTED: Payloads = {
    "nested_100k": lambda: article("<div>" * 100_000 + "字" + "</div>" * 100_000),
    "nested_10mb": lambda: filled("<div>"),
    "nested_10mb_in_article": lambda: _inside("<b>"),
    "nested_tables_10mb": lambda: filled("<table><tr><td>"),
    "nested_links_10mb": lambda: filled("<a href=x>"),
    "formatting_1mb": lambda: filled("<b><p>", size=1_000_000),
    "misnested_1mb": lambda: filled("<b><i><p></b></i>", size=1_000_000),
    "closing_10mb": lambda: filled("</div>"),
}
MANY: Payloads = {
    "tiny_tags": lambda: filled("<b>"),
    "tiny_void_tags": lambda: filled("<br>"),
    "tiny_paragraphs": lambda: filled("<p>x</p>"),
    "tiny_paragraphs_in_article": lambda: _inside("<p>x</p>"),
    "tiny_spans_in_article": lambda: _inside("<i>字</i>"),
    "tags_without_end": lambda: filled("<"),
    "tags_without_name": lambda: filled("<>"),
    "bogus_comments": lambda: filled("<?x>"),
    "tags_at_the_count": lambda: filled("<br>", size=799_000),
    "tags_glued": lambda: filled("<p", size=399_000) + b" " * 9_000_000,
    "tags_in_quotes": lambda: filled('<p a="', size=1_100_000) + b" " * 8_000_000,
    "tags_in_two_quotes": lambda: filled("<p a='<b c=" + '"', size=1_200_000) + b" " * 8_000_000,
    "doctypes": lambda: filled("<!a>"),
    "links": lambda: article(_links(200_000)),
    "images": lambda: _inside('<img src="a.jpg">'),
    "metas": lambda: filled("<meta name=a content=b>", "<html><head>"),
    "lists_of_items": lambda: filled("<li>"),
    "tags_under_the_count": lambda: article("<p>，字。</p>" * 149_000),
}
ATTRIBUTES: Payloads = {
    "attributes_distinct": lambda: (
        b"<html><body><p " + b" ".join(b"a%x=1" % n for n in range(1_000_000)) + b">" + article()
    ),
    "attributes_bare": lambda: b"<html><body><p " + b" ".join(b"a%x" % n for n in range(1_200_000)) + b">",
    "attributes_same": lambda: filled("a=1 ", "<html><body><p "),
    "attributes_letters": lambda: filled("a ", "<html><body><p "),
    "attributes_on_html": lambda: filled(b"".join(b"<html a%x=1>" % n for n in range(150_000)), "", 2_500_000),
    "attributes_on_body": lambda: filled(b"".join(b"<body a%x=1>" % n for n in range(150_000)), "<html>", 2_500_000),
    "attributes_glued": lambda: b"<html><body><p " + b"".join(b'a%x="1"' % n for n in range(900_000)) + b">",
    "attributes_in_quotes": lambda: b"<html><p b='<x \"' " + b" ".join(b'a%x=">"' % n for n in range(700_000)) + b">",
    "attributes_in_script": lambda: (
        b"<html><script>a<b c='</script><p " + b" ".join(b"a%x" % n for n in range(1_000_000)) + b">"
    ),
    "attributes_3k_each": lambda: filled(b"<p " + b" ".join(b"a%x" % n for n in range(2_990)) + b">", size=1_800_000),
    "attributes_spread": lambda: filled("<p a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=0 k l m n o p q r s t>"),
    "attribute_value_10mb": lambda: filled("x", '<html><body><p title="'),
    "attribute_value_in_article": lambda: article(f'<p title="{"x" * 9_900_000}">字</p>'),
    "classes_10mb": lambda: filled("position ", '<html><body><p class="'),
    "classes_distinct": lambda: b'<html><body><p class="' + b" ".join(b"a%x" % n for n in range(1_200_000)) + b'">',
    "style_10mb": lambda: filled("display:x;", '<html><body><p style="'),
    "name_10mb": lambda: filled("a", "<html><body><"),
}
LONG: Payloads = {
    "one_line": lambda: filled("字", "<html><body>"),
    "one_line_ascii": lambda: filled("x"),
    "one_line_in_article": lambda: _inside("字"),
    "one_line_of_marks": lambda: _inside("，"),
    "one_line_of_blanks": lambda: _inside(" ", "<p>字"),
    "one_line_of_digits": lambda: _inside("2022-10-"),
    "one_line_of_brackets": lambda: _inside("（"),
    "one_line_of_names": lambda: _inside("记者 王涛 ", "（"),
    "one_line_of_sources": lambda: _inside("来源："),
    "lines_of_links": lambda: article("<p>附件：</p><a href=/t20221009_1.html>甲</a><br><a href=/a/>乙</a>" * 16_000),
    "lines_in_article": lambda: _inside("字<br>"),
    "line_feeds": lambda: filled("\n", "<html><body>x"),
    "entities": lambda: filled("&amp;"),
    "entities_short": lambda: filled("&lt"),
    "entities_numeric": lambda: filled("&#1;"),
    "entities_digits": lambda: filled("0", "<html><body>&#"),
    "entities_unknown": lambda: filled("&a;"),
    "entities_in_article": lambda: _inside("&nbsp;", "字"),
    "entities_of_tags": lambda: _inside("&lt;b&gt;", "字"),
    "script": lambda: article(head=f"<script>{'var a=1;' * 1_200_000}</script>"),
    "script_open": lambda: filled("x", "<html><script>"),
    "script_calls": lambda: article(head=f"<script>{'createPageHTML(' * 600_000}</script>"),
    "script_comments": lambda: article(head=f"<script>countPage t20221009_956123{'/*' * 4_800_000}</script>"),
    "script_links": lambda: article(head=f"<script>{'<a href=a.pdf>' * 650_000}</script>"),
    "script_open_comments": lambda: article(head=f"<script>countPage t20221009_956123{'/* ' * 3_200_000}</script>"),
    "script_open_links": lambda: article(head=f"<script>{'<a ' * 190_000}{'href=a ' * 1_300_000}</script>"),
    "script_one_word": lambda: article(head=f"<script>countPage index t20221009_956123{'a' * 9_800_000}</script>"),
    "script_quotes": lambda: article(f"<script>{chr(34) * 9_900_000}</script>"),
    "script_locations": lambda: filled("location='a", "<html><script>"),
    "scripts_many": lambda: filled("<script>x</script>", "<html><head>"),
    "style_element": lambda: article(head=f"<style>{'a{}' * 3_200_000}</style>"),
    "comment": lambda: article(f"<!--{'x' * 9_900_000}-->"),
    "comment_open": lambda: filled("<!--"),
    "comment_dashes": lambda: filled("-", "<html><!--"),
    "comments_many": lambda: filled("<!---->"),
    "cdata": lambda: filled("<![CDATA[x]]>"),
    "textarea": lambda: filled("x", "<html><body><textarea>"),
    "title_100k": lambda: article(title="题" * 100_000),
    "title_10mb": lambda: filled("题", "<html><head><title>"),
    "titles_many": lambda: filled("<title>题目</title>", "<html><head>"),
    "meta_charsets": lambda: b"\xff" + filled("<meta charset ", ""),
    "meta_refresh_digits": lambda: filled("1", '<meta http-equiv="refresh" content="'),
    "meta_refresh": lambda: filled("1;url=", '<meta http-equiv="refresh" content="'),
    "base_10mb": lambda: article(head=f'<base href="http://a/{"../" * 3_200_000}">'),
}
BINARY: Payloads = {
    "empty": lambda: b"",
    "nul_page": lambda: b"\0" * LIMIT,
    "nul_tags": lambda: filled("<\0", ""),
    "pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + bytes(range(256)) * 400,
    "png": lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 400,
    "jpeg": lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)) * 400,
    "gif": lambda: b"GIF89a" + bytes(range(256)) * 400,
    "gzip": lambda: gzip.compress(article()),
    "gzip_bomb": lambda: gzip.compress(bytes(5 * LIMIT)),
    "zip": _zip,
    "elf": lambda: b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 400,
    "ole": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 400,
    "mp4": lambda: b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 400,
    "webp": lambda: b"RIFF\x24\0\0\0WEBPVP8 " + bytes(range(256)) * 400,
    "random": lambda: _noise(LIMIT),
    "high_bytes": lambda: b"\xff" * LIMIT,
    "half_characters": lambda: b"\xe6" * LIMIT,
    "half_gb18030": lambda: b"\x81\x30" * (LIMIT // 2),
    "json": lambda: filled('{"a":', ""),
    "plain": lambda: filled("plain words ", ""),
    "utf16_bom_open": lambda: b"\xff\xfe" + "<p>".encode("utf-16-le") * 1_600_000,
    "utf16_surrogates": lambda: b"\xff\xfe" + b"\x00\xd8" * 4_999_000,
    "utf32": lambda: article(charset="utf-32"),
}
TRUE: Payloads = {
    "nul_sprinkled": lambda: _sprinkled(article(), b"\0"),
    "nul_before_each_line": lambda: article().replace(b"\n", b"\n\0\0\0"),
    "controls_sprinkled": lambda: _sprinkled(article(), b"\x01\x08\x1b\x7f"),
    "declared_gbk": lambda: article().replace(b'charset="utf-8"', b'charset="gbk"'),
    "declared_utf8_sent_gb18030": lambda: article(charset="gb18030"),
    "declared_nonsense": lambda: article().replace(b'charset="utf-8"', b'charset="\0nonsense"'),
    "declared_utf7": lambda: article().replace(b'charset="utf-8"', b'charset="utf-7"'),
    "declared_idna": lambda: article(charset="gb18030").replace(b'charset="utf-8"', b'charset="idna"'),
    "utf8_bom": lambda: b"\xef\xbb\xbf" + article(),
    "utf16_le_bom": lambda: b"\xff\xfe" + article(charset="utf-16-le"),
    "utf16_be_bom": lambda: b"\xfe\xff" + article(charset="utf-16-be"),
    "utf16_le": lambda: article(charset="utf-16-le"),
    "utf16_be": lambda: article(charset="utf-16-be"),
    "separators_in_title": lambda: article(title=f"\u2028{TITLE}\u2029"),
    "escape_in_title": lambda: article(title=f"\x1b{TITLE}"),
    "newlines_in_title": lambda: article(title=f"\r\n{TITLE}\r\n\v\f"),
    "bidi_in_title": lambda: article(title=f"\u202e{TITLE}\u202c\u2066\u2069\u200e\u061c"),
    "bidi_references_in_title": lambda: article().replace("真的".encode(), b"&#x202E;&#8294;" + "真的".encode()),
    "bidi_in_text": lambda: _sprinkled(article(), "\u202e".encode()),
}
"""True articles, which are kept with their TITLE and TEXT."""

ARTICLES: Payloads = {**NESTED, **MANY, **ATTRIBUTES, **LONG, **BINARY, **TRUE}

REFUSED = frozenset(
    {*NESTED, *MANY, *BINARY, *(name for name in ATTRIBUTES if name != "attribute_value_in_article")}
) - {"nested_100k", "nested_10mb_in_article", "utf32"}
"""Those of the articles that are none."""

LISTS: Payloads = {
    "list_links": lambda: listing(_links(200_000)),
    "list_items": lambda: listing("".join(map(ITEM.format, range(70_000)))),
    "list_short_links": lambda: filled("<a href=a>b"),
    "list_links_10mb": lambda: filled('<a href="/xw/202210/t20221009_1.html">题</a>'),
    "list_external": lambda: listing("".join(f'<a href="http://a{n}.cn/">b</a>' for n in range(200_000))),
    "list_sections": lambda: listing("".join(f'<a href="/a{n}/">b</a>' for n in range(200_000))),
    "list_script_links": lambda: listing("<script>" + "'/xw/202210/t20221009_1.html'" * 330_000 + "</script>"),
    "list_script_titles": lambda: listing("<script>" + "'/a' 题" * 900_000 + "</script>"),
    "list_script_chinese": lambda: listing("<script>'/a'" + chr(34) + "字" * 3_200_000 + "</script>"),
    "list_script_quotes": lambda: listing("<script>" + "href='" * 1_600_000 + "</script>"),
    "list_one_row": lambda: filled('<a href="t20221009_1.html">b</a>', "<html><body><ul><li>", 5_000_000),
    "list_long_row": lambda: listing(f"<li>{'字' * 3_000_000}" + '<a href="t20221009_1.html">b</a>' * 9_900),
    "list_deep_items": lambda: listing("<div>" * 1_500 + "".join(map(ITEM.format, range(9_900)))),
    "list_long_address": lambda: listing(f'<a href="/xw/{"a" * 9_900_000}">b</a>'),
    "list_long_dots": lambda: listing(f'<a href="{"../" * 3_200_000}xw/202210/t20221009_1.html">b</a>'),
    "list_long_title": lambda: listing(ITEM.format(1).replace("第", "第" * 3_200_000)),
    "list_clicks": lambda: listing(
        "<div onclick=\"go('./202210/t20221009_1.html')\">" * 1_500 + "<img src=a>" * 20_000
    ),
    "list_classes": lambda: listing(
        f"<div class='{'odd x ' * 100_000}'>" + "<div>题</div>".replace("题", _links(1)) * 3_000
    ),
    "list_crumb": lambda: listing("当前位置" * 800_000),
    "list_crumbs": lambda: listing("<a>位置</a>" * 600_000),
}
"""List pages, beside what ARTICLES hold."""


def _links(count: int) -> str:
    return "".join(f'<a href="./202210/t20221009_{n}.html">x</a>' for n in range(count))


def _noise(size: int) -> bytes:
    """Bytes without any order, the same every time."""
    state, made = 1, bytearray()
    while len(made) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        made += state.to_bytes(8, "big")[:4]
    return bytes(made[:size])
