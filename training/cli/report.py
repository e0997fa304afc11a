"""``report``: a run as one page."""

import argparse
import sys

from training.cli.progress import stage_bars
from training.evaluation import evaluate_run, save_evaluation
from training.evaluation_options import EvaluationOptions
from training.record import FOLDER
from training.report.write import write_report


def report_command(options: argparse.Namespace) -> None:
    """Write the page of a run, measured first where data are named; print where it is."""
    if options.data is not None:
        with stage_bars() as show:
            found = evaluate_run(options.run_folder, options.data, EvaluationOptions(), show)
        save_evaluation(found, options.run_folder / FOLDER)
    sys.stdout.write(f"{write_report(options.run_folder, options.out)}\n")
