"""Data that a recipe cannot use: refused before the first step in one sentence that names the remedy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.data.shapes import write_set
from tests.training.data.trees import save, write_photos
from tests.training.recipes.tiny import COLOUR, GREY, tiny_recipe, write_classes
from tests.training.runs import ignore, never
from training.cli.parser import main
from training.data.paired import PairedDataset
from training.files import UserError
from training.loop import train
from training.suitable import check_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """classes/{colour,grey}, pairs, photos, one class, grey photos."""
    folder = tmp_path_factory.mktemp("data")
    write_classes(folder / "classes", 5)
    write_set(folder / "pairs")
    write_photos(folder / "photos", 12)
    write_photos(folder / "one" / "cats", 12)
    for i in range(12):
        save(
            folder / "greys" / f"{i}.png",
            np.random.default_rng(i).integers(0, 256, (70, 70)).astype(np.uint8),
        )
    return folder


@pytest.mark.parametrize(
    ("recipe", "folder", "settings", "words"),
    [
        ("cdcgan", "photos", (), ("no labels", "folder a label", "conditions.labels=optional")),
        ("digits-2", "one", (), ("no labels", "two at least", "folder a label")),
        ("sketch-label-unet", f"classes/{COLOUR}", (), ("no sketches", "conditions.pairs=optional")),
        ("cdcgan-mnist", f"classes/{GREY}", ("batch_size=64",), ("fewer than a batch of 64", "batch_size=8")),
        ("cdcgan-animals", f"classes/{GREY}", (), ("are grey", "for colour", "channels=1")),
        ("face-unet", "greys", (), ("are grey", "for colour", "another recipe")),
        ("cdcgan", f"classes/{COLOUR}", ("batch_size=1",), ("batch_size is 1", "batch_size=2")),
        ("cgan", f"classes/{COLOUR}", ("generator.kind=unet",), ("not for label-to-image",)),
        ("face-unet", "photos", ("discriminator.cutmix=0.5",), ("unet-judge",)),
        ("projected-small", f"classes/{COLOUR}", ("loss.gradient_penalty=10",), ("another discriminator",)),
        ("cgan", f"classes/{COLOUR}", ("generator.kind=patchgan",), ("not for label-to-image",)),
    ],
)
def test_data_or_settings_that_do_not_fit_are_refused(
    data: Path, tmp_path: Path, recipe: str, folder: str, settings: tuple[str, ...], words: tuple[str, ...]
) -> None:
    config = tiny_recipe(recipe, data / folder, tmp_path / "run", *settings)
    with pytest.raises(UserError) as error:
        train(config, ignore, never)
    sentence = str(error.value)
    assert [word for word in words if word not in sentence] == []
    assert sentence.endswith(".")
    assert not (tmp_path / "run").exists()


def test_a_single_label_is_named(data: Path, tmp_path: Path) -> None:
    alone = replace(PairedDataset.open(data / "pairs", "train", 64), labels=("Cats",))
    with pytest.raises(UserError, match=r"a single label \(Cats\).*two at least.*folder a label"):
        check_data(tiny_recipe("cgan", data / "pairs", tmp_path), alone)


def test_the_remedies_work(data: Path, tmp_path: Path) -> None:
    for name, recipe, folder, settings in (
        ("a", "cdcgan", "photos", ("conditions.labels=optional",)),
        ("b", "cdcgan-animals", f"classes/{GREY}", ("channels=1",)),
    ):
        config = tiny_recipe(recipe, data / folder, tmp_path / name, "steps=1", "every.sample=0", *settings)
        assert train(config, ignore, never).complete


def test_wasserstein_with_five_judgements_a_step_is_an_option_of_the_first_system(
    data: Path, tmp_path: Path
) -> None:
    config = tiny_recipe(
        "sketch-label-unet",
        data / "pairs",
        tmp_path / "run",
        *("loss.kind=wasserstein", "loss.gradient_penalty=10", "discriminator.norm=layer"),
        *("optim.generator_steps=1", "optim.discriminator_steps=2", "every.sample=0"),
    )
    assert train(config, ignore, never).complete


def test_the_command_line_ends_with_status_2(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(data / "photos"), "--run", str(tmp_path / "run"), "--batch-size", "4"]
    assert main(["train", "--recipe", "cgan", *arguments, "--device", "cpu"]) == 2
    assert "no labels" in capsys.readouterr().err
