"""The page of all recipes, docs/recipes.md, made from the registry; a test keeps the two in step.

python -m training.recipe_page docs/recipes.md
"""

import sys
from pathlib import Path

from training.config import TrainConfig
from training.files import write_text
from training.recipe_cost import parameter_counts
from training.recipes import Recipe, get_recipe, recipe_names

HEAD = """# Recipes

Each recipe is a complete configuration of a training run: our own for line art, and one for each of the
conditional GANs that five project reports describe, so that they can be reproduced and compared. Pick one in
the training workspace or with

    python -m training recipes                                       # the list
    python -m training recipes NAME                                  # one, with all its settings
    python -m training train --recipe NAME --data DIR --run RUN      # train it

Any setting can be changed with `--set section.key=value`. A data set that a recipe cannot use is refused
before the first step, with the remedy. This page is made from the recipes themselves by
`python -m training.recipe_page docs/recipes.md`.

What is ours throughout, whatever a report says: random numbers are functions of seed, step and sample, so
that a run resumes to the last bit; a loss that is no number changes nothing; discriminators with batch norm
judge real and generated pictures in batches of their own, and generators are exported with the statistics
of their training; "any label" is a label of zeros.

## At a glance

"""
TABLE = (
    "| recipe | makes | px | data | parameters G / D | loss | learning rate G / D | length |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def page() -> str:
    """The whole page as Markdown."""
    recipes = [get_recipe(name) for name in recipe_names()]
    rows = "".join(_row(recipe) for recipe in recipes)
    return HEAD + TABLE + rows + "".join(_section(recipe) for recipe in recipes)


def _row(recipe: Recipe) -> str:
    config, counts = recipe.config, parameter_counts(recipe)
    cells = (
        f"[{recipe.name}](#{recipe.name})",
        "pictures of sketches" if config.task == "sketch-to-image" else "pictures of labels",
        str(config.size),
        f"labels {recipe.needs.labels}"
        + (f", pairs {recipe.needs.pairs}" if recipe.needs.pairs != "none" else "")
        + f", {_channels(recipe)}",
        " / ".join(f"{count / 1e6:.2f} M" for count in counts.values()),
        _loss(config),
        f"{config.optim.generator_lr:g} / {config.optim.discriminator_lr:g}",
        f"{config.epochs:g} epochs" if config.epochs is not None else f"{config.steps:,} steps",
    )
    return f"| {' | '.join(cells)} |\n"


def _channels(recipe: Recipe) -> str:
    return {"1": "grey", "3": "colour", "any": "grey or colour"}[recipe.needs.channels]


def _loss(config: TrainConfig) -> str:
    parts = [config.loss.kind]
    if config.loss.l1:
        parts.append(f"{config.loss.l1:g} L1")
    return " + ".join(parts)


def _section(recipe: Recipe) -> str:
    config = recipe.config
    lines = [f"\n## {recipe.name}\n", recipe.about, "", f"*Source:* {recipe.source}.", ""]
    lines.append(f"*Data:* {recipe.needs.sentence()}.")
    lines += ["", f"*Defaults:* {_defaults(config)}."]
    if recipe.reported:
        lines += ["", "| reported | value | on |", "| --- | --- | --- |"]
        lines += [f"| {one.figure} | {one.value} | {one.on} |" for one in recipe.reported]
    return "\n".join(lines) + "\n"


def _defaults(config: TrainConfig) -> str:
    betas = ", ".join(f"{beta:g}" for beta in config.optim.betas)
    parts = [
        f"generator `{config.generator.kind}`",
        f"discriminator `{config.discriminator.kind}` ({config.discriminator.norm} norm)",
        f"batches of {config.batch_size}",
        f"noise of {config.generator.noise}",
        f"Adam ({betas})",
    ]
    if config.optim.ema:
        parts.append(f"moving average {config.optim.ema:g}")
    if config.optim.generator_steps > 1:
        parts.append(f"{config.optim.generator_steps} generator steps for each discriminator step")
    vary = config.vary
    if vary.rotate_deg or vary.shift_px or vary.zoom:
        parts.append(
            f"rotation to {vary.rotate_deg:g}°, shift to {vary.shift_px} px, zoom to {vary.zoom:.0%}"
        )
    return "; ".join(parts)


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), page())
