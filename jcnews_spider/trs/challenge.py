"""Answers of anti-bot products, which look like pages and are none (SITE.md §5.3)."""

from __future__ import annotations

import re

_SIGNS = (
    ("加速乐", re.compile(r"__jsl_clearance|__jsluid|x-via-jsl", re.IGNORECASE)),
    ("瑞数", re.compile(r"\$_ts\b")),
    ("网站卫士", re.compile(r"wzws(?:confirm|template|challenge|relw|-ray)|请开启JavaScript并刷新", re.IGNORECASE)),
    ("Aliyun", re.compile(r"acw_sc__v2")),
    ("云锁", re.compile(r"yunsuo_session")),
    ("安全狗", re.compile(r"safedog", re.IGNORECASE)),
    ("Huawei", re.compile(r"HWWAFSESID")),
)
_STATUSES = {521: "加速乐", 412: "瑞数"}
MOST_TEXT = 20_000
"""Characters of an answer in which a product's marks are looked for: challenges are short, articles name products."""


def challenger(text: str, status: int = 200, headers: str = "") -> str | None:
    """The product that answered instead of the site, None when the site did; `headers` as lines.

    A product's cookies alone prove nothing, they come with its pages too: only a short page without Chinese text, or
    a status that no static server gives.
    """
    if product := _STATUSES.get(status):
        return product
    is_page = len(text) > MOST_TEXT or len(re.findall(r"[\u4e00-\u9fa5]", text)) > 200
    if is_page and status == 200:
        return None
    seen = text if status == 200 else f"{headers}\n{text[:MOST_TEXT]}"
    return next((product for product, sign in _SIGNS if sign.search(seen)), None)
