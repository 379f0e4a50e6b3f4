"""No query of a run reads the whole ledger: steps or rows are counted, for time tells little on a small one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from jcnews_spider.archive import Archive
from jcnews_spider.archive.ledger.articles import Kept
from jcnews_spider.archive.ledger.database import Database
from jcnews_spider.archive.ledger.due import Scope
from jcnews_spider.archive.ledger.recorded import Which
from jcnews_spider.archive.ledger.sqlite import SqliteDatabase
from tests.ledgers import address as address_of
from tests.ledgers import opened

ARTICLES = 3000
DAY = 86_400
NOW = 100 * DAY
FEW_STEPS = 2000
"""Of SQLite: a query that looks at every article takes more than two for each."""

FEW_ROWS = 500
"""Of tables or indexes that PostgreSQL reads."""

RARE = {"rechecks", "numbers", "witnesses"}
"""Asked some times a run: PostgreSQL has its statistics by then, which it makes every minute."""

SCOPE = Scope("s", NOW, recheck_after_s=(DAY, 3 * DAY, 7 * DAY))
IDS = [f"s:{docid}" for docid in range(20)]

QUERIES: dict[str, Callable[[Archive], object]] = {
    "an article": lambda archive: archive.ledger.articles.get("s:7"),
    "a list page": lambda archive: archive.ledger.sections.members("s", "xw", IDS),
    "a membership": lambda archive: archive.ledger.sections.add_member("s", "lm", "s:7"),
    "the lists of an article": lambda archive: archive.ledger.sections.showing("s:7"),
    "sections": lambda archive: archive.ledger.sections.all("s"),
    "waiting": lambda archive: archive.ledger.due.waiting(SCOPE, None, 100),
    "waiting in a section": lambda archive: archive.ledger.due.waiting(replace(SCOPE, sections=["lm"]), None, 100),
    "rechecks": lambda archive: archive.ledger.due.rechecks(SCOPE, None, 100),
    "moved": lambda archive: archive.ledger.due.moved(SCOPE, None, 100),
    "numbers": lambda archive: archive.ledger.due.numbers(SCOPE),
    "witnesses": lambda archive: archive.ledger.due.witnesses(SCOPE, 10),
    "near": lambda archive: archive.ledger.near.candidates("s:8", range(70, 102)),
    "near, added": lambda archive: archive.ledger.near.add("s:8", 2, range(70, 102)),
    "near, taken back": lambda archive: archive.ledger.near.take_back("s:8", 2, range(70, 102)),
    "one of a selection": lambda archive: archive.ledger.recorded.holds(Which("s", section="lm"), "s:7"),
    "missing": lambda archive: archive.ledger.articles.missing_for("s", NOW, DAY),
}


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL, young", "PostgreSQL"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Thousands of old articles of one section, all kept and settled, one of them listed at another address too."""
    address = "" if request.param == "SQLite" else request.getfixturevalue("server").new_address()
    with opened(tmp_path_factory.mktemp("plans"), server=address) as archive, archive.ledger.transaction():
        archive.ledger.sections.add("s", "xw", None)
        archive.ledger.sections.add("s", "lm", None)
        for docid in range(ARTICLES):
            id_ = f"s:{docid}"
            archive.ledger.articles.add(id_, address_of(docid), None, 0)
            archive.ledger.articles.keep(id_, Kept(1, "00", "1", 0, None))
            known = archive.ledger.articles.get(id_)
            assert known
            archive.ledger.articles.seen(known, 90 * DAY, known.url, ())
            archive.ledger.sections.add_member("s", "xw", id_)
            archive.ledger.near.add(id_, 1, range(10 * docid, 10 * docid + 10))
        archive.ledger.articles.add("s:7", address_of(7, section="lm"), None, 0)
        if request.param == "PostgreSQL":
            archive.ledger._db.execute("ANALYZE")
        yield archive


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_little_however_many_articles_there_are(
    request: pytest.FixtureRequest, archive: Archive, name: str
) -> None:
    database = archive.ledger._db
    if name in RARE and "young" in request.node.name:
        pytest.skip("no statistics yet")
    if isinstance(database, SqliteDatabase):
        assert steps_of(database, lambda: QUERIES[name](archive)) < FEW_STEPS
    else:
        before = rows_read(database)
        QUERIES[name](archive)
        assert rows_read(database) - before < FEW_ROWS


def steps_of(database: SqliteDatabase, query: Callable[[], object]) -> int:
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 100

    database.set_progress_handler(count, 100)
    query()
    database.set_progress_handler(None, 0)
    return steps


def rows_read(database: Database) -> int:
    """How many rows the transaction has read so far."""
    (rows,) = database.execute(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    ).fetchone()
    return int(rows)
