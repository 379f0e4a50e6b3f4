"""Health: whether the pages still look like this site's. Numbers of a run in, breaches out (docs/operators.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import Any

PAST = 10
"""Good runs with which a number is compared."""

LEAST_RUNS = 3
"""Good runs without which a height is not compared."""

LEAST_RECORDS = 3
"""Records, or pages, that must be wrong before a share of them is."""

LEAST_OF_MEDIAN = 5
"""Records of which a median or a mean is taken at least: fewer are by chance five briefs."""

STEADY = 20
"""Records from which a median is steady: of news it then stays within a factor of two (3 σ)."""

LEAST_LISTS = 3
"""Lists without an article that are no chance: one or two may well be empty."""

LEAST_LINKS = 6
"""Usual links of a list below which their number says nothing."""

MOST_WITHOUT_BODY = 0.5
"""Share of a new site's pages that show a title and no text: above it, the text stands where nobody looks."""

MOST_COPIES = 0.8
"""Share of a new site's records that say just what another one says: above it, one notice stands at many addresses."""

REQUIRED = ("title", "published_at", "text")
"""Fields that hardly any record lacks, also of a site that was never seen before."""

FIELDS = (*REQUIRED, "source")
"""Fields whose coverage is judged."""

REGULAR_DAYS = 21
"""Days with news, the newest ones, that tell how often a section publishes."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a run by which later ones are judged."""

    kind: str
    """Key of RULES."""
    subject: str
    """Name of a field, path of a section, or empty."""
    value: float
    of: float
    """What it was taken from: so many records, pages, lists or links; of a silence the days that are still usual."""
    section: str | None = None
    """Where it was taken, or where most of what is wrong stands."""
    addresses: tuple[str, ...] = ()
    """Up to three places where a person may look."""

    @property
    def is_absolute(self) -> bool:
        """True when it can be judged whatever the run was about."""
        return self.subject in REQUIRED or (self.kind == "links" and not self.value)


@dataclass(frozen=True, slots=True)
class Past:
    """The same number of an earlier run."""

    run_id: str
    value: float
    of: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still healthy; the settings say what each means."""

    coverage: float
    source: float
    rise: float
    drop: float


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong with the pages of a run."""

    measure: Measure
    what: str
    """For people."""
    last_good_run: str | None
    """Newest run whose number was healthy."""

    def as_dict(self) -> dict[str, Any]:
        """The breach as JSON types, for reports and alerts."""
        measure = self.measure
        return {
            "rule": measure.kind,
            "section": measure.section,
            "field": measure.subject if measure.kind == "coverage" else None,
            "what": self.what,
            "last_good_run": self.last_good_run,
            "addresses": list(measure.addresses),
        }


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the ledger is told of a run's health."""

    measures: Sequence[Measure] = ()
    breaches: Sequence[Breach] = ()
    starts_anew: bool = False
    """True when nothing of before is to be compared with any more."""


UNJUDGED = Judgement()
"""Of a run that saw no page."""


def told(breach: Mapping[str, Any]) -> str:
    """A breach, as JSON types, in one line for people: what, where, since when, and where to look."""
    section, last_good = breach["section"], breach["last_good_run"]
    places = [f"most of them in {section}"] if section and section not in breach["what"] else []
    since = [f"last good run {last_good}"] if last_good else []
    return f"{breach['what']} ({'; '.join([*places, *since, *breach['addresses']])})"


History = Mapping[tuple[str, str], Sequence[Past]]
"""The last PAST good numbers by (kind, subject), newest first."""

Rule = Callable[[Measure, Sequence[Past], Limits], str | None]
"""Gives what is wrong, None when nothing is."""


def judge(measures: Sequence[Measure], history: History, limits: Limits) -> Judgement:
    """What is wrong, in the order of the measures, and what later runs are compared with.

    What is wrong of too few is neither told nor remembered: one share of a crawl, or one quiet night, after the other
    it would become what is usual.
    """
    kept, found = [], []
    for measure in measures:
        past = history.get((measure.kind, measure.subject), ())
        what = RULES[measure.kind](measure, past, limits)
        if what and _is_of_few(measure):
            continue
        kept.append(measure)
        if what:
            found.append(Breach(measure, what, past[0].run_id if past else None))
    return Judgement(kept, found)


def silence(path: str, url: str, days: Sequence[date], today: date, least_days: int) -> Measure | None:
    """How long a section with its list at `url` shows nothing new, None when it does not publish regularly.

    `days` are those of its articles, newest first. Twice the longest pause between its last REGULAR_DAYS days with news
    is usual, and `least_days` always are.
    """
    if len(days) < REGULAR_DAYS or not least_days:
        return None
    longest = max((later - earlier).days for later, earlier in pairwise(days))
    return Measure("silence", path, (today - days[0]).days, max(least_days, 2 * longest), path, (url,))


def _lacks(measure: Measure, past: Sequence[Past], limits: Limits) -> str | None:
    """A field that too many records lack: more than the limit, and than chance makes of what was usual."""
    floor = limits.coverage if measure.subject in REQUIRED else limits.source
    if usual := _usual_share(past, measure.of):
        share, chance = usual
        floor = min(floor, share - chance)
    elif measure.subject not in REQUIRED:
        return None
    if measure.value >= floor:
        return None
    return f"{_number_lacking(measure)} of {measure.of:g} records lack {measure.subject}"


def _more(text: str, most: float = 1) -> Rule:
    """The rule of a share that must not rise, nor be above `most` at first; `text` says of what it is one."""

    def rule(measure: Measure, past: Sequence[Past], limits: Limits) -> str | None:
        usual = _usual_share(past, measure.of)
        if usual is None:
            return None if measure.value <= most else f"{_number_having(measure)} of {measure.of:g} {text}"
        share, chance = usual
        if measure.value <= share + max(limits.rise, chance):
            return None
        return f"{_number_having(measure)} of {measure.of:g} {text}, usually {share:.1%}"

    return rule


def _less(text: str) -> Rule:
    """The rule of a median or mean that must not fall; what is taken from few records may fall further."""

    def rule(measure: Measure, past: Sequence[Past], limits: Limits) -> str | None:
        if len(past) < LEAST_RUNS:
            return None
        usual = median(run.value for run in past)
        if measure.value >= usual * (1 - limits.drop) ** max(1.0, sqrt(STEADY / measure.of)):
            return None
        return f"{text} is {measure.value:.0f}, usually {usual:.0f}"

    return rule


def _links(measure: Measure, past: Sequence[Past], limits: Limits) -> str | None:
    if not measure.value:
        return f"the list of {measure.subject} shows nothing"
    usual = median(run.value for run in past) if len(past) >= LEAST_RUNS else 0
    if usual < LEAST_LINKS or measure.value >= usual * (1 - limits.drop):
        return None
    return f"the list of {measure.subject} shows {measure.value:.0f} links, usually {usual:.0f}"


def _bare(measure: Measure, *_: object) -> str:
    return f"none of {measure.of:g} lists has ever shown an article"


def _silent(measure: Measure, past: Sequence[Past], _: Limits) -> str | None:
    """A section that fell silent while it was watched; one that always was says nothing."""
    if measure.value <= measure.of or not any(run.value <= run.of for run in past):
        return None
    return f"{measure.subject} shows nothing new for {measure.value:.0f} days, up to {measure.of:.0f} are usual"


RULES: Mapping[str, Rule] = {
    "coverage": _lacks,
    "fallback": _more("records come from the fallback extractor"),
    "copies": _more("records say just what another one says", MOST_COPIES),
    "misfit": _more("article pages fit no layout"),
    "no_body": _more("article pages show a title and no text", MOST_WITHOUT_BODY),
    "length": _less("the median text length"),
    "bytes": _less("the mean size of an article page in bytes"),
    "links": _links,
    "bare": _bare,
    "silence": _silent,
}
"""The rule of each kind of measure."""


def _is_of_few(measure: Measure) -> bool:
    """True where less is wrong, or less was measured, than says anything."""
    match measure.kind:
        case "coverage":
            return _number_lacking(measure) < LEAST_RECORDS
        case "fallback" | "copies" | "misfit" | "no_body":
            return _number_having(measure) < LEAST_RECORDS
        case "length" | "bytes":
            return measure.of < LEAST_OF_MEDIAN
        case "bare":
            return measure.of < LEAST_LISTS
    return False


def _number_having(measure: Measure) -> int:
    return round(measure.of * measure.value)


def _number_lacking(measure: Measure) -> int:
    return round(measure.of * (1 - measure.value))


def _usual_share(past: Sequence[Past], records: float) -> tuple[float, float] | None:
    """The share over all records of the past, and what chance makes of it among so many: three standard errors.

    Few records of the past say little themselves (Laplace's rule of succession). None where there are none.
    """
    known = sum(run.of for run in past)
    if not known:
        return None
    having = sum(run.value * run.of for run in past)
    likely = (having + 1) / (known + 2)
    return having / known, 3 * sqrt(likely * (1 - likely) * (1 / known + 1 / records))
