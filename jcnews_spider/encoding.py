"""The text of a page's bytes, decided by evidence: a header or a meta tag is a hint, never an order (SITE.md §5.1)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import chain

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WIDE = (
    (re.compile(rb"(?:[\t\n\r ]\0)*<\0[!?a-zA-Z]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t\n\r ])*\0<\0[!?a-zA-Z]"), "utf-16-be"),
)
"""How a page begins that is UTF-16 without a BOM."""
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.IGNORECASE)
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年月日市县新闻网報這為國個會發時們來對"
)
"""Characters of which every Chinese page of some length has many."""

ALMOST = 0.02
"""Share of broken sequences among the non-ASCII characters up to which a page is still UTF-8: one cut by an editor's
`substring`, not one in another encoding, where nearly every character breaks."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the encoding that gave it."""

    text: str
    encoding: str


def decode(body: bytes, *hints: str | None) -> Decoded:
    """The text without NUL and without a BOM; never raises, what cannot be decoded becomes U+FFFD."""
    decoded = _decide(body, hints)
    if decoded.encoding == "utf-8" and b"\0" not in body:
        return decoded
    return Decoded(decoded.text.replace("\0", ""), decoded.encoding)


def _decide(body: bytes, hints: tuple[str | None, ...]) -> Decoded:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            body = body[len(bom) :]
            if encoding != "utf-8":
                return Decoded(body.decode(encoding, "replace"), encoding)
    for beginning, encoding in _WIDE:
        if beginning.match(body):
            return Decoded(body.decode(encoding, "replace"), encoding)
    if (text := _strict(body, "utf-8")) is not None:
        return Decoded(text, "utf-8")
    utf8 = Decoded(body.decode("utf-8", "replace"), "utf-8")
    broken = utf8.text.count("\ufffd")
    if not broken or broken <= ALMOST * _non_ascii(utf8.text):
        return utf8
    names = _named(body, hints)
    if len(names) == 1 and (text := _strict(body, names[0])) is not None:
        return Decoded(text, names[0])
    others = (Decoded(text, name) for name in names if (text := _read(body, name)) is not None)
    return max(chain(others, [utf8]), key=_likeness)


def _named(body: bytes, hints: tuple[str | None, ...]) -> list[str]:
    """GB18030, which holds GB2312 and GBK, then what header and meta name beside UTF-8."""
    meta = _META.search(body[:65536])
    named = [*hints, meta[1].decode("ascii") if meta else None]
    return list(dict.fromkeys(["gb18030", *(name for hint in named if hint and (name := _codec(hint)))]))


def _codec(hint: str) -> str | None:
    try:
        name = codecs.lookup(hint.strip().lower().removeprefix("x-")).name
    except (LookupError, ValueError):
        return None
    if name.startswith("utf-"):  # told without hints, UTF-16 by how a page begins: it makes ideographs of any bytes
        return None
    return "gb18030" if name in ("gb2312", "gbk") else name


def _read(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding, "replace")
    except (LookupError, ValueError):
        return None


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _likeness(decoded: Decoded) -> tuple[float, int]:
    """How much like a Chinese page a text is: the share of common characters among the non-ASCII ones, then how little
    of it is broken. A page stays what it is with a broken character, and no single-byte codec ever breaks one.
    """
    text = decoded.text
    return sum(map(text.count, _COMMON)) / max(1, _non_ascii(text)), -text.count("\ufffd")


def _non_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
