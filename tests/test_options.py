"""Own settings: one table, read and checked."""

from pathlib import Path

import pytest

from jcnews_spider import options
from jcnews_spider.errors import UsageFault


def test_defaults_make_sense() -> None:
    values = options.checked(options.defaults({}), ())
    assert values.recheck_days == (86400, 3 * 86400, 7 * 86400)
    assert values.gone_after == 86400
    assert (values.output, values.fail_ratio, values.seal_records) == (Path("output"), 0.05, 500)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("gone_after", "90s", 90),
        ("gone_after", "30 min", 1800),
        ("gone_after", "2D", 172_800),
        ("gone_after", "1.5", 5400),
        ("gone_after", "0", 0),
        ("recheck_days", "", ()),
        ("recheck_days", "7, 0.5,7", (43_200, 604_800)),
    ],
)
def test_times_have_units(name: str, text: str, expected: object) -> None:
    settings = {**options.defaults({}), f"JCNEWS_{name.upper()}": text}
    assert getattr(options.checked(settings, ()), name) == expected


def test_the_environment_replaces_a_default() -> None:
    settings = options.defaults({"JCNEWS_OUTPUT": "/srv/archive", "JCNEWS_HTML_SNAPSHOTS": "no"})
    values = options.checked(settings, ())
    assert (values.output, values.html_snapshots) == (Path("/srv/archive"), False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JCNEWS_FAIL_RATIO", "1.5"),
        ("JCNEWS_FAIL_RATIO", "few"),
        ("JCNEWS_MIN_FREE_MB", "-1"),
        ("JCNEWS_HTML_SNAPSHOTS", "perhaps"),
        ("JCNEWS_SEAL_RECORDS", "0"),
        ("JCNEWS_OUTPUT", " "),
        ("JCNEWS_CONTACT", "a\nb"),
        ("JCNEWS_RECHECK_DAYS", "1,x"),
        ("JCNEWS_RECHECK_DAYS", "-1"),
        ("JCNEWS_GONE_AFTER", "soon"),
        ("JCNEWS_GONE_AFTER", "-1h"),
        ("JCNEWS_GONE_AFTER", "9" * 400),
        ("JCNEWS_GONE_AFTER", "9" * 20),
        ("JCNEWS_MAX_WAIT", "9" * 400),
        ("JCNEWS_SEAL_RECORDS", "9" * 20),
        ("JCNEWS_SEAL_RECORDS", "9" * 5000),
    ],
)
def test_a_value_that_makes_no_sense_is_named(name: str, text: str) -> None:
    with pytest.raises(UsageFault, match=name):
        options.checked({**options.defaults({}), name: text}, ())


@pytest.mark.parametrize("place", ["settings", "environment"])
def test_an_unknown_name_is_refused(place: str) -> None:
    settings = options.defaults({})
    environment: list[str] = []
    if place == "settings":
        settings["JCNEWS_OUTPTU"] = "x"
    else:
        environment.append("JCNEWS_OUTPTU")
    with pytest.raises(UsageFault, match="JCNEWS_OUTPTU"):
        options.checked(settings, environment)
