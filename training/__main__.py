"""The command line: ``python -m training`` and ``sketch-train``."""

import sys

from training.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
