"""Work for the window that is no training: measure a run, write its report, suggest labels.

Each takes a request of plain values, tells how far it is, and returns the path of what it wrote.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.data.dataset import Stages
from training.evaluation_options import options_from
from training.files import write_bytes
from training.record import FOLDER

ShouldStop = Callable[[], bool]


def evaluate(request: Mapping[str, Any], show: Stages, should_stop: ShouldStop) -> Path:
    """Measure ``run`` as ``options`` say, into its folder of reports, which is returned.

    UserError with a sentence when that cannot be done; EvaluationStoppedError between batches.
    """
    from training.evaluation import evaluate_run, save_evaluation

    run = Path(request["run"])
    found = evaluate_run(run, None, options_from(request["options"]), show, should_stop)
    save_evaluation(found, run / FOLDER)
    return run / FOLDER


def report(request: Mapping[str, Any], show: Stages, should_stop: ShouldStop) -> Path:
    """Write the page of ``run``; UserError when it has not been trained yet."""
    from training.report.write import write_report

    show(0, 0, "The report is written")
    return write_report(Path(request["run"]))


def suggest(request: Mapping[str, Any], show: Stages, should_stop: ShouldStop) -> Path:
    """Write what is suggested for the pictures in ``folder`` to ``out``, as JSON.

    By the pictures of the folder ``like`` and those that ``model`` makes; either
    may be None. UserError with a sentence; CancelledError between pictures.
    """
    from training.device import place
    from training.metrics.suggest import suggest_labels

    like, model, out = request["like"], request["model"], Path(request["out"])
    found = suggest_labels(
        Path(request["folder"]),
        Path(like) if like else None,
        Path(model) if model else None,
        device=place("auto", "float32").device.type,
        on_progress=show,
        cancelled=should_stop,
    )
    # In ASCII: names of files may be what is no valid Unicode.
    write_bytes(out, json.dumps(asdict(found)).encode("ascii"))
    return out


ERRANDS: dict[str, Callable[[Mapping[str, Any], Stages, ShouldStop], Path]] = {
    "evaluate": evaluate,
    "report": report,
    "suggest": suggest,
}
