"""The ledger: what is due and when, sections and their marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jcnews_spider import clock
from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger import Ledger
from jcnews_spider.archive.ledger.articles import RETRY_AFTER_S, Kept, KnownArticle
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.archive.ledger.images import StoredImage
from jcnews_spider.items import Walked
from tests.ledgers import EVER, address, due, opened

pytestmark = pytest.mark.usefixtures("either_database")

DAY = 86_400
AGES = (DAY, 3 * DAY, 7 * DAY)


def known(archive: Archive, docid: int) -> KnownArticle:
    found = archive.ledger.articles.get(f"s:{docid}")
    assert found
    return found


def keep(archive: Archive, docid: int, *, published: int, checked: int) -> KnownArticle:
    """An article that was kept and last shown at a time."""
    articles = archive.ledger.articles
    articles.add(f"s:{docid}", address(docid), None, 0)
    articles.keep(f"s:{docid}", Kept(1, "00", "1", published, None))
    articles.seen(known(archive, docid), checked, known(archive, docid).url, (("e", "m"),))
    return known(archive, docid)


def rechecks(archive: Archive, now: int, ages: tuple[int, ...] | None = AGES) -> list[str]:
    scope = Scope("s", now, recheck_after_s=ages)
    return [article.id for article in archive.ledger.due.rechecks(scope, None, 100)]


def test_due_articles_come_newest_first_and_in_batches(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles, waiting = archive.ledger.articles, archive.ledger.due.waiting
        for docid, day in ((1, date(2022, 1, 1)), (2, date(2022, 3, 1)), (3, date(2022, 2, 1))):
            articles.add(f"s:{docid}", address(docid, day), None, 0)
        articles.add("other:9", address(9), None, 0)
        first = waiting(Scope("s", 0), None, 2)
        rest = waiting(Scope("s", 0), first[-1], 2)
    assert [known.id for known in first + rest] == ["s:2", "s:3", "s:1"]


def test_a_scope_bounds_what_is_due(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        ledger = archive.ledger
        for docid, section, day in ((1, "xw", 1), (2, "xw", 5), (3, "lm", 5)):
            ledger.sections.add("s", section, None)
            ledger.articles.add(f"s:{docid}", address(docid, date(2022, 1, day)), None, 0)
            ledger.sections.add_member("s", section, f"s:{docid}")
        whole = Scope("s", EVER)

        def ids(scope: Scope) -> set[str]:
            assert archive.ledger.due.numbers(scope)["waiting"] == len(due(archive, scope))
            return set(due(archive, scope))

        assert ids(replace(whole, sections=["xw"])) == {"s:1", "s:2"}
        assert ids(replace(whole, sections=["xw"], since=date(2022, 1, 2))) == {"s:2"}
        assert ids(replace(whole, until=date(2022, 1, 1))) == {"s:1"}
        assert ids(replace(whole, sections=[], ids=["s:3"])) == {"s:3"}
        assert ids(replace(whole, sections=[])) == set()


@pytest.mark.parametrize(("state", "first"), [("failed", 0), ("skipped", 1)])
def test_retries_wait_longer_each_time(tmp_path: Path, state: str, first: int) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        articles.add("s:1", address(1), None, 0)
        now, waits = 1000, []
        for _ in range(6):
            articles.miss(known(archive, 1), known(archive, 1).url, state, "http_500", now)
            later = next(t for t in (*RETRY_AFTER_S, EVER) if due(archive, Scope("s", now + t)))
            waits.append(later)
            now += later
    assert waits == [0, 3600, 21600, 86400, 604800, 604800, 604800][first : first + 6]


def test_an_article_is_checked_again_at_each_age_unless_it_was_asked_since(tmp_path: Path) -> None:
    published = 1_000_000
    with opened(tmp_path) as archive:
        article = keep(archive, 1, published=published, checked=published + 100)
        asked_at = []
        for now in range(published, published + 20 * DAY, DAY // 4):
            if rechecks(archive, now):
                asked_at.append((now - published) / DAY)
                archive.ledger.articles.seen(article, now, article.url, ())
    assert asked_at == [1, 3, 7]


def test_an_old_article_is_not_checked_and_one_missed_for_long_once(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, published=0, checked=7 * DAY)
        late = keep(archive, 2, published=0, checked=100)
        assert rechecks(archive, 300 * DAY) == ["s:2"]
        archive.ledger.articles.seen(late, 300 * DAY, late.url, ())
        assert rechecks(archive, 400 * DAY) == []
        assert rechecks(archive, 400 * DAY, ages=()) == []
        assert rechecks(archive, 400 * DAY, ages=(250 * DAY,)) == ["s:1"]
        assert rechecks(archive, 400 * DAY, ages=None) == ["s:2", "s:1"]


def test_a_recheck_that_failed_is_tried_again_on_the_schedule_of_retries(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        article = keep(archive, 1, published=0, checked=100)
        archive.ledger.articles.miss(article, article.url, "failed", "timeout", DAY)
        assert known(archive, 1).state == "kept"
        assert rechecks(archive, DAY) == ["s:1"]
        archive.ledger.articles.miss(article, article.url, "failed", "timeout", DAY)
        assert [rechecks(archive, DAY + wait) for wait in (3599, 3600)] == [[], ["s:1"]]


def test_what_is_missing_is_due_at_the_next_run_and_gone_after_a_while(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        article = keep(archive, 1, published=0, checked=30 * DAY)

        def gone(run_started: int) -> bool:
            return bool(articles.missing_for("s", run_started, DAY))

        articles.missing(article, "http_404", 40 * DAY + 5)
        assert rechecks(archive, 40 * DAY + 10) == ["s:1"]
        assert not gone(40 * DAY)
        articles.missing(article, "http_404", 40 * DAY + 15)
        assert not gone(40 * DAY + 10)
        articles.missing(article, "http_404", 41 * DAY + 5)
        assert gone(41 * DAY)
        assert not gone(41 * DAY + 6)
        articles.seen(article, 42 * DAY, article.url, ())
        assert not gone(41 * DAY)
        assert rechecks(archive, 43 * DAY) == []


def test_another_address_of_a_known_article_is_asked_once(tmp_path: Path) -> None:
    old, new = address(1), address(1, section="new")
    with opened(tmp_path) as archive:
        articles, scope = archive.ledger.articles, Scope("s", EVER)
        article = keep(archive, 1, published=0, checked=30 * DAY)
        assert archive.ledger.due.moved(scope, None, 9) == []
        articles.add("s:1", new, None, 0)
        (moved,) = archive.ledger.due.moved(scope, None, 9)
        assert (moved.url, moved.validators) == (new.url, ())
        articles.miss(known(archive, 1), new.url, "failed", "http_500", 1000)
        articles.miss(known(archive, 1), new.url, "failed", "http_500", 1000)
        assert archive.ledger.due.moved(Scope("s", 1000), None, 9) == []
        articles.seen(article, 31 * DAY, new.url, ())
        assert known(archive, 1).url == new.url
        for again in (old, new):
            articles.add("s:1", again, None, 0)
        assert archive.ledger.due.moved(scope, None, 9) == []


def test_other_addresses_are_asked_in_the_order_in_which_lists_showed_them(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, published=0, checked=30 * DAY)
        shown = [address(1, section=section).url for section in ("z", "b", "y", "a")]
        for section in ("z", "b", "y", "a"):
            archive.ledger.articles.add("s:1", address(1, section=section), None, 0)
        moved, scope = archive.ledger.due.moved, Scope("s", EVER)
        first = moved(scope, None, 2)
        assert [one.url for one in [*first, *moved(scope, first[-1], 9)]] == shown


def test_a_gone_article_that_is_listed_again_is_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        articles = archive.ledger.articles
        article = keep(archive, 1, published=0, checked=30 * DAY)
        articles.keep("s:1", Kept(2, "00", "1", 0, None), state="gone")
        articles.left(article, 40 * DAY)
        assert rechecks(archive, 50 * DAY) == []
        articles.add("s:1", address(1), None, 50 * DAY)
        assert rechecks(archive, 50 * DAY) == ["s:1"]
        assert known(archive, 1).validators == ()


def test_the_numbers_of_what_is_due_are_those_of_the_queues(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, published=0, checked=100)
        archive.ledger.articles.add("s:1", address(1, section="new"), None, 0)
        archive.ledger.articles.add("s:2", address(2), None, 0)
        numbers = archive.ledger.due.numbers(Scope("s", 40 * DAY, recheck_after_s=AGES))
    assert numbers == {"waiting": 1, "rechecks": 1, "moved": 1}


def test_an_unknown_article_clears_the_mark_and_the_end_sets_it(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        sections = archive.ledger.sections
        sections.add("s", "xw", None)
        marks = []
        for page, unknown in ((1, True), (None, False), (1, False), (2, True), (3, False)):
            if page is None:
                sections.note_end("s", Walked("xw", 2, "e", None, None), now=0)
            else:
                sections.note_page("s", "xw", page, unknown=unknown, now=0)
            found = sections.get("s", "xw")
            assert found
            marks.append(found.complete)
    assert marks == [False, True, True, False, False]


def test_reading_never_creates_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="unable to open"):
        Ledger(tmp_path / "state.sqlite3", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_clock_that_went_ahead_noted_is_asked_when_all_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: 10.0 * DAY)
    with opened(tmp_path) as archive:
        keep(archive, 1, published=0, checked=11 * DAY)
        keep(archive, 2, published=0, checked=10 * DAY)
        assert rechecks(archive, 10 * DAY, ages=None) == ["s:1"]


def test_a_section_whose_articles_are_all_gone_has_none_to_miss(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        keep(archive, 1, published=0, checked=100)
        archive.ledger.sections.add("s", "xw", None)
        archive.ledger.sections.add_member("s", "xw", "s:1")
        seen = []
        for state in ("kept", "gone", "kept"):
            archive.ledger.articles.keep("s:1", Kept(1, "00", "1", 0, None), state=state)
            section = archive.ledger.sections.get("s", "xw")
            assert section
            seen.append(section.has_articles)
    assert seen == [True, False, True]


def test_addresses_of_any_length_and_text_of_any_sort_are_kept(tmp_path: Path) -> None:
    noise = "".join(f"{number * number:x}" for number in range(3000))
    long, other = (f"http://host/{noise}{last}" for last in "ab")
    image = StoredImage(long, "media/full/1.jpg", "00", 1)
    with opened(tmp_path) as archive:
        ledger = archive.ledger
        ledger.sections.add("s", "xw", None)
        ledger.sections.add("s", noise, None)
        for url in (long, other, long):
            ledger.sections.add_other("s", "xw", "external", url, "a\0b 字")
        ledger.images.note(image)
        ledger.rests.note(long, 10)
        ledger.articles.add("s:1", replace(address(1), url=long), None, 0)
        ledger.articles.add("s:1", replace(address(1), url=other), None, 0)
        ledger.articles.miss(known(archive, 1), long, "failed", "http_500", 0)
        assert ledger.sections.others("s") == {"external": 2}
        assert (ledger.images.get(long), ledger.images.get(other)) == (image, None)
        assert due(archive, Scope("s", 9)) == []
        assert due(archive, Scope("s", 10)) == ["s:1"]
        assert known(archive, 1).url == long
