"""Where a section is that is only known by its name, and what was meant by one that is nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from jcnews_spider.job import fold_name


@dataclass(slots=True)
class Lookup:
    """The wanted names and the paths found for them."""

    names: tuple[str, ...]
    paths: dict[str, str] = field(default_factory=dict)
    """Path by wanted name."""
    candidates: dict[str, str] = field(default_factory=dict)
    """Every name seen, by its folded form."""
    places: dict[str, str] = field(default_factory=dict)
    """Name by every path seen."""

    def learn(self, sections: Iterable[tuple[str | None, str | None]]) -> None:
        """Takes (name, path) pairs into account; what was learned earlier wins."""
        for name, path in sections:
            if not name or not path:
                continue
            self.candidates.setdefault(fold_name(name), name)
            self.places.setdefault(path, name)
            for wanted in self.names:
                if fold_name(wanted) == fold_name(name):
                    self.paths.setdefault(wanted, path)

    @property
    def missing(self) -> list[str]:
        """Names without a path yet."""
        return [name for name in self.names if name not in self.paths]

    def refusal(self) -> str:
        """What to tell someone who asked for a section that is nowhere."""
        return "; ".join(f"unknown section {name!r}{self._nearest(name)}" for name in self.missing)

    def refusal_of(self, paths: Iterable[str]) -> str:
        """What to tell someone who gave paths at which there is nothing."""
        return "; ".join(f"unknown section {path!r}{self._nearest_path(path)}" for path in paths)

    def _nearest_path(self, path: str) -> str:
        matches = get_close_matches(path, self.places, n=5, cutoff=0.3)
        named = [f"{match} {self.places[match]}" for match in matches]
        return f", nearest are {'、'.join(named)}" if named else ""

    def _nearest(self, name: str) -> str:
        matches = get_close_matches(fold_name(name), self.candidates, n=5, cutoff=0.3) or sorted(self.candidates)[:5]
        return f", nearest are {'、'.join(self.candidates[match] for match in matches)}" if matches else ""
