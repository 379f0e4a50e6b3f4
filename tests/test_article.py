"""The record: its line, its schema, its hash."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from jcnews_spider import schema
from jcnews_spider.article import Article, char_count, content_hash

SHIPPED = Path(schema.__file__).with_name(schema.NAME)


def test_the_shipped_schema_is_made_from_the_dataclass() -> None:
    assert json.loads(SHIPPED.read_text(encoding="utf-8")) == schema.article_schema()


WHOLE = json.loads(Article(content_hash=content_hash(Article())).to_json())


def test_a_record_without_content_fits_the_schema() -> None:
    jsonschema.Draft202012Validator(schema.article_schema()).validate(WHOLE)


@pytest.mark.parametrize(
    "values",
    [
        {"schema_version": "2.0"},
        {"version": 0},
        {"published_at": "yesterday"},
        {"published_at": "2022-10-09T10:28:00Z"},
        {"content_hash": "zz"},
        {"previous_hash": ""},
        {"near_hash": "xyz"},
        {"similarity": 7},
        {"similarity": -0.1},
        {"char_count": -1},
        {"fetched_at": "2022-10-09"},
        {"snapshot": {**WHOLE["snapshot"], "sha256": "0" * 63}},
        {"crawl": {**WHOLE["crawl"], "pages": 0}},
    ],
    ids=str,
)
def test_values_that_no_record_has_do_not_fit_the_schema(values: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(schema.article_schema()).is_valid(WHOLE | values)


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
