-- Loads articles.jsonl into PostgreSQL 12 or later; may be run again with a newer one.
--   scrapy export --format jsonl --latest -o articles.jsonl
--   psql -v ON_ERROR_STOP=1 -d news -f postgresql.sql

CREATE TABLE IF NOT EXISTS articles (
    id            text PRIMARY KEY,
    version       integer NOT NULL,
    event         text NOT NULL,
    url           text NOT NULL,
    title         text NOT NULL,
    source        text,
    editor        text,
    published_day date,
    published_at  timestamptz,          -- null where the page gives the day alone
    text          text NOT NULL,
    html          text NOT NULL,
    duplicate_of  text,
    similarity    double precision,
    content_hash  text NOT NULL,
    fetched_at    timestamptz,
    record        jsonb NOT NULL        -- the whole of it
);
CREATE TABLE IF NOT EXISTS article_sections (
    article_id text REFERENCES articles ON DELETE CASCADE,
    url        text,
    name       text NOT NULL,
    PRIMARY KEY (article_id, url)
);
CREATE TABLE IF NOT EXISTS authors (
    article_id text REFERENCES articles ON DELETE CASCADE,
    position   integer,
    name       text NOT NULL,
    role       text,
    PRIMARY KEY (article_id, position)
);

BEGIN;
-- A line is taken as one value: JSON escapes every control character, so neither of these stands in one.
CREATE TEMPORARY TABLE loaded (record jsonb) ON COMMIT DROP;
\copy loaded FROM 'articles.jsonl' WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02', ENCODING 'UTF8')

DELETE FROM articles USING loaded WHERE articles.id = loaded.record ->> 'id';
INSERT INTO articles
SELECT r.id, r.version, r.event, r.url, r.title, r.source, r.editor,
       left(r.published_at, 10)::date,
       CASE WHEN length(r.published_at) > 10 THEN r.published_at::timestamptz END,
       r.text, r.html, r.duplicate_of, r.similarity, r.content_hash, r.fetched_at, loaded.record
FROM loaded, jsonb_to_record(loaded.record) AS r (
    id text, version integer, event text, url text, title text, source text, editor text, published_at text,
    text text, html text, duplicate_of text, similarity double precision, content_hash text, fetched_at timestamptz
);
INSERT INTO article_sections
SELECT record ->> 'id', section ->> 'url', section ->> 'name'
FROM loaded, jsonb_array_elements(record -> 'sections') AS section;
INSERT INTO authors
SELECT record ->> 'id', position, author ->> 'name', author ->> 'role'
FROM loaded, jsonb_array_elements(record -> 'authors') WITH ORDINALITY AS named (author, position);
COMMIT;
