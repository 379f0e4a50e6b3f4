"""`python -m tests.hostile [--write]`: the one crawl with every fault; --write puts its table into docs/faults.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.hostile.crawl import measured, outcomes, trap
from tests.hostile.field import Field
from tests.hostile.table import FILE, row, text


def main() -> int:
    """Exit code: 1 when something else came of a fault than what must."""
    if "--write" in sys.argv[1:]:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(), encoding="utf-8")
        return 0
    with trap() as (port, visitors), tempfile.TemporaryDirectory() as folder:
        field = Field(port)
        with field.replica as replica:
            crawl = measured(field, Path(folder) / "output")
            found = outcomes(field, crawl.run)
            asked = len(replica.requests)
    wrong = [(spot, reason) for spot, reason in found.items() if reason != spot.fault.reason]
    print(*(row(spot.fault, reason) for spot, reason in found.items()), sep="\n")
    print(f"\n{len(found)} faults, {asked} requests, exit {crawl.run.code}, {crawl.seconds:.0f} s, peak of "
          f"{crawl.rss_mb:.0f} MB, {len(visitors)} in the trap")  # fmt: skip
    for spot, reason in wrong:
        print(f"WRONG: {spot.fault.place}, {spot.fault.name}: {reason}, not {spot.fault.reason}")
    return 1 if wrong or visitors else 0


if __name__ == "__main__":
    sys.exit(main())
