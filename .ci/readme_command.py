"""Print the command that stands under one of README's marks, so that the gate runs what a reader would type.

A mark is an HTML comment, ``<!-- command: NAME -->``; the command is the fenced block that follows it.
"""

import re
import sys
from pathlib import Path


def readme_command(text: str, name: str) -> str:
    """Return the command under the mark ``name``; ValueError when there is none, or more than one."""
    block = re.compile(rf"<!-- command: {re.escape(name)} -->\s*```[a-z]*\n(.*?)\n```", re.DOTALL)
    found = block.findall(text)
    if len(found) != 1:
        raise ValueError(f"README needs exactly one command marked '{name}', found {len(found)}")
    command: str = found[0].strip()
    return command


if __name__ == "__main__":
    path, name = sys.argv[1:]
    sys.stdout.write(readme_command(Path(path).read_text(encoding="utf-8"), name) + "\n")
