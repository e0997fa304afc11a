"""``export``: a run as one model file."""

import argparse
import sys

from training.export import export_run


def export_command(options: argparse.Namespace) -> None:
    """Publish a run as one model file."""
    result = export_run(options.run_folder, options.out, name=options.name, half=options.half)
    megabytes = result.size_bytes / 1e6
    sys.stdout.write(f"{result.path}: {megabytes:.1f} MB, at most {result.worst}/255 off PyTorch\n")
