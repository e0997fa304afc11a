"""``suggest-labels``: a table of labels for pictures that have none."""

import argparse
import sys
from collections import Counter

from training.cli.progress import stage_bars
from training.data.labels_file import Suggestions, write_labels
from training.device import place
from training.metrics.suggest import SuggestConfig, suggest_labels
from training.options import check_options

UNSURE = 0.5


def suggest_command(options: argparse.Namespace) -> None:
    """Write the table and print how many pictures got which label; no picture is touched."""
    given = {"neighbours": options.neighbours, "per_label": options.per_label}
    config = SuggestConfig(**{name: value for name, value in given.items() if value is not None})
    check_options(config)
    with stage_bars() as show:
        found = suggest_labels(
            options.folder,
            options.like,
            options.model,
            config,
            device=place("auto", "float32").device.type,
            on_progress=show,
        )
    write_labels(options.out, found.rows)
    text = suggestions_text(found)
    sys.stdout.write(f"{options.out}: {text}".encode("utf-8", "backslashreplace").decode("utf-8"))


def suggestions_text(found: Suggestions) -> str:
    """Return what was suggested as text: counts by label, and how far to trust them."""
    counts = Counter(one.label for one in found.rows)
    unsure = sum(one.confidence < UNSURE for one in found.rows)
    lines = [f"{len(found.rows)} pictures, {unsure} of them with a confidence below {UNSURE:g}"]
    lines += [f"{label:24} {count:>8}" for label, count in counts.most_common()]
    lines.append(
        f"Of the {sum(found.examples.values())} examples {found.accuracy:.1%} would have got their own label."
    )
    lines += [f"left out, cannot be read: {name}" for name in found.left_out]
    lines.append(f"Suggested: {found.protocol}.")
    return "\n".join(lines) + "\n"
