"""Every recipe, tiny: it builds, steps, learns, saves, resumes to the last bit, and becomes a model file."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from tests.training.recipes.tiny import LABELS, data_for, tiny_recipe, write_classes
from tests.training.runs import Listener, ignore, never
from tests.training.test_loop import assert_identical, weights
from training import events
from training.config import TrainConfig, load_config
from training.export import TOLERANCE, export_run, load_generator_from_onnx
from training.loop import train
from training.modelfile import check_model_file, example_inputs
from training.recipes import get_recipe, recipe_names

STEPS = 4


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures in folders of their labels, in colour and in grey, that no test changes."""
    return write_classes(tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="session")
def trained(
    pairs: Path, classes: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[TrainConfig, Listener]]:
    """Runs of four steps by the names of their recipes, made when they are first asked for."""

    class Runs(dict[str, tuple[TrainConfig, Listener]]):
        def __missing__(self, name: str) -> tuple[TrainConfig, Listener]:
            run = tmp_path_factory.mktemp("recipes") / name
            config, listener = tiny_recipe(name, data_for(name, pairs, classes), run), Listener()
            assert train(config, listener.on_event, listener.next_command).complete
            self[name] = config, listener
            return self[name]

    return Runs()


Trained = dict[str, tuple[TrainConfig, Listener]]


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_learns(name: str, trained: Trained) -> None:
    config, listener = trained[name]
    done = [event.losses for event in listener.of(events.StepDone) if isinstance(event, events.StepDone)]
    assert all(np.isfinite(list(losses.values())).all() for losses in done)
    moved = [loss for loss in done[0] if loss in done[-1] and done[0][loss] != done[-1][loss]]
    assert "adversarial" in moved
    assert {"d_real", "d_fake"} <= done[1].keys()
    grids = [event for event in listener.of(events.SamplesReady) if isinstance(event, events.SamplesReady)]
    assert [grid.step for grid in grids] == [0, 2, 4]
    first, _, last = (np.asarray(Image.open(event.path)) for event in grids)
    assert (first != last).any()
    if config.task == "label-to-image":
        rows = LABELS if config.conditions.labels != "none" else ("",) * grids[0].rows
        assert grids[0].labels == rows
        assert (grids[0].rows, grids[0].columns, grids[0].side) == (len(rows), 8, config.size)
    else:
        assert grids[0].columns == (5 if config.hints.enabled else 3)


@pytest.mark.parametrize("name", recipe_names())
def test_a_recipe_resumes_to_the_last_bit(name: str, trained: Trained, tmp_path: Path) -> None:
    config, _ = trained[name]
    run = Path(config.run)
    whole = weights(run, STEPS)
    shutil.copytree(run, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints" / f"step-{STEPS:08d}")
    resumed = train(
        replace(load_config(run / "config.toml"), run=str(tmp_path / "run")), ignore, never, resume=True
    )
    assert resumed.complete
    assert_identical(whole, weights(tmp_path / "run", STEPS))


def graph_of(name: str) -> tuple[object, ...]:
    """What makes a recipe's graph another than those of the others, whatever its widths and sizes."""
    it = get_recipe(name).config.generator
    return (it.kind, it.join, it.norm_last, it.encoder, bool(it.tail_layers))


def first_of_each_graph() -> list[str]:
    """A recipe for each graph; the line-art model's own is proved in the tests of the export."""
    firsts = {graph_of(name): name for name in reversed(recipe_names())}
    return [name for name in recipe_names() if name in firsts.values() and name != "lineart"]


@pytest.mark.slow
@pytest.mark.timeout(900)  # PyTorch translates each graph anew: 3 to 20 s, on a busy machine minutes
@pytest.mark.parametrize("name", first_of_each_graph())
def test_a_recipe_becomes_a_model_file(name: str, trained: Trained, tmp_path: Path) -> None:
    config, _ = trained[name]
    result = export_run(Path(config.run), tmp_path / "model.onnx")
    assert result.worst <= TOLERANCE
    manifest = check_model_file(result.path).manifest
    assert (manifest.task, manifest.recipe) == (config.task, name)
    assert not manifest.hints
    assert not manifest.flats
    assert bool(manifest.labels) == (config.conditions.labels != "none")
    session = onnxruntime.InferenceSession(result.path, providers=["CPUExecutionProvider"])
    (image,) = session.run(None, example_inputs(manifest, manifest.smallest, count=3))
    assert image.shape == (3, manifest.smallest, manifest.smallest, manifest.channels)
    rebuilt, _ = load_generator_from_onnx(result.path)
    average = weights(Path(config.run), STEPS)
    for key, value in rebuilt.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            assert (average[f"average.safetensors/{key}"] == value).all(), key
