"""Signatures, likeness, and what is taken for a reprint."""

from __future__ import annotations

import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jcnews_spider import similarity
from jcnews_spider.similarity import estimate, letters, likeness, near_hash, reprint_likeness, values
from tests import notices
from tests.reprints import NO_GOAL, made_text, pairs

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
    text += "字" * max(0, similarity.LEAST_LETTERS - len(letters(text)))
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


def test_very_short_texts_have_no_signature_and_are_like_nothing() -> None:
    assert near_hash("字" * 99 + "，。 \n") is None
    assert near_hash("字" * 100)
    assert reprint_likeness("字" * 99, "字" * 99) is None


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


def test_likeness_goes_both_ways_and_ends_at_one() -> None:
    assert likeness("甲乙丙丁", "甲乙丙丁") == 1.0
    assert likeness("甲乙丙丁", "甲乙丙") == likeness("甲，乙丙", "甲乙丙丁") == 2 / 3
    assert likeness("甲乙甲乙", "甲乙") == 1 / 3
    assert likeness("", "") == 0.0


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, bool], list[bool]]:
    """Of each kind of pair, and whether it is a reprint, what is taken for one."""
    found: dict[tuple[str, bool], list[bool]] = {}
    for seed in range(40):
        rng = Random(seed)
        text, other = made_text(rng, 900), made_text(rng, 900)
        for pair in pairs(text, other, rng):
            taken = reprint_likeness(pair.first, pair.later) is not None
            found.setdefault((pair.kind, pair.is_reprint), []).append(taken)
    return found


def test_reprints_are_found(judged: dict[tuple[str, bool], list[bool]]) -> None:
    shares = {kind: sum(taken) / len(taken) for (kind, is_reprint), taken in judged.items() if is_reprint}
    assert {kind for kind, share in shares.items() if share < 0.9} <= NO_GOAL


def test_what_only_looks_alike_is_none(judged: dict[tuple[str, bool], list[bool]]) -> None:
    wrong = {kind: sum(taken) for (kind, is_reprint), taken in judged.items() if not is_reprint and any(taken)}
    assert sum(wrong.values()) <= 2, wrong


def test_one_changed_number_is_a_correction_and_all_changed_numbers_are_another_notice() -> None:
    first = notices.notice(Random(2), "epidemic")
    assert reprint_likeness(first, first.replace("24时，山西省累计", "23时，山西省累计"))
    assert reprint_likeness(first, notices.next_day(Random(3), first)) is None


def test_a_text_is_no_reprint_of_a_concatenation_in_either_order() -> None:
    one, two = made_text(Random(1), 800)[:800], made_text(Random(2), 800)[:800]
    for part in (one, two):
        assert reprint_likeness(part, one + two) is None
        assert reprint_likeness(one + two, part) is None


def test_the_runs_of_very_long_texts_are_not_kept_in_memory() -> None:
    draw = Random(3)
    text = "".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(200_000))
    tracemalloc.start()
    assert reprint_likeness(text, text[:120_000]) is not None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5_000_000
