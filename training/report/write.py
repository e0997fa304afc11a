"""The report of a run as files: the page for people, and the same as JSON for programs."""

from pathlib import Path

from training.files import write_json, write_text
from training.record import FOLDER
from training.report.gather import gather
from training.report.page import page

PAGE, DATA = "report.html", "report.json"


def write_report(run: Path, out: Path | None = None) -> Path:
    """Write report.html and report.json of ``run``, into its folder of reports or as ``out`` and beside it.

    Returns the page's path. UserError when ``run`` is no run that has begun.
    """
    path = out or run / FOLDER / PAGE
    report = gather(run)
    write_json(path.with_suffix(".json"), report)
    write_text(path, page(report, run))
    return path
