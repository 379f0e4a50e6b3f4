"""Answers of anti-bot products."""

import pytest

from jcnews_spider.trs.challenge import challenger

SIGN = b"<script>document.cookie='__jsl_clearance=1'</script>"
TEXT = "这是一段虚构的正文，写它的只是一个测试。" * 20


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_page_with_text_is_no_challenge_whatever_it_carries(encoding: str) -> None:
    assert challenger(SIGN + TEXT.encode(encoding)) is None
    assert challenger(TEXT.encode(encoding) + SIGN) is None


def test_a_page_without_text_is_one() -> None:
    assert challenger(SIGN) == "加速乐"
    assert challenger(SIGN + "请稍候…".encode() + b"x" * 10_000) == "加速乐"


@pytest.mark.parametrize(
    ("characters", "encoding", "product"),
    [(190, "utf-8", "加速乐"), (210, "utf-8", None), (190, "gb18030", "加速乐"), (210, "gb18030", None)],
)
def test_chinese_tells_a_page_not_its_punctuation_or_encoding(
    characters: int, encoding: str, product: str | None
) -> None:
    assert challenger(SIGN + ("字" * characters + "，。！？" * 20).encode(encoding)) == product


def test_a_refusal_is_one_whatever_it_says() -> None:
    assert challenger(SIGN + TEXT.encode(), status=403) == "加速乐"
