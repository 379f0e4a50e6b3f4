"""Strings of web pages made safe, plain and comparable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from operator import is_not
from typing import Any, TypeVar

T = TypeVar("T")

DIGEST_BYTES = 16
"""Bytes of a text's digest that are kept: among 2^64 texts two would share one by chance."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""What turns the direction of writing: a line that holds one shows something else than it says."""
_UNSAFE = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060\ufeff\ufff9-\ufffb\ud800-\udfff{_DIRECTIONS}]"
)
"""What any of the others would change; most text has none of it."""
_INVISIBLE = re.compile(f"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufff9-\ufffb{_DIRECTIONS}]")


def safe(text: str) -> str:
    """The text without what breaks a line, a log or a terminal.

    Every line end is a line feed; control, direction and zero-width characters are out, a lone surrogate is U+FFFD;
    nothing that can be seen is lost.
    """
    if not _UNSAFE.search(text):
        return text
    text = _LINE_ENDS.sub("\n", text)
    return _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", text))


def shown(text: str) -> str:
    """The text for a terminal or a log: what would steer it stands as an escape, further lines are indented."""
    return _UNSAFE.sub(_escape, text).replace("\n", "\n    ")


def _escape(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def one_line(text: str) -> str:
    """Safe text in which every run of blanks, full-width and non-breaking ones too, is one space; none at its ends."""
    return " ".join(safe(text).split())


def paragraphs(lines: Iterable[str]) -> str:
    """The lines that are not blank, each made plain, with a blank line between two."""
    return "\n\n".join(filter(None, map(one_line, lines)))


def text_digest(text: str) -> bytes | None:
    """Digest of a text without its blanks, None for an empty one: two picture pages are no copies of each other."""
    folded = "".join(text.split())
    return sha256(folded.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES] if folded else None


def safe_strings(value: T) -> T:
    """A dataclass value with every string in it, however deep, made safe; itself when all are: nearly always."""
    safe_value: T = _safe(value)
    return safe_value


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        text = safe(value)
        return value if text is value else type(value)(text)
    if isinstance(value, tuple):
        parts = tuple(map(_safe, value))
        return parts if any(map(is_not, parts, value)) else value
    if is_dataclass(value) and not isinstance(value, type):
        every = {f.name: getattr(value, f.name) for f in fields(value)}
        made = {name: _safe(part) for name, part in every.items()}
        return replace(value, **made) if any(map(is_not, made.values(), every.values())) else value
    return value
