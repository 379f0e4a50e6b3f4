"""Chance as a function: the same seed, topic and number always give the same value, in any order of asking."""

from __future__ import annotations

from functools import cache
from random import Random
from zlib import crc32

_MASK = (1 << 64) - 1


@cache
def _key(seed: int, topic: str) -> int:
    return (seed * 0x9E3779B97F4A7C15 ^ crc32(topic.encode()) * 0xD6E8FEB86659FD93) & _MASK


def draw(seed: int, topic: str, number: int, below: int) -> int:
    """An integer from 0 to below - 1 (splitmix64)."""
    value = (_key(seed, topic) + number * 0x9E3779B97F4A7C15) & _MASK
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & _MASK
    return (value ^ value >> 31) % below


def chance(seed: int, topic: str, number: int, percent: float) -> bool:
    """True in `percent` of the numbers."""
    return draw(seed, topic, number, 10_000) < percent * 100


def generator(seed: int, topic: str, number: int) -> Random:
    """A random generator of its own for a topic of a document."""
    return Random(draw(seed, topic, number, 1 << 62))
