"""``python -m studio models``: the models at hand, with what is wrong with the broken ones."""

import json
from collections.abc import Sequence
from typing import Any

from studio.cli.common import Parser, answering, show
from studio.core.library import ModelEntry, ModelLibrary


def main(arguments: Sequence[str]) -> int:
    """List the models; returns the exit status."""
    parser = Parser(prog="python -m studio models", description=__doc__)
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    options = parser.parse_args(arguments)
    return answering(lambda: _list(as_json=options.json))


def described(entry: ModelEntry) -> dict[str, Any]:
    """Return one model as plain values."""
    manifest = entry.manifest
    return {
        "id": entry.id,
        "name": entry.name,
        "path": str(entry.path),
        "sha256": entry.sha256,
        "size_bytes": entry.size_bytes,
        "shipped": entry.shipped,
        "problem": entry.problem,
        "manifest": json.loads(manifest.to_json()) if manifest else None,
    }


def _list(*, as_json: bool) -> int:
    library = ModelLibrary()
    entries = library.refresh()
    if as_json:
        show(json.dumps([described(entry) for entry in entries], indent=2, ensure_ascii=False))
        return 0
    if not entries:
        show(f"No models. Put .onnx files into {library.folders[-1]}.")
    for entry in entries:
        show(_line(entry))
    return 0


def _line(entry: ModelEntry) -> str:
    if entry.problem is not None or entry.manifest is None:
        return f"{entry.id}: cannot be used. {entry.problem}"
    manifest = entry.manifest
    facts = [manifest.task, f"{manifest.size} px", f"{entry.size_bytes / 1e6:.1f} MB"]
    if manifest.labels:
        facts.append(f"labels: {', '.join(manifest.labels)}")
    if manifest.hints:
        facts.append("takes hints")
    if manifest.licence:
        facts.append(manifest.licence)
    return f"{entry.id}: {entry.name} ({'; '.join(facts)})"
