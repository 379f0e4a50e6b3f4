"""`python bench/plots.py FOLDER FILE.json …`: draws what `python -m bench` has written, as FOLDER/bench-*.svg.

Runs in the environment of `make bench-peers`, without this project. Of a part that stands in several files the last
one counts; a plot whose part is missing is left as it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]
import matplotlib.pyplot as plt  # type: ignore[import-not-found]
from matplotlib.ticker import LogLocator, NullFormatter  # type: ignore[import-not-found]

OWN = "jcnews_spider"
OURS, OTHERS, GOAL = "#b3261e", "#5f6b7a", "#111111"

mpl.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "bench",
        "font.family": "sans-serif",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
    }
)

Figures = dict[str, dict[str, Any]]
"""Figures of a part by their names."""


def crawl(figures: Figures) -> Any:
    """This project's pages a second as multiples of each peer's, with the goals as marks."""
    begin = f"{OWN} against "
    ratios = {name.removeprefix(begin): one for name, one in figures.items() if name.startswith(begin)}
    drawing, axes = plt.subplots(figsize=(7, 0.55 * len(ratios) + 1.3), layout="constrained")
    for place, one in enumerate(reversed(ratios.values())):
        low, high = one["spread"]
        axes.barh(place, one["value"], height=0.55, color=OURS)
        axes.plot([low, high], [place, place], color=GOAL, linewidth=1)
        axes.plot([one["least"]] * 2, [place - 0.36, place + 0.36], color=GOAL, linewidth=2)
        label = axes.annotate(f"{one['value']:.2f}", (high, place), (5, 0), textcoords="offset points", va="center")
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
    axes.set_yticks(range(len(ratios)), reversed(ratios))
    axes.set_title("A whole crawl's pages a second, as a multiple of each peer's")
    axes.set_xlabel("median of the rounds; thin line: lowest to highest, thick mark: goal")
    return drawing


def extraction(figures: Figures) -> Any:
    """Speed and quality of each extractor."""
    tools = [name.removesuffix(": body") for name in figures if name.endswith(": body")]
    drawing, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
    for tool in tools:
        x, y = figures[f"{tool}: records"]["value"], figures[f"{tool}: body"]["value"]
        axes.scatter(x, y, s=60, color=OURS if tool == OWN else OTHERS, zorder=3)
        axes.annotate(tool, (x, y), (0, -14), textcoords="offset points", ha="center")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(0.15, 0.25)
    axes.grid(alpha=0.25)
    axes.set_title("Extraction: speed and body F1 (up and to the right is better)")
    axes.set_xlabel("records a second of CPU, pages of 30 KB")
    axes.set_ylabel("body F1")
    return drawing


def growth(figures: Figures) -> Any:
    """Memory and time over the size of the archive."""
    drawing, (memory, seconds) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    memory.plot(*_over_articles(figures, "crawl, most memory"), "o-", color=OURS, label="whole crawl")
    memory.plot(
        *_over_articles(figures, "run without news, most memory"), "s--", color=OTHERS, label="run without news"
    )
    seconds.plot(*_over_articles(figures, "run without news"), "s--", color=OTHERS)
    memory.legend(frameon=False)
    for axes, title in ((memory, "Most memory, MB"), (seconds, "Run without news, seconds")):
        axes.set_xscale("log")
        axes.set_ylim(0, 1.15 * axes.get_ylim()[1])
        axes.grid(alpha=0.25)
        axes.set_title(title)
        axes.set_xlabel("articles in the archive")
    return drawing


def _over_articles(figures: Figures, name: str) -> tuple[list[int], list[float]]:
    """Sizes and values of a figure that stands there for several sizes."""
    found = {
        int(size.removesuffix(" articles").replace(",", "")): one["value"]
        for full, one in figures.items()
        for size, _, rest in [full.partition(": ")]
        if rest == name and size.endswith(" articles")
    }
    return sorted(found), [found[size] for size in sorted(found)]


PLOTS = {
    "crawl": (crawl, ("crawl",)),
    "extraction": (extraction, ("extraction",)),
    "growth": (growth, ("growth", "ledger")),
}
"""Each plot by its name, and the parts whose figures it shows; it wants the first of them."""


def main() -> None:
    """Draws each plot whose part is there."""
    parts: dict[str, Figures] = {}
    for path in sys.argv[2:]:
        for part, figures in json.loads(Path(path).read_text(encoding="utf-8"))["parts"].items():
            parts[part] = {one["name"]: one for one in figures}
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (draw, wanted) in PLOTS.items():
        if wanted[0] in parts:
            figures = {key: one for part in wanted for key, one in parts.get(part, {}).items()}
            draw(figures).savefig(folder / f"bench-{name}.svg", metadata={"Date": None})
            print(folder / f"bench-{name}.svg")


if __name__ == "__main__":
    main()
