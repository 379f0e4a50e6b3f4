"""Letters and signatures of texts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcnews_spider.signature import LEAST_LETTERS, estimate, letters, near_hash, values
from tests.reprints import made_text

TEXT = "今年以来，晋城市把改善民生作为头等大事。" * 3 + "第" + "、".join(map(str, range(60)))
PINNED = "005e083c0093d31801045d7903d7eb1106454cb706afb5b7"
"""How its signature begins. Should this change, no archive can be compared with what comes after."""


def by_the_docstring(text: str) -> str:
    """The signature as the module's docstring says it, a run at a time."""
    units = letters(text).encode("utf-16-le", "surrogatepass")
    x = [int.from_bytes(units[place : place + 2], "little") for place in range(0, len(units), 2)]
    found = set()
    for n in range(len(x) - 4):
        s = 740375405 * (x[n] + 65536 * x[n + 1]) + 695872825 * (x[n + 2] + 65536 * x[n + 3]) + 458671337 * x[n + 4]
        found.add((2654435769 * ((s ^ (s >> 32)) % 2**32) >> 15) % 2**32)
    return "".join(f"{h:08x}" for h in sorted(found)[:32])


@given(st.text(min_size=100, max_size=400))
def test_a_signature_is_what_the_docstring_says(text: str) -> None:
    text += "字" * max(0, LEAST_LETTERS - len(letters(text)))
    assert near_hash(text) == by_the_docstring(text)


@pytest.mark.parametrize("length", range(100, 112))
def test_a_signature_sees_every_run_however_the_text_ends(length: int) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(length))
    assert near_hash(text) == by_the_docstring(text)


def test_signatures_of_today_are_those_of_ten_years_from_now() -> None:
    signature = near_hash(TEXT)
    assert signature
    assert len(signature) == 256
    assert signature.startswith(PINNED)
    assert list(values(signature)) == sorted(set(values(signature)))


def test_very_short_texts_have_no_signature() -> None:
    assert near_hash("字" * 99 + "，。 \n") is None
    assert near_hash("字" * 100)


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("１２月　3日，“ＡＢc” D！", "12月3日abcd"),
        ("々〇ㄅ\U00020000é한", "々〇ㄅ\U00020000é한"),
        ("—…·•（）［］｛｝｟～＠＃\ufeff\u200b\ufe0f", ""),
    ],
)
def test_letters_are_without_blanks_punctuation_and_forms(raw: str, plain: str) -> None:
    assert letters(raw) == plain


def test_a_signature_estimates_what_two_texts_share() -> None:
    text = made_text(Random(1), 4000)
    one, other = near_hash(text[:3000]), near_hash(text[1000:])
    assert one
    assert other
    assert estimate(one, one) == 1.0
    assert abs(estimate(one, other) - 0.5) < 0.2
    assert estimate(one, near_hash("".join(map(chr, range(0x4E00, 0x5E00)))) or "") == 0.0
