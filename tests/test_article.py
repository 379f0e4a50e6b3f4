"""The record: its line, its schema, its hash."""

import hashlib
import json
from pathlib import Path

import jsonschema

from jcnews_spider import schema
from jcnews_spider.article import Article, char_count, content_hash

SHIPPED = Path(schema.__file__).with_name(schema.NAME)


def test_the_shipped_schema_is_made_from_the_dataclass() -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == schema.article_schema()


def test_an_empty_record_fits_the_schema() -> None:
    jsonschema.Draft202012Validator(schema.article_schema()).validate(json.loads(Article().to_json()))


def test_every_key_is_described() -> None:
    assert [key for key, _, meaning in schema.field_rows() if not meaning] == []


def test_a_line_is_one_line_for_every_reader() -> None:
    text = "一\u2028二\u2029三\x85四\n五\r六"
    line = Article(text=text).to_json()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["text"] == text


def test_content_hash_sees_what_it_documents_and_nothing_else() -> None:
    article = Article(title="题", text="文", published_at="2022-10-09", source="山西日报")
    canonical = '["题","文","2022-10-09","山西日报"]'.encode()
    assert content_hash(article) == hashlib.sha256(canonical).hexdigest()


def test_char_count_leaves_blanks_out() -> None:
    assert char_count("晋 城\n\n新　闻\u00a0网") == 5
