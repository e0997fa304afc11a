"""Any recipe, small enough for a step to take a few milliseconds, and data that every one of them takes."""

from pathlib import Path

import numpy as np

from tests.training.data.trees import photo, save
from training.config import TrainConfig, with_settings
from training.recipes import get_recipe
from training.sections import DiscriminatorConfig, GeneratorConfig

LABELS = ("cats", "dogs", "owls")
COLOUR, GREY = "colour", "grey"

RUN = (
    *("batch_size=4", "steps=4", "epochs=none", "device=cpu", "precision=float32", "threads=1"),
    *("every.log=1", "every.sample=2", "every.evaluate=0", "every.checkpoint=2", "stop_when_stale=0"),
)
NETWORKS = (
    *("generator.width=8", "generator.cap=16", "generator.tail=8", "generator.condition=8"),
    *("discriminator.channels=8", "discriminator.enlarge=1", "discriminator.cutmix_ramp_steps=1"),
    *("optim.warmup_steps=0", "loss.features=0"),
)


def tiny_recipe(name: str, data: Path, run: Path, *settings: str) -> TrainConfig:
    """The recipe ``name`` with all that makes it what it is but its widths, its size and its length."""
    config = get_recipe(name).config
    size = max(64, config.generator.stride) if config.task == "sketch-to-image" else min(config.size, 32)
    if config.generator.kind == "strided-unet" and not config.generator.layers:
        size = 64
    small = [
        f"size={size}",
        *_thin("generator", config.generator),
        *_thin("discriminator", config.discriminator),
    ]
    if config.generator.swatches:
        small.append("generator.swatches=4")
    return with_settings(config, [f"data={data}", f"run={run}", *small, *RUN, *NETWORKS, *settings])


def _thin(section: str, network: GeneratorConfig | DiscriminatorConfig) -> list[str]:
    """The same layers, but narrow."""
    thin = []
    if network.layers:
        thin.append(f"{section}.layers={','.join(['12'] * len(network.layers))}")
    elif network.kind == "strided-unet" and getattr(network, "encoder", "") == "plain":
        thin.append(f"{section}.layers=4,8,8,8")
    if getattr(network, "tail_layers", ()):
        thin.append(f"{section}.tail_layers=8,8")
    return thin


def write_classes(folder: Path, count: int = 10) -> Path:
    """Write ``count`` pictures a label, in colour and in grey, into folders of their own."""
    for place, label in enumerate(LABELS):
        for i in range(count):
            pixels = photo(100 * place + i, 36, 36)
            save(folder / COLOUR / label / f"{i}.png", pixels)
            save(folder / GREY / label / f"{i}.png", np.asarray(pixels[..., 0]))
    return folder


def data_for(name: str, pairs: Path, classes: Path) -> Path:
    """The data that the recipe ``name`` takes."""
    needs = get_recipe(name).needs
    if needs.task == "sketch-to-image":
        return pairs
    return classes / (GREY if needs.channels == "1" else COLOUR)
