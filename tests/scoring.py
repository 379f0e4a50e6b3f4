"""Records held against the replica's gold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

FIELDS = (
    "id url title title_raw subtitle series breadcrumb published_at published_raw source authors editor text images"
    " attachments videos rights sections pages"
).split()


@dataclass
class Score:
    """How an archive compares with the gold."""

    articles: int = 0
    """Listed articles that the gold holds."""
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)
    """Number of records by the field that differs."""
    examples: dict[str, tuple[str, Any, Any]] = field(default_factory=dict)
    """(id, got, wanted) of the first difference of each field."""
    copies: int = 0
    copies_marked: int = 0
    reprints: int = 0
    reprints_marked: int = 0
    wrongly_marked: list[str] = field(default_factory=list)
    """ids of records whose `duplicate_of` is none of their own text."""

    def share(self, name: str) -> float:
        """Share of the records whose field is exact."""
        return 1 - self.wrong[name] / max(1, self.articles)


def score(records: Iterable[Mapping[str, Any]], gold: Iterable[Mapping[str, Any]]) -> Score:
    """The comparison; gold that is no article, or in no list, must have no record."""
    result = Score()
    found: dict[str, Mapping[str, Any]] = {}
    for record in records:
        if record["id"] in found:
            result.twice.append(record["id"])
        found[record["id"]] = record
    wanted = {g["id"]: g for g in gold if g["expect"] == "article" and g["listed"]}
    result.articles = len(wanted)
    result.missing = sorted(wanted.keys() - found.keys())
    result.surplus = sorted(found.keys() - wanted.keys())
    for id_ in wanted.keys() & found.keys():
        _compare(result, found[id_], wanted[id_])
        original = found.get(wanted[id_]["copy_of"])
        if original is not None:
            result.copies += 1
            result.copies_marked += _first(found[id_]) == _first(original)
        reprinted = found.get(wanted[id_]["reprint_of"])
        if reprinted is not None:
            result.reprints += 1
            result.reprints_marked += _first(found[id_]) == _first(reprinted)
    families = {id_: g["copy_of"] or g["reprint_of"] or id_ for id_, g in wanted.items()}
    result.wrongly_marked = sorted(
        id_ for id_ in families.keys() & found.keys()
        if families.get(found[id_]["duplicate_of"] or id_) != families[id_]
    )  # fmt: skip
    return result


def _first(record: Mapping[str, Any]) -> str:
    """id of the article archived first with the record's text."""
    return str(record["duplicate_of"] or record["id"])


def _compare(result: Score, record: Mapping[str, Any], gold: Mapping[str, Any]) -> None:
    got = {
        **record,
        "images": [{"url": image["url"], "caption": image["caption"]} for image in record["images"]],
        "sections": sorted(section["url"] for section in record["sections"]),
        "pages": record["crawl"]["pages"],
    }
    for name in FIELDS:
        wanted = sorted(gold[name]) if name == "sections" else gold[name]
        if got[name] != wanted:
            result.wrong[name] += 1
            result.examples.setdefault(name, (record["id"], got[name], wanted))
    own = record["sections"][0]["url"] if record["sections"] else None
    if gold["sections"] and own != gold["sections"][0]:
        result.wrong["sections[0]"] += 1
        result.examples.setdefault("sections[0]", (record["id"], own, gold["sections"][0]))
