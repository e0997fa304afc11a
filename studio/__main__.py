"""The program: ``sketch-studio [FILE]``, or one of the commands that need no window."""

import multiprocessing
import sys
from collections.abc import Sequence

USAGE = """\
sketch-studio [FILE]                    open the window, with a drawing or an image
sketch-studio render IN --out OUT ...   colour drawings without a window (--help tells more)
sketch-studio models [--json]           list the models at hand
sketch-studio --self-test [--json]      check the installation
sketch-studio --version
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say and return the exit status; only the window imports Qt's widgets."""
    multiprocessing.freeze_support()
    arguments = list(sys.argv[1:] if argv is None else argv)
    match arguments[:1]:
        case ["--probe-model"]:
            from training.modelfile_probe import main as probe

            return probe(arguments[1:])
        case ["--train-worker"]:
            from training.worker import main as work

            return work()
        case ["render"]:
            from studio.cli.render import main as render

            return render(arguments[1:])
        case ["models"]:
            from studio.cli.models import main as models

            return models(arguments[1:])
        case ["--self-test"]:
            from studio.cli.self_test import main as self_test

            return self_test(arguments[1:])
        case ["--version"]:
            from studio import __version__
            from studio.cli.common import show

            show(f"Sketch Studio {__version__}")
            return 0
        case ["--help" | "-h"]:
            from studio.cli.common import show

            show(USAGE.rstrip())
            return 0
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        from studio.cli.common import BAD_INPUT, say

        say(f"These arguments are not understood: {' '.join(arguments)}; see sketch-studio --help.")
        return BAD_INPUT
    from studio.app import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
