"""``prepare``: make a data set; ``inspect``: tell what a folder of pictures holds."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from training.cli.progress import progress_bar
from training.data.inspect import DataReport, inspect
from training.data.options import SourceConfig

# Findings of a kind that are printed; --json has them all.
SHOWN = 5


def prepare_openmoji_command(folder: Path, size: int, also: Sequence[Path] = ()) -> None:
    """Render OpenMoji, and the sets ``also``, into ``folder``, with a progress bar.

    UserError as ``prepare_openmoji`` raises it.
    """
    from training.data.openmoji import prepare_openmoji

    with progress_bar("drawing") as show:
        prepared = prepare_openmoji(folder, size, show, also)
    counts = ", ".join(f"{sum(labels.values())} {split}" for split, labels in prepared.counts.items())
    sys.stdout.write(f"{prepared.folder}: {counts}, {len(prepared.labels)} labels\n")


def inspect_command(folder: Path, layout: str, labels: Path | None, as_json: bool) -> None:
    """Print what ``inspect`` finds in ``folder``, for people or as JSON; UserError as it raises it."""
    with progress_bar("picture") as show:
        report = inspect(folder, SourceConfig(layout=layout, labels=str(labels or "")), show)
    if as_json:
        # ASCII: file names may be what no terminal can show.
        sys.stdout.write(json.dumps(report.to_dict(), indent=2) + "\n")
    else:
        text = report_text(report)
        sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def report_text(report: DataReport) -> str:
    """Return the report as text for a terminal."""
    lines = [
        f"{report.folder}: {report.reason}",
        f"{report.usable} of {report.pictures} pictures can be used.",
    ]
    if report.alternatives:
        lines.append(f"It could also be read as: {', '.join(report.alternatives)} (--layout).")
    for title, counts in (("Classes", report.counts), ("Parts", report.splits), ("Sizes", report.sizes)):
        told = ", ".join(f"{name} {count}" for name, count in counts.items() if name)
        if told:
            lines.append(f"{title}: {told}")
    for kind, count in report.found.items():
        lines += ["", f"{kind.replace('_', ' ').capitalize()}: {count}. {report.treatments[kind]}"]
        some = [finding.text for finding in report.findings if finding.kind == kind][:SHOWN]
        lines += [f"  {text}" for text in some]
        if count > len(some):
            lines.append(f"  and {count - len(some)} more")
    return "\n".join(lines) + "\n"
