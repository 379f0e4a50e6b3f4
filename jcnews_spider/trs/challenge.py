"""Answers of anti-bot products, which look like pages and are none (SITE.md §5.3)."""

from __future__ import annotations

import re

from jcnews_spider.encoding import decode

_SIGNS = (
    ("加速乐", re.compile(rb"__jsl_clearance|__jsluid|x-via-jsl", re.IGNORECASE)),
    ("瑞数", re.compile(rb"\$_ts\b")),
    ("网站卫士", re.compile(rb"wzws(?:confirm|template|challenge|relw|-ray)", re.IGNORECASE)),
    ("网站卫士", re.compile(b"|".join("请开启JavaScript并刷新".encode(name) for name in ("utf-8", "gb18030")))),
    ("Aliyun", re.compile(rb"acw_sc__v2")),
    ("云锁", re.compile(rb"yunsuo_session")),
    ("安全狗", re.compile(rb"safedog", re.IGNORECASE)),
    ("Huawei", re.compile(rb"HWWAFSESID")),
)
_STATUSES = {521: "加速乐", 412: "瑞数"}
REFUSALS = frozenset({403, 405, 503})
_CHINESE = re.compile(r"[\u4e00-\u9fa5]")
_ASCII = bytes(range(0x80))

MOST_BYTES = 60_000
"""Bytes of an answer in which a product's marks are looked for: challenges are short, articles name products."""

MOST_CHINESE = 200
"""Chinese characters that a challenge shows at most."""

SURELY_A_PAGE = 1_800
"""Bytes beyond ASCII from which an answer is a page: three times those characters in UTF-8, for punctuation and GBK.
They are counted in a hundredth of the time in which the marks are looked for, and nearly every article has more."""


def challenger(body: bytes, status: int = 200, headers: bytes = b"") -> str | None:
    """The product that answered instead of the site, None when the site did; `headers` as lines.

    A product's cookies alone prove nothing, they come with its pages too, and with its 404s: only a short page without
    Chinese text, a status that refuses, or one that no static server gives.
    """
    if product := _STATUSES.get(status):
        return product
    is_refusal = status in REFUSALS
    is_page = status != 200 or len(body) > MOST_BYTES or len(body.translate(None, _ASCII)) > SURELY_A_PAGE
    if is_page and not is_refusal:
        return None
    seen = headers + b"\n" + body[:MOST_BYTES] if is_refusal else body
    product = next((product for product, sign in _SIGNS if sign.search(seen)), None)
    shows_text = product and not is_refusal and len(_CHINESE.findall(decode(body).text)) > MOST_CHINESE
    return None if shows_text else product
