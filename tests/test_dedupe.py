"""Copies and reprints in the archive: who had a text first, over versions, runs and crashes."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from jcnews_spider import clock
from jcnews_spider.archive import Archive, files
from jcnews_spider.archive.ledger.near import CANDIDATES, KEPT
from jcnews_spider.archive.reader import Reader
from jcnews_spider.article import Article, Event
from jcnews_spider.errors import Damaged
from jcnews_spider.pipelines.clean import cleaned
from jcnews_spider.pipelines.dedupe import mark_copy
from jcnews_spider.signature import values
from jcnews_spider.text import text_digest
from tests import notices
from tests.ledgers import address, opened
from tests.reprints import edited, made_text

pytestmark = pytest.mark.usefixtures("either_database")

TEXT = made_text(Random(1), 1200)
OTHER = made_text(Random(2), 1200)


def reprint(seed: int, text: str = TEXT) -> str:
    return edited(Random(seed), text, 3)


def keep(archive: Archive, docid: int, text: str, version: int = 1, event: Event = Event.NEW) -> Article:
    """The record of a text as the store writes it, with one snapshot."""
    path, page = f"html/{docid}.v{version}.html", f"{docid} {version}".encode()
    files.write_whole(archive.root, path, page)
    article = Article(
        id=f"s:{docid}", version=version, event=event, text=text, published_at="2022-10-09",
        fetched_at=clock.utc(1000 * version + docid),
    )  # fmt: skip
    with archive.ledger.transaction():
        archive.ledger.articles.add(article.id, address(docid), None, 0)
        article = mark_copy(cleaned(article), archive)
        archive.send(article, [(path, sha256(page).hexdigest())], text_digest=text_digest(article.text))
    return article


def entries(archive: Archive) -> dict[str, int]:
    """Number of values by the article that has them."""
    rows = archive.ledger._db.execute("SELECT id, count(*) FROM near JOIN articles ON n = article GROUP BY id")
    return {row[0]: row[1] for row in rows}


def test_a_reprint_names_its_original_and_how_alike_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        assert keep(archive, 1, TEXT).duplicate_of is None
        assert keep(archive, 2, OTHER).duplicate_of is None
        found = keep(archive, 3, reprint(1))
    assert (found.duplicate_of, found.near_hash is not None) == ("s:1", True)
    assert found.similarity
    assert 0.8 < found.similarity < 0.95


def test_the_same_text_is_1_and_other_punctuation_is_less(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        assert keep(archive, 2, TEXT.replace("\n\n", "\n")).similarity == 1.0
        assert keep(archive, 3, TEXT.replace("，", ", ")).similarity == 0.999


@pytest.mark.parametrize("sealed", [True, False])
def test_a_reprint_is_found_by_a_later_run(tmp_path: Path, sealed: bool) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        if sealed:
            archive.seal()
    with opened(tmp_path, "r2") as archive:
        assert keep(archive, 2, reprint(1)).duplicate_of == "s:1"


def test_every_reprint_names_the_original_and_none_another_reprint(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 9, TEXT)
        found = [keep(archive, docid, reprint(docid)) for docid in range(1, 9)]
        assert {article.duplicate_of for article in found} == {"s:9"}
        assert entries(archive) == {"s:9": KEPT}


def test_of_two_originals_the_one_archived_first_is_named(tmp_path: Path) -> None:
    half = TEXT[:700]
    with opened(tmp_path) as archive:
        assert keep(archive, 5, half + OTHER[:400]).duplicate_of is None
        assert keep(archive, 6, OTHER[400:800] + half).duplicate_of is None
        found = keep(archive, 7, OTHER[500:700] + half + OTHER[:200])
    assert found.duplicate_of == "s:5"


ONE, TWO = TEXT[:1000], OTHER[:1000]


@pytest.mark.parametrize("texts", [(ONE, TWO, ONE + TWO), (ONE + TWO, ONE, TWO)], ids=["parts first", "parts last"])
def test_a_concatenation_is_no_copy_of_its_parts_nor_they_of_it(tmp_path: Path, texts: tuple[str, ...]) -> None:
    with opened(tmp_path) as archive:
        assert [keep(archive, n, text).duplicate_of for n, text in enumerate(texts, 1)] == [None] * 3


@pytest.mark.parametrize("kind", notices.FORMS)
def test_notices_of_one_form_are_not_thrown_together(tmp_path: Path, kind: str) -> None:
    rng = Random(4)
    with opened(tmp_path) as archive:
        found = [keep(archive, docid, notices.notice(rng, kind)).duplicate_of for docid in range(1, 31)]
    assert [original for original in found if original] == []


def test_a_phrase_that_everybody_uses_is_kept_once_and_fills_nobodys_place(tmp_path: Path) -> None:
    phrase = "以习近平新时代中国特色社会主义思想为指导，全面贯彻落实党的二十大精神，" * 2
    with opened(tmp_path) as archive:
        for docid in range(1, 40):
            keep(archive, docid, phrase + made_text(Random(docid), 600))
        assert set(entries(archive).values()) == {KEPT}
        assert keep(archive, 99, reprint(3, phrase + made_text(Random(30), 600))).duplicate_of == "s:30"
        last = values(keep(archive, 100, phrase + made_text(Random(100), 600)).near_hash or "")
        assert len(archive.ledger.near.candidates("s:100", last)) <= CANDIDATES


# ---- versions


def test_an_edit_of_the_original_is_no_copy_of_its_reprint(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        copy = reprint(1)
        assert keep(archive, 2, copy).duplicate_of == "s:1"
        assert keep(archive, 1, reprint(2), 2, Event.UPDATED).duplicate_of is None
        assert keep(archive, 1, copy, 3, Event.UPDATED).duplicate_of is None


def test_an_edited_article_keeps_few_values_and_is_found_by_its_newest_text(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        keep(archive, 1, reprint(1), 2, Event.UPDATED)
        assert KEPT <= entries(archive)["s:1"] < 2 * KEPT
        keep(archive, 1, OTHER, 3, Event.UPDATED)
        assert keep(archive, 2, reprint(1, OTHER)).duplicate_of == "s:1"
        assert keep(archive, 3, reprint(2, TEXT)).duplicate_of is None


def test_a_reprint_that_is_rewritten_is_an_original(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        keep(archive, 2, reprint(1))
        assert keep(archive, 2, OTHER, 2, Event.UPDATED).duplicate_of is None
        assert keep(archive, 3, reprint(1, OTHER)).duplicate_of == "s:2"


def test_gone_repeats_what_the_version_before_said(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        last = keep(archive, 2, reprint(1))
        gone = replace(last, version=2, event=Event.GONE)
        assert mark_copy(gone, archive) == gone


# ---- undo


def test_an_undone_record_leaves_nothing_and_is_original_again(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        keep(archive, 2, OTHER)
    (tmp_path / "html/1.v1.html").unlink()
    with opened(tmp_path, "r2") as archive:
        assert entries(archive) == {"s:2": KEPT}
        assert keep(archive, 3, reprint(1)).duplicate_of is None
        assert keep(archive, 1, TEXT).duplicate_of == "s:3"


def test_an_undone_version_takes_back_its_own_values_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        archive.seal()
        before = archive.ledger._db.execute("SELECT * FROM near ORDER BY value").fetchall()
        keep(archive, 1, reprint(1), 2, Event.UPDATED)
        keep(archive, 1, OTHER, 3, Event.UPDATED)
    (tmp_path / "html/1.v2.html").unlink()
    with opened(tmp_path, "r2") as archive:
        after = archive.ledger._db.execute("SELECT * FROM near ORDER BY value").fetchall()
        assert [tuple(row) for row in after] == [tuple(row) for row in before]
        assert keep(archive, 2, reprint(2)).duplicate_of == "s:1"


def test_an_original_that_is_undone_and_had_again_is_no_copy_of_its_copy(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        keep(archive, 2, reprint(1))
    (tmp_path / "html/1.v1.html").unlink()
    with opened(tmp_path, "r2") as archive:
        assert keep(archive, 1, TEXT).duplicate_of is None


@pytest.mark.parametrize("again", [TEXT, reprint(1)])
def test_a_damaged_original_is_passed_over_and_the_article_is_kept(
    tmp_path: Path, again: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, TEXT)
        keep(archive, 2, OTHER)
        archive.seal()
        (segment,) = tmp_path.glob("articles/*.jsonl")
        data = bytearray(segment.read_bytes())
        data[data.index(TEXT[:3].encode())] ^= 0x40
        segment.write_bytes(data)
        assert keep(archive, 3, again).duplicate_of is None
        assert "s:3 is not compared with s:1: articles/" in caplog.text
        known = archive.ledger.articles.get("s:1")
        assert known
        with pytest.raises(Damaged, match=r"articles/.*\.jsonl at 0: no record"):
            archive.last_record(known)
        reader = Reader(tmp_path, archive.ledger)
        assert reader.versions("s:1") == []
        assert [record.id for record in reader.versions("s:2")] == ["s:2"]
        with pytest.raises(Damaged):
            reader.newest("s:1")
