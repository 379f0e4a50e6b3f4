"""How predictions compare with labels: characters of the body, and fields that are right."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from statistics import mean, median
from typing import Any

Record = Mapping[str, Any]


def fold(text: str | None) -> str:
    """Text for comparison: NFKC, lower case, no blanks, straight quotes."""
    folded = unicodedata.normalize("NFKC", text or "").lower()
    folded = re.sub("[“”„]", '"', re.sub("[‘’`]", "'", folded))
    return re.sub("[\\s\u200b\ufeff\ufffd]+", "", folded)


def body_f1(found: Record, label: Record) -> float:
    """F1 over the character bigrams of the bodies."""
    got, wanted = (_bigrams(_body(record)) for record in (found, label))
    if not got or not wanted:
        return float(got == wanted)
    common = sum((got & wanted).values())
    return 2 * common / (sum(got.values()) + sum(wanted.values()))


def _body(record: Record) -> str:
    paragraphs = record.get("body_paragraphs")
    return fold("".join(paragraphs) if paragraphs else record.get("body"))


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[index : index + 2] for index in range(len(text) - 1))


def marks(found: Record, label: Record) -> dict[str, float]:
    """The figures of one page; a field that its label does not have is left out."""
    titles = [fold(title) for title in (label["title"], *(label.get("title_alt") or []))]
    result = {"body": body_f1(found, label), "title": float(fold(found.get("title")) in titles)}
    printed, got = label.get("published_at") or "", _date(found.get("published_at"))
    if printed:
        result["day"] = float(_date(printed)[:10] == got[:10])
    if len(printed) > 10:
        result["minute"] = float(_date(printed)[:16] == got[:16])
    if label.get("source"):
        result["source"] = float(fold(label["source"]) == fold(found.get("source")))
    if label.get("editor"):
        result["editor"] = float(fold(label["editor"]) in fold(found.get("editor")))
    if label.get("authors"):
        result["author"] = float(any(fold(label["authors"][0]) in fold(name) for name in found.get("authors") or []))
    return result


def _date(text: str | None) -> str:
    """`2022-10-09T10:28`, whatever stands between the numbers."""
    numbers = re.findall(r"\d+", text or "")[:5]
    padded = [number.zfill(2) for number in numbers]
    return "-".join(padded[:3]) + ("T" + ":".join(padded[3:5]) if len(padded) == 5 else "")


def summary(pages: list[dict[str, float]]) -> dict[str, float]:
    """Means over the pages that have a figure, and the median of the bodies."""
    names = dict.fromkeys(name for page in pages for name in page)
    means = {name: mean([page[name] for page in pages if name in page]) for name in names}
    return {"body": means.pop("body"), "median": median([page["body"] for page in pages]), **means}
