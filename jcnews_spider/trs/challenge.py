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
_REFUSALS = frozenset({403, 405, 503})
_CHINESE = re.compile(r"[\u4e00-\u9fa5]")

MOST_BYTES = 60_000
"""Bytes of an answer in which a product's marks are looked for: challenges are short, articles name products."""

MOST_CHINESE = 200
"""Chinese characters that a challenge shows at most."""

_IN_CHINESE = re.compile(
    rb"(?:[^\xe4-\xe9]*+(?:\xe4[\xb8-\xbf]|[\xe5-\xe8][\x80-\xbf]|\xe9[\x80-\xbd])[\x80-\xbf]){%d}" % (MOST_CHINESE + 1)
)
"""More of them in UTF-8, as the second half of nearly every page has: found in a fiftieth of the time of the signs."""


def challenger(body: bytes, status: int = 200, headers: bytes = b"") -> str | None:
    """The product that answered instead of the site, None when the site did; `headers` as lines.

    A product's cookies alone prove nothing, they come with its pages too, and with its 404s: only a short page without
    Chinese text, a status that refuses, or one that no static server gives.
    """
    if product := _STATUSES.get(status):
        return product
    is_refusal = status in _REFUSALS
    if not is_refusal and (status != 200 or len(body) > MOST_BYTES or _IN_CHINESE.match(body, len(body) // 2)):
        return None
    seen = headers + b"\n" + body[:MOST_BYTES] if is_refusal else body
    product = next((product for product, sign in _SIGNS if sign.search(seen)), None)
    is_page = product and not is_refusal and len(_CHINESE.findall(decode(body).text)) > MOST_CHINESE
    return None if is_page else product
