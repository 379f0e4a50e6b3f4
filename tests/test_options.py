"""Own settings: one table, read and checked."""

from pathlib import Path

import pytest

from jcnews_spider import options
from jcnews_spider.errors import UsageFault


def test_defaults_make_sense() -> None:
    values = options.checked(options.defaults({}), ())
    assert values == options.Options()


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
