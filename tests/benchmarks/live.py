"""The live picture: what the studio adds to the bare network, and ONNX Runtime beside eager PyTorch."""

import dataclasses
import statistics
from pathlib import Path

import numpy as np

from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.library import ModelEntry, ModelLibrary
from studio.core.live import make_request
from studio.core.picture import Painter
from studio.core.stroke import PenSample
from studio.core.tools import ToolId, ToolOptions, make_tool
from tests.benchmarks.measure import (
    Effort,
    NotReadyError,
    Row,
    repeated_ms,
    scribble,
    temporary_home,
)
from tests.fixtures.models import TinyModel, entry_for

OVER_RUN_MS = 5.0
OVER_RUN_CARRIED_MS = 25.0
THREADS = 2
CARRIED_SIZE = 1024


def model_at_hand(effort: Effort, folder: Path) -> ModelEntry:
    """Return the shipped model; in a tiny run, or where none is shipped, a small one made for tests."""
    library = ModelLibrary()
    library.refresh()
    entry = None if effort.tiny else library.default_entry()
    return entry if entry is not None else TinyModel(size=256, convolutions=4).entry(folder)


def drawn(size: int, strokes: int) -> Document:
    """Return a drawing of some strokes."""
    document = Document.new(size, size)
    for index in range(strokes):
        draw_one(document, index)
    return document


def draw_one(document: Document, index: int) -> None:
    """Add one stroke with the pen tool."""
    tool = make_tool(ToolId.PEN, document, ToolOptions())
    samples = [
        PenSample(p.x, p.y, p.pressure, 0.0, 0.0, p.time_s) for p in scribble(document.width, index, 40)
    ]
    tool.press(samples[0])
    tool.move(samples[1:])
    tool.release(samples[-1])


def live_step(effort: Effort) -> list[Row]:
    """Snapshot to picture while one draws, beside the bare run of the network with the same threads."""
    rows = []
    with temporary_home() as home:
        entry = model_at_hand(effort, home / "models")
        assert entry.manifest is not None
        engine = Engine.load(entry, "cpu", THREADS)
        native = entry.manifest.size
        rounds = effort.times(60, 3)
        for size, over_ms in ((native, OVER_RUN_MS), (CARRIED_SIZE, OVER_RUN_CARRIED_MS)):
            document = drawn(size, effort.times(20, 3))
            painter = Painter(engine)
            painter.paint(make_request(document.snapshot(), entry))
            totals, runs = [], []
            for index in range(rounds):
                draw_one(document, 1000 + index)
                # Taken in turns: a busy moment of the machine meets both.
                runs.extend(bare_run(engine, native, 1))
                totals.extend(repeated_ms(lambda d=document, p=painter: _step(d, entry, p), 1, warm=0))
            run = statistics.median(runs)
            name = f"live step at {size} px"
            budget = run + over_ms
            rows.append(Row(f"{name}, median", statistics.median(totals), run, budget, "ms", "the bare run"))
        engine.close()
    return rows


def _step(document: Document, entry: ModelEntry, painter: Painter) -> None:
    painter.paint(make_request(document.snapshot(), entry))


def bare_run(engine: Engine, size: int, times: int) -> list[float]:
    """Return the milliseconds of ``times`` runs of the network alone, at ``size`` x ``size``."""
    sketch = np.full((size, size), 255, np.uint8)
    sketch[size // 4 : size // 2, size // 3] = 0
    return [engine.run(sketch).run_ms for _ in range(times)]


def runtimes(effort: Effort) -> list[Row]:
    """ONNX Runtime beside eager PyTorch: the same generator, pixels in and pixels out, the same threads."""
    try:
        import torch

        from training import export, graph
    except ImportError as error:
        raise NotReadyError(f"needs the train extra ({error})") from error
    with temporary_home() as home:
        entry = generator_file(effort, home / "models")
        network, manifest = export.load_generator_from_onnx(entry.path)
        size = manifest.size
        model = graph.PixelModel(network)
        engine = Engine.load(entry, "cpu", THREADS)
        before = torch.get_num_threads()
        torch.set_num_threads(THREADS)
        inputs = (
            torch.full((1, size, size), 255, dtype=torch.uint8),
            torch.zeros(1, size, size, 4, dtype=torch.uint8),
            torch.zeros(1, len(manifest.labels)),
            torch.zeros(1, manifest.noise),
        )
        eager, ours = [], []
        with torch.inference_mode():
            for _ in range(effort.times(60, 2)):
                eager.extend(repeated_ms(lambda: model(*inputs), 1, warm=0))
                ours.extend(bare_run(engine, size, 1))
        torch.set_num_threads(before)
        engine.close()
    name = f"ONNX Runtime, {size} px, {THREADS} threads, median"
    return [Row(name, statistics.median(ours), statistics.median(eager), None, "ms", "eager PyTorch")]


def generator_file(effort: Effort, folder: Path) -> ModelEntry:
    """Return the shipped model; where none is shipped, our recipe's untrained generator."""
    entry = model_at_hand(Effort(), folder)
    if entry.shipped:
        return entry
    if effort.tiny:
        raise NotReadyError("no model is shipped, and exporting one takes a minute")
    from training.export import export_generator
    from training.networks import build_network, network_options
    from training.sections import GeneratorConfig

    config = GeneratorConfig()
    labels = ("one", "two")
    options = network_options(config, len(labels), 3, 256)
    network = build_network(config.kind, options)
    manifest = dataclasses.replace(
        TinyModel(size=256, labels=labels, noise=config.noise).manifest(),
        stride=network.stride,
        smallest=network.smallest,
        largest=network.largest,
        network={"kind": config.kind, **options},
    )
    result = export_generator(network, manifest, folder / "untrained.onnx")
    return entry_for(result.path, manifest)
