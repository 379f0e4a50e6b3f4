"""The tables of the ledger. Times are UTC seconds since 1970."""

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE articles (
    n            INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    day          TEXT NOT NULL,                  -- of the address, YYYY-MM-DD
    state        TEXT NOT NULL DEFAULT 'found',  -- found, kept, failed, skipped (no article, or not allowed)
    reason       TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0,     -- without a record, since the last one
    next_try     INTEGER NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL DEFAULT 0,     -- of the last record, 0 when there is none
    content_hash BLOB,
    list_url     TEXT,
    first_seen   INTEGER NOT NULL,
    fetched      INTEGER
);
CREATE INDEX waiting ON articles (day, id) WHERE state IN ('found', 'failed', 'skipped');

CREATE TABLE sections (
    n             INTEGER PRIMARY KEY,
    site          TEXT NOT NULL,
    path          TEXT NOT NULL,
    name          TEXT,
    complete      INTEGER NOT NULL DEFAULT 0,    -- 1: a walk reached its own end and nothing unknown was met since
    walked_at     INTEGER,
    pages         INTEGER NOT NULL DEFAULT 0,    -- read by the last walk
    etag          TEXT,                          -- of the first page, under the mark only
    last_modified TEXT,
    UNIQUE (site, path)
);

CREATE TABLE memberships (
    section INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (section, article)
) WITHOUT ROWID;
CREATE INDEX listed ON memberships (article);

CREATE TABLE others (                            -- items of lists that are no articles of the site
    section INTEGER NOT NULL,
    url     TEXT NOT NULL,
    kind    TEXT NOT NULL,
    title   TEXT NOT NULL,
    PRIMARY KEY (section, url)
) WITHOUT ROWID;

CREATE TABLE texts (                             -- who had a text first
    digest BLOB PRIMARY KEY,
    id     TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX texts_by_id ON texts (id);

CREATE TABLE outbox (
    seq     INTEGER PRIMARY KEY,
    id      TEXT NOT NULL,
    line    TEXT NOT NULL,
    files   TEXT NOT NULL,
    segment TEXT
);

CREATE TABLE segments (
    path      TEXT PRIMARY KEY,
    records   INTEGER NOT NULL,
    sha256    TEXT NOT NULL,
    sealed_at INTEGER NOT NULL
) WITHOUT ROWID;
"""
