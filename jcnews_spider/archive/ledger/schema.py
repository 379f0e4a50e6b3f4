"""The tables of the ledger. Times are UTC seconds since 1970."""

SCHEMA_VERSION = 7

RESTS = """
CREATE TABLE rests (                              -- addresses to be left alone because their server said so
    url   TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) WITHOUT ROWID;
"""

MEASURES = """
CREATE TABLE measures (                           -- numbers of runs with which later ones are compared, see health.py
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    run     INTEGER NOT NULL,
    value   REAL NOT NULL,
    of      REAL NOT NULL,                        -- what it was taken from
    good    INTEGER NOT NULL,                     -- 0: it broke its rule, and is never compared with
    PRIMARY KEY (kind, subject, run)
) WITHOUT ROWID;
"""

OUTBOX_RUNS = """
ALTER TABLE outbox ADD COLUMN run TEXT NOT NULL DEFAULT '';
"""

PAGE_COUNTS = """
ALTER TABLE sections ADD COLUMN counted INTEGER;
"""

UPGRADES = {3: RESTS, 4: MEASURES, 5: OUTBOX_RUNS, 6: PAGE_COUNTS}
"""What makes the tables of an older version those of the next one."""

SCHEMA = f"""
CREATE TABLE articles (
    n             INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,                  -- where it is asked
    day           TEXT NOT NULL,                  -- of the address, YYYY-MM-DD
    state         TEXT NOT NULL DEFAULT 'found',  -- found, kept, gone, failed, skipped (no article), withdrawn
    reason        TEXT,                           -- why the last answer gave nothing
    attempts      INTEGER NOT NULL DEFAULT 0,     -- without an article, since the last one
    next_try      INTEGER NOT NULL DEFAULT 0,     -- not asked before
    version       INTEGER NOT NULL DEFAULT 0,     -- of the last record, 0 when there is none
    content_hash  BLOB,                           -- of the last record, as are the next four
    parser        TEXT,
    published     INTEGER,
    segment       INTEGER,                        -- where it is sealed; the outbox has it until then
    "offset"      INTEGER,
    validators    TEXT,                           -- JSON [[ETag, Last-Modified], …] of its pages; NULL asks outright
    checked       INTEGER,                        -- when the site last showed it; NULL makes a known article due
    missing_since INTEGER,                        -- first 404 in a row
    missed_at     INTEGER,                        -- last one
    misses        INTEGER NOT NULL DEFAULT 0,     -- how many, each in another run
    list_url      TEXT,
    first_seen    INTEGER NOT NULL
);
CREATE INDEX waiting ON articles (day, id) WHERE state IN ('found', 'failed', 'skipped');
CREATE INDEX unsettled ON articles ((checked - published)) WHERE state IN ('kept', 'gone');
CREATE INDEX missing ON articles (missing_since) WHERE missing_since IS NOT NULL;

CREATE TABLE addresses (                          -- other addresses of an article, by which it is listed too
    n        INTEGER PRIMARY KEY,                 -- in the order in which lists showed them
    article  INTEGER NOT NULL,
    url      TEXT NOT NULL,
    asked    INTEGER NOT NULL DEFAULT 0,          -- 1: it was had from there, and never is again
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0,
    UNIQUE (article, url)
);
CREATE INDEX unasked ON addresses (article) WHERE asked = 0;

CREATE TABLE sections (
    n             INTEGER PRIMARY KEY,
    site          TEXT NOT NULL,
    path          TEXT NOT NULL,
    name          TEXT,
    complete      INTEGER NOT NULL DEFAULT 0,     -- 1: a walk reached its own end and nothing unknown was met since
    walked_at     INTEGER,
    pages         INTEGER NOT NULL DEFAULT 0,     -- read by the last walk
    etag          TEXT,                           -- of the first page when the last complete walk began
    last_modified TEXT,
    counted       INTEGER,                        -- pages that its pager named then, NULL where it names none
    UNIQUE (site, path)
);

CREATE TABLE memberships (
    section INTEGER NOT NULL,
    article INTEGER NOT NULL,
    PRIMARY KEY (section, article)
) WITHOUT ROWID;
CREATE INDEX listed ON memberships (article);

CREATE TABLE others (                             -- items of lists that are no articles of the site
    section INTEGER NOT NULL,
    url     TEXT NOT NULL,
    kind    TEXT NOT NULL,
    title   TEXT NOT NULL,
    PRIMARY KEY (section, url)
) WITHOUT ROWID;

CREATE TABLE texts (                              -- who had a text first
    digest  BLOB PRIMARY KEY,
    article INTEGER NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX texts_of ON texts (article);

CREATE TABLE near (                               -- who had a value of a text's signature first
    value   INTEGER PRIMARY KEY,
    article INTEGER NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE outbox (
    seq       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL,
    line      TEXT NOT NULL,
    files     TEXT NOT NULL,                      -- JSON [[path, sha256], …] of what is sealed with it
    exchanges TEXT NOT NULL,                      -- JSON [[WARC, end], …] of its pages, images
    segment   TEXT,
    run       TEXT NOT NULL DEFAULT ''            -- who seals it
);
CREATE INDEX outbox_of ON outbox (id);

CREATE TABLE segments (
    n            INTEGER PRIMARY KEY,
    path         TEXT NOT NULL UNIQUE,
    records      INTEGER NOT NULL,
    sha256       TEXT NOT NULL,
    manifest_end INTEGER NOT NULL,                -- size of the manifest when its lines were in it
    sealed_at    INTEGER NOT NULL
);

CREATE TABLE warcs (
    n            INTEGER PRIMARY KEY,
    path         TEXT NOT NULL UNIQUE,
    bytes        INTEGER,                         -- of a complete one, as are the next two
    sha256       TEXT,
    manifest_end INTEGER                          -- size of the manifest when its line was in it
);

CREATE TABLE payloads (                           -- where a payload was first stored
    digest BLOB PRIMARY KEY,                      -- sha1
    warc   INTEGER NOT NULL,
    "offset" INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE captures (                           -- where the newest answer with validators of an address stands
    url    BLOB PRIMARY KEY,                      -- first 8 bytes of its sha1: the record there has it whole
    warc   INTEGER NOT NULL,
    "offset" INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE takedowns (
    article INTEGER PRIMARY KEY,
    purge   INTEGER NOT NULL,                     -- 1: its content leaves segments and WARCs too
    files   TEXT NOT NULL DEFAULT '[]',           -- JSON paths that are about to be changed or removed
    done    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE media (                              -- files of images, each content once
    n            INTEGER PRIMARY KEY,
    path         TEXT NOT NULL UNIQUE,
    sha256       TEXT NOT NULL,
    manifest_end INTEGER                          -- size of the manifest when its line was in it; NULL: not sealed yet
);
CREATE INDEX media_sealed ON media (manifest_end);

CREATE TABLE images (                             -- what the address of an image gave last
    url           TEXT PRIMARY KEY,
    media         INTEGER NOT NULL,
    checked       INTEGER NOT NULL,               -- when it was asked
    etag          TEXT,
    last_modified TEXT,
    warc          TEXT,                           -- path, and end in bytes, of the exchange; NULL once it is sealed
    warc_end      INTEGER
);
CREATE INDEX images_of ON images (media);
CREATE INDEX unsealed_images ON images (url) WHERE warc IS NOT NULL;
{RESTS}{MEASURES}
CREATE TABLE runs (
    n         INTEGER PRIMARY KEY,
    run_id    TEXT NOT NULL UNIQUE,
    site      TEXT NOT NULL,
    started   INTEGER NOT NULL,
    finished  INTEGER,                            -- NULL: it was killed, or still runs
    exit_code INTEGER,
    why       TEXT,
    summary   TEXT
);
"""

SHARED = """
CREATE TABLE members (                            -- runs that crawl together, each until all that it did is sealed
    n      INTEGER PRIMARY KEY,                   -- in the order in which they came
    run_id TEXT NOT NULL UNIQUE
);

CREATE TABLE claims (                             -- what a member asks, or has asked: nobody else does
    article INTEGER NOT NULL,
    url     TEXT NOT NULL,
    member  INTEGER NOT NULL,
    PRIMARY KEY (article, url)
);
CREATE INDEX claims_of ON claims (member);

CREATE TABLE walks (                              -- who walks a section, or walked it last
    site   TEXT NOT NULL,
    path   TEXT NOT NULL,
    member INTEGER NOT NULL,
    ended  INTEGER,                               -- newest member when it ended, NULL: it goes on
    PRIMARY KEY (site, path)
);

CREATE TABLE paces (                              -- when a host may be asked next, by the server's clock
    host    TEXT PRIMARY KEY,
    next_at REAL NOT NULL
);
"""
"""Tables that only a ledger on a server has, for a shared crawl."""
