"""``python -m tests.benchmarks [NAME ...]``: print each figure beside a reference taken in the same run."""

import argparse
import json
import os
import sys
from dataclasses import asdict

import psutil

from studio.workers.pace import make_way_for_the_window
from tests.benchmarks import registry
from tests.benchmarks.measure import Effort, NotReadyError, Row

BUSY_LOAD = 0.4


def table(rows: list[Row]) -> str:
    """Return the rows as aligned text."""
    cells = [("figure", "measured", "reference", "ratio", "budget", "", "reference is")]
    for row in rows:
        budget = "" if row.budget is None else f"{row.budget:.2f}"
        cells.append(
            (
                row.name,
                f"{row.measured:.2f} {row.unit}",
                f"{row.reference:.2f} {row.unit}",
                f"{row.ratio:.2f}",
                budget,
                row.verdict,
                row.against,
            )
        )
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def warn_when_busy() -> None:
    """Say so when other programs keep the machine busy: milliseconds grow then, ratios less so."""
    load = psutil.getloadavg()[0] / (os.cpu_count() or 1)
    if load > BUSY_LOAD:
        print(f"the machine is busy (load {load:.1f} a core): times are too long", file=sys.stderr)


def main(argv: list[str]) -> int:
    """Run the named benchmarks, all by default; 1 when a figure is over its budget."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(registry.BENCHMARKS)}; all by default")
    parser.add_argument("--tiny", action="store_true", help="only prove that they run")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    options = parser.parse_args(argv)
    unknown = set(options.names) - set(registry.BENCHMARKS)
    if unknown:
        known = ", ".join(registry.BENCHMARKS)
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; choose from {known}")
    # As the program does when it starts: it counts only before the first benchmark imports PyTorch.
    make_way_for_the_window()
    rows: list[Row] = []
    warn_when_busy()
    for name in options.names or registry.BENCHMARKS:
        try:
            found = registry.BENCHMARKS[name](Effort(tiny=options.tiny))
        except NotReadyError as error:
            print(f"{name}: left out, {error}", file=sys.stderr)
            continue
        rows.extend(found)
        print(f"{name}: done", file=sys.stderr)
    if options.json:
        print(
            json.dumps(
                [{**asdict(row), "ratio": row.ratio, "verdict": row.verdict} for row in rows], indent=2
            )
        )
    else:
        print(table(rows))
    return int(any(row.verdict == "OVER" for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
