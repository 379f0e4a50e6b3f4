"""Own settings: one table that feeds code, documentation and `--help`.

Each is a Scrapy setting `JCNEWS_<NAME>`; an environment variable of the same name sets it too.
Precedence: `-s`, environment, the default here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jcnews_spider.errors import UsageFault

PREFIX = "JCNEWS_"


def _option(default: Any, read: Callable[[str], Any], meaning: str, *, is_secret: bool = False) -> Any:
    return field(
        default=default, repr=not is_secret, metadata={"read": read, "meaning": meaning, "is_secret": is_secret}
    )


def _switch(text: str) -> bool:
    switches = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return switches[text.strip().lower()]
    except KeyError:
        raise ValueError("wanted 1 or 0") from None


def _ratio(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("wanted a number from 0 to 1")
    return value


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.strip() not in words:
            raise ValueError(f"wanted {' or '.join(words)}")
        return text.strip()

    return read


def _targets(text: str) -> tuple[str, ...]:
    """Addresses, apart by blanks or commas; a comma inside of one is no border."""
    targets = tuple(part for part in _BORDER.split(text.strip()) if part)
    if not all(_TARGET.match(target) for target in targets):
        raise ValueError("wanted addresses such as https://example.org/hook, mailto://… or wecombot://…")
    return targets


_BORDER = re.compile(r"[\s,]+(?=[a-z][a-z0-9+.-]*://)|[\s,]+$", re.IGNORECASE)
_TARGET = re.compile(r"[a-z][a-z0-9+.-]*://\S+$", re.IGNORECASE)


MOST = 10**9
"""Of numbers and of seconds: no database or timer need take more."""


def _at_least(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not least <= value <= MOST:
            raise ValueError(f"wanted {least} to {MOST:,}")
        return value

    return read


def _ages(text: str) -> tuple[int, ...]:
    days = [float(part) for part in text.split(",") if part.strip()]
    if any(not 0 <= day <= 3650 for day in days):
        raise ValueError("wanted days from 0 to 3650, comma separated")
    return tuple(sorted({round(day * 86400) for day in days}))


def _time(text: str, unit: str) -> float:
    """Seconds of a time; a number alone is in the unit."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError("wanted a number and a unit, such as 24h, 30min, 90s or 2d")
    seconds = float(match["number"]) * _UNITS_S[match["unit"] or unit]
    if seconds > MOST:
        raise ValueError(f"wanted a time of {MOST // _UNITS_S['d']:,} days at most")
    return seconds


def _duration(text: str) -> int:
    return round(_time(text, "h"))


def _seconds(text: str) -> float:
    return _time(text, "s")


_UNITS_S = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>s|min|h|d)?")


def _folder(text: str) -> Path:
    if not text.strip():
        raise ValueError("wanted a folder")
    return Path(text)


def _server(text: str) -> str:
    """The address of a PostgreSQL server; it is told and logged, so that no password may stand in it."""
    address = text.strip()
    if address and not _SERVER.match(address):
        raise ValueError("wanted postgresql://user@host:port/database?schema=name")
    if _PASSWORD.search(unquote(address)):
        raise ValueError("the password does not belong there: PGPASSWORD or a file ~/.pgpass holds it")
    return address


_SERVER = re.compile(r"postgres(ql)?://\S+$")
_PASSWORD = re.compile(r"//.*:.*@|password=", re.IGNORECASE)


def _file(text: str) -> Path | None:
    if not text.strip():
        return None
    if not text.endswith(".prom"):
        raise ValueError("wanted a file *.prom, node_exporter reads no other")
    return Path(text)


def _contact(text: str) -> str:
    if not text.isprintable():
        raise ValueError("wanted one printable line")
    return text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The values of one run."""

    output: Path = _option(Path("output"), _folder, "Folder of the archive.")
    ledger: str = _option(
        "",
        _server,
        "Where the ledger is: empty: a file in the archive; postgresql://user@host:port/database?schema=name: on a "
        "server, where each archive has a schema of its own (jcnews). The password stands in PGPASSWORD or ~/.pgpass.",
        is_secret=True,
    )
    html_snapshots: bool = _option(True, _switch, "Keep the raw HTML of every article version (1 or 0).")
    warc: bool = _option(True, _switch, "Keep every exchange with the site as WARC (1 or 0).")
    warc_mb: int = _option(1000, _at_least(1), "Size in MB (10^6 bytes) at which a WARC is closed and another begun.")
    images: bool = _option(True, _switch, "Keep the images of the articles' bodies, from other hosts too (1 or 0).")
    contact: str = _option("", _contact, "Address or e-mail of the operator, named in the user agent.")
    backoff: float = _option(
        "1s", _seconds, "Time before an address that failed is asked again; doubled each time (s, min, h or d)."
    )
    max_wait: float = _option(
        "2min",
        _seconds,
        "Longest Retry-After that a run waits for; after a longer one the address is left alone until then, "
        "by later runs too (s, min, h or d).",
    )
    fail_ratio: float = _option(
        0.05, _ratio, "Exit code 2 when more than this share of the asked addresses failed (and at least 3)."
    )
    health: str = _option(
        "check",
        _one_of("check", "learn"),
        "check: exit code 5 when the pages no longer look like this site's; learn: take them as they are now, "
        "and compare later runs with this one.",
    )
    min_coverage: float = _option(
        0.99, _ratio, "Exit code 5 when a smaller share of a run's records has a title, a date or a text."
    )
    min_source: float = _option(0.95, _ratio, "The same for the source, unless it was rarer in earlier runs already.")
    max_rise: float = _option(
        0.2,
        _ratio,
        "Exit code 5 when the share of fallback extraction, or of pages that fit no layout, is higher than in earlier "
        "runs by more than this.",
    )
    max_drop: float = _option(
        0.5,
        _ratio,
        "Exit code 5 when the median text length, the size of article pages or the links of a list are lower than in "
        "earlier runs by more than this share.",
    )
    silent_days: int = _option(
        14,
        _at_least(0),
        "Exit code 5 when a section that publishes regularly shows nothing new for more days (and for more than twice "
        "its usual pause); 0: never.",
    )
    webhook_url: tuple[str, ...] = _option(
        "",
        _targets,
        "Where the end of a run is told: addresses for a JSON POST (https://…) or of apprise (mailto://…, "
        "wecombot://…), apart by blanks. They hold secrets: better an environment variable than -s.",
        is_secret=True,
    )
    alert: str = _option(
        "failure", _one_of("failure", "always"), "Which runs are told: failure (exit code neither 0 nor 6) or always."
    )
    metrics: Path | None = _option(
        "",
        _file,
        "File for Prometheus's node_exporter, replaced at the end of each run; empty: runs/SITE.prom in the archive.",
    )
    min_free_mb: int = _option(
        100, _at_least(0), "Free space in MB (10^6 bytes) below which a run stops with exit code 7."
    )
    recheck_days: tuple[int, ...] = _option(
        "1,3,7", _ages, "Days after its publication on which an article is asked again, comma separated; empty: never."
    )
    gone_after: int = _option(
        "24h", _duration, "Time between the first and the last 404 of an article that counts as gone (s, min, h or d)."
    )
    stop_after_known_pages: int = _option(
        2, _at_least(1), "Whole list pages without an unknown article after which the walk of a complete section stops."
    )
    max_list_pages: int = _option(
        2000, _at_least(1), "List pages of one section that a walk reads at most; a walk cut here says so."
    )
    max_body_mb: int = _option(
        10, _at_least(1), "Size in MB (10^6 bytes) at which a page or an image is cut and refused."
    )
    seal_records: int = _option(500, _at_least(1), "Records after which a segment is sealed.")
    seal_seconds: int = _option(600, _at_least(1), "Seconds after which a segment is sealed, if there is a record.")


@dataclass(frozen=True, slots=True)
class Row:
    """One own setting, for documentation and `--help`."""

    name: str
    default: str
    meaning: str


def rows() -> tuple[Row, ...]:
    """The table, in the order of the fields."""
    return tuple(Row(PREFIX + f.name.upper(), _printed(f.default), f.metadata["meaning"]) for f in fields(Options))


def defaults(environment: Mapping[str, str]) -> dict[str, Any]:
    """The Scrapy settings: each default, or the environment's word for it."""
    return {row.name: environment.get(row.name, row.default) for row in rows()}


def checked(settings: Mapping[str, Any], environment: Iterable[str]) -> Options:
    """The values; raises UsageFault where one makes no sense, or a setting or variable JCNEWS_… is unknown."""
    known = [row.name for row in rows()]
    for name in [*settings, *environment]:
        if name.startswith(PREFIX) and name not in known:
            raise UsageFault(f"unknown setting {name}; known are {', '.join(known)}")
    return Options(**{f.name: _value(f, settings) for f in fields(Options)})


def _value(option: Field[Any], settings: Mapping[str, Any]) -> Any:
    name = PREFIX + option.name.upper()
    text = str(settings[name])
    try:
        return option.metadata["read"](text)
    except ValueError as fault:
        said = name if option.metadata["is_secret"] else f"{name}={text!r}"
        raise UsageFault(f"{said} makes no sense: {fault}") from None


def _printed(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
