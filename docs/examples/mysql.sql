-- Loads articles.jsonl into MySQL 8; may be run again with a newer one.
--   scrapy export --format jsonl --latest -o articles.jsonl
--   mysql --local-infile=1 --default-character-set=utf8mb4 news < mysql.sql     (the server needs local_infile=ON)

CREATE TABLE IF NOT EXISTS articles (
    id            VARCHAR(64) PRIMARY KEY,
    version       INT NOT NULL,
    event         VARCHAR(16) NOT NULL,
    url           VARCHAR(2048) NOT NULL,
    title         TEXT NOT NULL,
    source        TEXT,
    editor        TEXT,
    published_at  VARCHAR(25),          -- as in the record: a day alone has no time
    text          MEDIUMTEXT NOT NULL,
    html          MEDIUMTEXT NOT NULL,
    duplicate_of  VARCHAR(64),
    similarity    DOUBLE,
    content_hash  CHAR(64) NOT NULL,
    fetched_at    VARCHAR(32),
    published_day DATE AS (CAST(LEFT(published_at, 10) AS DATE)) STORED,
    KEY (published_day),
    FULLTEXT KEY (title, text) WITH PARSER ngram
) CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS article_sections (
    article_id VARCHAR(64) NOT NULL,
    name       VARCHAR(255) NOT NULL,
    url        VARCHAR(500) NOT NULL,
    PRIMARY KEY (article_id, url)
) CHARACTER SET utf8mb4;
CREATE TABLE IF NOT EXISTS authors (
    article_id VARCHAR(64) NOT NULL,
    position   INT NOT NULL,
    name       VARCHAR(255) NOT NULL,
    role       VARCHAR(255),
    PRIMARY KEY (article_id, position)
) CHARACTER SET utf8mb4;

-- A line is taken as one value: JSON escapes every control character, so no tab stands in one.
CREATE TEMPORARY TABLE loaded (record JSON NOT NULL);
LOAD DATA LOCAL INFILE 'articles.jsonl' INTO TABLE loaded CHARACTER SET utf8mb4
    FIELDS TERMINATED BY '\t' ESCAPED BY '' LINES TERMINATED BY '\n' (record);

-- JSON_TABLE turns JSON's null into NULL; ->> would make it the word null.
START TRANSACTION;
REPLACE INTO articles (id, version, event, url, title, source, editor, published_at, text, html, duplicate_of,
                       similarity, content_hash, fetched_at)
SELECT r.* FROM loaded, JSON_TABLE(record, '$' COLUMNS (
    id VARCHAR(64) PATH '$.id', version INT PATH '$.version', event VARCHAR(16) PATH '$.event',
    url VARCHAR(2048) PATH '$.url', title TEXT PATH '$.title', source TEXT PATH '$.source',
    editor TEXT PATH '$.editor', published_at VARCHAR(25) PATH '$.published_at',
    text MEDIUMTEXT PATH '$.text', html MEDIUMTEXT PATH '$.html', duplicate_of VARCHAR(64) PATH '$.duplicate_of',
    similarity DOUBLE PATH '$.similarity', content_hash CHAR(64) PATH '$.content_hash',
    fetched_at VARCHAR(32) PATH '$.fetched_at'
)) AS r;
DELETE s FROM article_sections s JOIN loaded ON s.article_id = record ->> '$.id';
INSERT INTO article_sections
SELECT record ->> '$.id', r.name, r.url FROM loaded, JSON_TABLE(record, '$.sections[*]' COLUMNS (
    name VARCHAR(255) PATH '$.name', url VARCHAR(500) PATH '$.url'
)) AS r;
DELETE a FROM authors a JOIN loaded ON a.article_id = record ->> '$.id';
INSERT INTO authors
SELECT record ->> '$.id', r.position, r.name, r.role FROM loaded, JSON_TABLE(record, '$.authors[*]' COLUMNS (
    position FOR ORDINALITY, name VARCHAR(255) PATH '$.name', role VARCHAR(255) PATH '$.role'
)) AS r;
COMMIT;
