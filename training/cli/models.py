"""``export``: a run as one model file; ``recognise``: a model that has learnt what drawings show."""

import argparse
import sys
from collections.abc import Sequence

from training.export import ExportResult, export_run
from training.recognition import Learning, RecognitionConfig, teach

BAR = "{percentage:3.0f}%|{bar}| {remaining} left, {postfix}"
MOST_TOLD = 5


def export_command(options: argparse.Namespace) -> None:
    """Publish a run as one model file."""
    _tell(export_run(options.run_folder, options.out, name=options.name, half=options.half))


def recognise_command(options: argparse.Namespace) -> None:
    """Teach a model to recognise what is drawn, with a bar of its time, and write it as another file."""
    from tqdm import tqdm

    given = {"minutes": options.minutes, "trust": options.trust, "seed": options.seed}
    config = RecognitionConfig(**{name: value for name, value in given.items() if value is not None})
    with tqdm(total=100, unit="%", file=sys.stderr, delay=0.2, bar_format=BAR) as bar:

        def show(learning: Learning) -> None:
            bar.update(100.0 * learning.share - bar.n)
            bar.set_postfix_str(
                f"colours {learning.colours:.3f}, recognised {learning.told:.0%}, "
                f"{learning.drawings_per_s:.0f} drawings/s"
            )

        taught = teach(
            options.model,
            options.data,
            options.out,
            config,
            drawings=options.drawings,
            precision=options.precision,
            half=options.half,
            on_problems=_warn,
            on_progress=show,
        )
    _tell(taught)


def _warn(problems: Sequence[str]) -> None:
    for problem in problems[:MOST_TOLD]:
        sys.stderr.write(f"{problem}\n")
    if len(problems) > MOST_TOLD:
        sys.stderr.write(f"{len(problems)} were left out in all.\n")


def _tell(result: ExportResult) -> None:
    megabytes = result.size_bytes / 1e6
    sys.stdout.write(f"{result.path}: {megabytes:.1f} MB, at most {result.worst}/255 off PyTorch\n")
