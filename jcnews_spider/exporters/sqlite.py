"""SQLite: one file with the articles, all their versions and what belongs to them, for DB Browser and Datasette.

The SQL here is the exported file's own; the ledger's stands in `archive/ledger`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from string import punctuation
from typing import Any

from jcnews_spider.article import LISTS, Article
from jcnews_spider.columns import columns
from jcnews_spider.errors import StorageFault
from jcnews_spider.exporters import Exporter, View

COLUMNS = [column for column in columns() if not column.is_of_list]
"""Of articles and versions; lists of objects have tables of their own."""

CHILDREN = {name: [field.name for field in fields(item)] for name, item in LISTS.items() if name != "sections"}
"""Keys of what belongs to one article, by table."""

_TYPES = {bool: "INTEGER", int: "INTEGER", float: "REAL", str: "TEXT"}


def write(view: View, target: Path) -> int:
    """A database of a view; gives the number of articles in it."""
    target.unlink(missing_ok=True)
    number = 0
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as db:
            db.executescript(_schema())
            db.execute("BEGIN")
            for number, article in enumerate(view.articles(), 1):
                _put_article(db, number, article)
            for record in view.records():
                _insert(db, "versions", _row(record))
            db.execute("COMMIT")
            db.executescript(_INDEXES)
    except sqlite3.Error as fault:
        raise StorageFault(f"the database cannot be written: {fault}") from fault
    return number


def bigrams(text: str) -> str:
    """A text as its pairs of characters, each run of non-blanks ending with its last character alone.

    In an index of these a phrase of pairs finds any substring, and a prefix any single character (DESIGN.md §4).
    """
    return " ".join(run[place : place + 2] for run in text.split() for place in range(len(run)))


def _put_article(db: sqlite3.Connection, n: int, article: Article) -> None:
    docid = int(article.id.rpartition(":")[2])  # two sites may have the same
    _insert(db, "articles", [n, docid, *_row(article)])
    _insert(db, "articles_fts (rowid, title, text)", [n, bigrams(article.title), bigrams(article.text)])
    for section in article.sections:
        db.execute("INSERT OR IGNORE INTO sections (name, url) VALUES (?, ?)", (section.name, section.url))
        db.execute("INSERT INTO article_sections SELECT ?, id FROM sections WHERE url = ?", (article.id, section.url))
    for table, keys in CHILDREN.items():
        for position, item in enumerate(getattr(article, table), 1):
            _insert(db, table, [article.id, position, *(getattr(item, key) for key in keys)])


def _row(article: Article) -> list[Any]:
    return [column.value(article) for column in COLUMNS]


def _insert(db: sqlite3.Connection, table: str, values: list[Any]) -> None:
    db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - names of ours


def _schema() -> str:
    """The tables."""
    plain = [f"{column.name} {_kind(column.kind)}" for column in COLUMNS]
    belonging = "article_id TEXT NOT NULL REFERENCES articles (id)"
    tables = {
        "articles": ["n INTEGER PRIMARY KEY", "docid INTEGER NOT NULL", *plain, "UNIQUE (id)"],
        "versions": [*plain, "PRIMARY KEY (id, version)"],
        "sections": ["id INTEGER PRIMARY KEY", "name TEXT", "url TEXT NOT NULL UNIQUE"],
        "article_sections": [
            belonging,
            "section_id INTEGER NOT NULL REFERENCES sections (id)",
            "PRIMARY KEY (article_id, section_id)",
        ],
    }
    for table, keys in CHILDREN.items():
        texts = (f"{key} TEXT" for key in keys)
        tables[table] = [belonging, "position INTEGER NOT NULL", *texts, "PRIMARY KEY (article_id, position)"]
    return "".join(_statements(tables.items()))


def _kind(kind: type) -> str:
    return next(name for python, name in _TYPES.items() if issubclass(kind, python))


def _statements(tables: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    yield "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;\n"  # whoever is interrupted begins anew
    for name, lines in tables:
        body = ",\n  ".join(lines)
        yield f"CREATE TABLE {name} (\n  {body}\n);\n"
    characters = punctuation.replace("'", "''").replace('"', '""')
    tokenizer = f"ascii tokenchars '{characters}'"
    yield f"CREATE VIRTUAL TABLE articles_fts USING fts5(title, text, content='', tokenize=\"{tokenizer}\");\n"


_INDEXES = """
CREATE INDEX articles_published ON articles (published_at);
CREATE INDEX articles_source ON articles (source);
CREATE INDEX articles_of_section ON article_sections (section_id);
CREATE INDEX authors_name ON authors (name);
ANALYZE;
"""

EXPORTER = Exporter(
    "sqlite",
    "A database of articles, versions, sections, authors, images, with full-text search, for DB Browser or Datasette.",
    "-o archive.db",
    write,
    counts="articles",
)
