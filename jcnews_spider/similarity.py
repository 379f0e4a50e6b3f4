"""How alike two texts are: a signature that fits into a record, and the decision what is a reprint.

**The letters of a text.** A signature and a likeness see letters only. Dropped are U+0000–002F, 003A–0040, 005B–0060,
007B–00BF, 2000–2BFF, 3000–3004, 3006, 3008–303F, FE00–FE1F, FE30–FE6F, FEFF, FF00–FF0F, FF1A–FF20, FF3B–FF40 and
FF5B–FF65: blanks and punctuation. Full-width digits and letters become ASCII, ASCII capitals small.

**The signature.** Take every run of five UTF-16 code units x0 … x4 of the letters, and of each run

    s = 740375405·(x0 + 65536·x1) + 695872825·(x2 + 65536·x3) + 458671337·x4
    h = (2654435769·((s xor (s >> 32)) mod 2^32) >> 15) mod 2^32

The signature is the 32 smallest different h, rising; `near_hash` writes each as eight hex digits. It depends on nothing
else, no library and no seed: what is computed in ten years compares with what stands in the archive today. Texts under
100 code units of letters, two or three sentences, have none.

All runs are hashed at once, as lanes of one long integer: 0.1 ms for 1,500 characters (`python -m bench.near`).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from struct import pack, unpack

SIZE = 32
"""Values of a signature."""

LEAST_LETTERS = 100
"""Code units of letters under which a text has no signature: notices of two sentences are all alike."""

_DROPPED = re.compile(
    "[\x00-/:-@\\[-`{-\xbf\u2000-\u2bff\u3000-\u3004\u3006\u3008-\u303f"
    "\ufe00-\ufe1f\ufe30-\ufe6f\ufeff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)
_OTHER_FORM = re.compile("[A-Z\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_PLAIN = {code: chr(code - 0xFEE0).lower() for code in range(0xFF10, 0xFF5B)}
_PLAIN |= {code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)}

_RUN = 5
_FACTORS = (740_375_405, 695_872_825, 458_671_337)
_MIX = 2_654_435_769
_PAIR = b"\xff\xff\xff\xff\0\0\0\0"
_UNIT = b"\xff\xff\0\0\0\0\0\0"


@lru_cache(maxsize=4)
def letters(text: str) -> str:
    """The text without blanks and punctuation, in small ASCII where it has full-width forms or capitals."""
    return _OTHER_FORM.sub(lambda found: found[0].translate(_PLAIN), _DROPPED.sub("", text))


def near_hash(text: str) -> str | None:
    """The signature of a text as 256 hex digits (fewer where it repeats itself), None for a very short one."""
    units = letters(text).encode("utf-16-le", "surrogatepass")
    if len(units) < 2 * LEAST_LETTERS:
        return None
    smallest = _smallest(units)
    return pack(f">{len(smallest)}I", *smallest).hex()


def values(signature: str) -> tuple[int, ...]:
    """The values of a signature, rising: under each of them a text can be found again."""
    return unpack(f">{len(signature) // 8}I", bytes.fromhex(signature))


def estimate(one: str, other: str) -> float:
    """Share of the different five-letter runs of two texts that both have, as their signatures tell it (± 0.09)."""
    first, second = set(values(one)), set(values(other))
    union = sorted(first | second)[:SIZE]
    return sum(value in first and value in second for value in union) / len(union)


def _smallest(units: bytes) -> list[int]:
    """The smallest different hashes of the runs, at most SIZE."""
    lanes = _hashes(units)
    limit = (3 * SIZE << 32) // sum(map(len, lanes))  # three times as many as are wanted, should none repeat
    few = {value for part in lanes for value in part if value < limit}
    if len(few) < SIZE:
        few = {value for part in lanes for value in part}
    return sorted(few)[:SIZE]


def _hashes(units: bytes) -> list[memoryview]:
    """The hash of every run of code units.

    Four copies of the text, each begun a unit later, hold every window of four units in some 64-bit lane of one long
    integer; no product or sum below leaves its lane.
    """
    count = len(units) // 2
    width = -(-count // 4)
    windows = int.from_bytes(b"".join([units[2 * start :].ljust(8 * width, b"\0") for start in range(4)]), "little")
    pair, unit = _masks((4 * width).bit_length())
    fifth = (windows >> 64) & unit
    sums = (windows & pair) * _FACTORS[0] + (windows >> 32 & pair) * _FACTORS[1] + fifth * _FACTORS[2]
    hashes = (((sums ^ (sums >> 32)) & pair) * _MIX >> 15) & pair
    view = memoryview(hashes.to_bytes(32 * width, "little")).cast("Q")
    return [view[width * start : width * start + max(0, (count - start - _RUN) // 4 + 1)] for start in range(4)]


@lru_cache(maxsize=4)
def _masks(bits: int) -> tuple[int, int]:
    """The low 32 and the low 16 bits of each lane, for less than 2^bits lanes."""
    return int.from_bytes(_PAIR * (1 << bits), "little"), int.from_bytes(_UNIT * (1 << bits), "little")


# ---- what is a reprint

LEAST = 0.65
"""Likeness that makes a reprint: with a tenth of the characters edited it is 0.69 or more, filled forms have up to 0.6
and, where little but numbers differs, more (those tell them apart)."""

LEAST_OF_ONE_PIECE = 0.55
"""Likeness that is enough where what they share is of one piece: the tail may be cut by two fifths, or the first
quarter be new. In a concatenation of two texts of its length each part has 0.5."""

LEAST_ESTIMATE = 0.15
"""Estimate under which no text is compared with a candidate: one with a tenth of its characters edited shares 0.42 of
its runs, of which 32 drawn at random show less than this once in 2,000 times. With 0.2 two more of 248 such reprints
were missed (`python -m bench near`)."""

MOST_KEPT = 20_000
"""Letters of a text whose runs are kept in memory: those of four texts of a million would stay with 360 MB."""

_PIECE = 8
_OF_ONE_PIECE = 0.7
"""Share of the shorter text's runs of eight letters that the longer one has too: cut texts have 0.74 or more, forms at
most 0.67."""

_SHORT = 250
_FEW_NUMBERS = 4
_NUMBER = re.compile("[0-9]+")


def likeness(one: str, other: str) -> float:
    """Weighted Jaccard similarity of the pairs of neighbouring letters, each counted as often as it stands."""
    alike, _ = _shares(letters(one), letters(other), 2)
    return alike


def reprint_likeness(one: str, other: str) -> float | None:
    """How alike two texts are, if one is a reprint of the other; else None.

    A text in a longer one is no reprint by that alone, so a concatenation is none of its parts. A reprint keeps the
    numbers of its original, a form (weather, obituaries, tenders) is filled with others.
    """
    first, second = letters(one), letters(other)
    size, other_size = sorted((len(first), len(second)))
    if size < LEAST_LETTERS or size < LEAST_OF_ONE_PIECE * other_size:  # no likeness is above the sizes' ratio
        return None
    alike, _ = _shares(first, second, 2)
    if alike < LEAST_OF_ONE_PIECE or (alike < LEAST and _shares(first, second, _PIECE)[1] < _OF_ONE_PIECE):
        return None
    return alike if _keeps_numbers(first, second, alike, is_short=size < _SHORT) else None


def _shares(one: str, other: str, run: int) -> tuple[float, float]:
    """The runs of so many letters that two texts have in common, as a share of what either and what the shorter has."""
    first, second = _runs(one, run), _runs(other, run)
    both = sum([min(first[text], second[text]) for text in first.keys() & second.keys()])
    size, other_size = (max(0, len(text) - run + 1) for text in (one, other))
    return both / max(1, size + other_size - both), both / max(1, min(size, other_size))


def _runs(text: str, run: int) -> Counter[str | int]:
    """How often each run of so many letters stands in a text."""
    return _kept_runs(text, run) if len(text) <= MOST_KEPT else _counted_runs(text, run)


@lru_cache(maxsize=4)
def _kept_runs(text: str, run: int) -> Counter[str | int]:
    """The same, kept: a new text meets several candidates in a row."""
    return _counted_runs(text, run)


def _counted_runs(text: str, run: int) -> Counter[str | int]:
    return Counter(_pairs(text) if run == 2 else [text[place : place + run] for place in range(len(text) - run + 1)])


def _pairs(text: str) -> list[int]:
    """Each two neighbouring letters as one number: in half the time that so many strings take."""
    wide = memoryview(text.encode("utf-32", "surrogatepass"))[4:]  # behind the byte order mark
    return [pair for begin in (0, 4) for pair in wide[begin : begin + (len(wide) - begin) // 8 * 8].cast("Q")]


def _keeps_numbers(one: str, other: str, alike: float, *, is_short: bool) -> bool:
    """Whether two texts share about as many numbers as letters; the shorter may have lost some with its tail.

    Tuned with `python -m bench.near`: a tenth of the characters edited leaves 0.75 of the numbers (few in a text,
    so with a wide spread), weather, obituaries, tenders and bulletins share 0.2 to 0.6 by chance.
    """
    first, second = Counter(_NUMBER.findall(one)), Counter(_NUMBER.findall(other))
    count = min(first.total(), second.total())
    if count < _FEW_NUMBERS:
        return True
    changed = count - (first & second).total()
    if is_short:
        return changed <= max(1, int((1 - max(0.65, alike - 0.15)) * count + 1e-9))
    return changed < (1 - max(0.5, alike - 0.25)) * count + 1
