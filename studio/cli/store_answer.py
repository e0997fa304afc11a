"""``python -m studio.cli.store_answer [MODEL]``: keep a shipped model's CPU answer for the self-test."""

import sys
from collections.abc import Sequence

from studio import resources
from studio.cli.common import Parser, answering, model_for_sketches, show
from studio.core import device
from studio.core.engine import Engine


def main(arguments: Sequence[str]) -> int:
    """Compute the reference answer on the CPU and store it in the assets; returns the exit status."""
    parser = Parser(prog="python -m studio.cli.store_answer", description=__doc__)
    parser.add_argument("model", metavar="MODEL", nargs="?", default="", help="id, name or .onnx file")
    options = parser.parse_args(arguments)
    return answering(lambda: _store(options.model))


def _store(name: str) -> int:
    model = model_for_sketches(name)
    engine = Engine.load(model, "cpu")
    image, _ = engine.reference()
    path = resources.asset("self_test", f"{model.id}.png")
    device.save_answer(path, model.sha256, image)
    show(f"{path} is the answer of {model.id} ({model.sha256[:16]}).")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
