"""Encoding by evidence (SITE.md §5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcnews_spider.encoding import Decoded, decode

SENTENCE = "晋城市的煤层气产业在这一年有了新的发展，镕喆等人到场。"
PAGE = f'<html><head><meta charset="{{}}"></head><body>{SENTENCE * 5}</body></html>'


@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "x-gbk", "big5", "nonsense", "iso-8859-1"])
@pytest.mark.parametrize("header", [None, "gbk", "utf-8", "latin-1", ""])
@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_a_wrong_declaration_does_no_harm(declared: str, header: str | None, real: str) -> None:
    decoded = decode(PAGE.format(declared).encode(real), header)
    assert decoded.encoding == real
    assert SENTENCE in decoded.text


def test_characters_beyond_gbk_are_read() -> None:
    assert "㐂𠀀" in decode("㐂𠀀，".encode("gb18030") + SENTENCE.encode("gb18030"), "gb2312").text


def test_a_short_gbk_page_without_declaration_is_chinese() -> None:
    assert decode("晋城新闻网".encode("gbk")).text == "晋城新闻网"


@pytest.mark.parametrize(("bom", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le")])
def test_a_byte_order_mark_wins(bom: bytes, encoding: str) -> None:
    decoded = decode(bom + SENTENCE.encode(encoding), "gbk")
    assert (decoded.text, decoded.encoding) == (SENTENCE, encoding)


def test_a_byte_order_mark_of_utf8_before_other_bytes_says_nothing() -> None:
    assert decode(b"\xef\xbb\xbf" + SENTENCE.encode("gbk")) == Decoded(SENTENCE, "gb18030")


def test_a_character_cut_in_half_leaves_the_page_utf8() -> None:
    body = (SENTENCE * 20).encode()
    cut = body[:300] + body[301:]
    decoded = decode(cut, "gbk")
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") <= 3


@pytest.mark.parametrize("header", [None, "iso-8859-1", "windows-1252", "gbk", "utf-8", "koi8-r", "utf-16"])
@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize("broken", [b"\xff", b"\x80\xff", b"\xd6<"])
def test_a_broken_character_leaves_the_page_what_it_is(header: str | None, times: int, broken: bytes) -> None:
    body = PAGE.format("iso-8859-1").encode("gbk") + broken + SENTENCE.encode("gbk") * times
    decoded = decode(body, header)
    assert decoded.encoding == "gb18030"
    assert SENTENCE in decoded.text


def test_a_broken_character_leaves_a_big5_page_what_it_is() -> None:
    body = "這是為了國家的發展，會議在這個時候對人民的生活".encode("big5")
    assert decode(body + b"\xff" + body, "big5").text.startswith("這是為了國家")


def test_a_page_in_a_western_language_is_what_its_header_says() -> None:
    assert decode("<p>Le président a été reçu à l'Élysée, où…".encode("cp1252"), "windows-1252").text.endswith("où…")


def test_a_utf8_page_with_many_broken_characters_is_no_gb18030() -> None:
    decoded = decode(b"\xe6\x99".join([SENTENCE.encode()] * 40) + b"\xff" * 40, "gbk")
    assert decoded.encoding == "utf-8"


def test_a_header_may_name_big5_when_the_text_bears_it_out() -> None:
    body = "這是為了國家的發展，會議在這個時候對人民的生活".encode("big5")
    assert decode(body, "big5").text.startswith("這是為了國家")


def test_bytes_of_no_encoding_still_give_text() -> None:
    assert "\ufffd" in decode(b"\xff\xff\x80\x80\xff" * 50).text


def test_nul_goes_no_further() -> None:
    assert decode("晋\0城".encode()).text == "晋城"


@given(st.binary(max_size=400), st.none() | st.text(max_size=12))
def test_nothing_makes_it_raise(body: bytes, hint: str | None) -> None:
    decode(body, hint).text.encode("utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("before", ["", "\r\n "])
def test_utf16_without_a_byte_order_mark_is_told_by_how_markup_begins(encoding: str, before: str) -> None:
    decoded = decode((before + PAGE.format("gbk")).encode(encoding), "gbk")
    assert decoded.encoding == encoding
    assert SENTENCE in decoded.text


def test_a_page_with_some_nul_bytes_is_no_utf16() -> None:
    body = PAGE.format("utf-8").replace("煤", "\0煤\0").encode()
    assert decode(body[:1] + b"\0" + body[1:]).encoding == "utf-8"
