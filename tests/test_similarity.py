"""Likeness, and what is taken for a reprint."""

from __future__ import annotations

import tracemalloc
from random import Random

import pytest

from jcnews_spider.similarity import likeness, reprint_likeness
from tests import notices
from tests.reprints import NO_GOAL, made_text, pairs


def test_likeness_goes_both_ways_and_ends_at_one() -> None:
    assert likeness("甲乙丙丁", "甲乙丙丁") == 1.0
    assert likeness("甲乙丙丁", "甲乙丙") == likeness("甲，乙丙", "甲乙丙丁") == 2 / 3
    assert likeness("甲乙甲乙", "甲乙") == 1 / 3
    assert likeness("", "") == 0.0


def test_very_short_texts_are_like_nothing() -> None:
    assert reprint_likeness("字" * 99, "字" * 99) is None


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
