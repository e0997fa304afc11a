"""Configurations: TOML both ways, settings of the command line, ranges and unknown keys."""

import re
from dataclasses import replace

import pytest

from training.config import TrainConfig, from_dict, from_toml, setting_names, to_dict, to_toml, with_settings
from training.files import UserError
from training.options import settings_of
from training.recipes import get_recipe, recipe_names


def test_a_config_survives_toml() -> None:
    config = with_settings(
        TrainConfig(), ["minutes=12.5", "optim.betas=0.5,0.9", "generator.attention=no", "init=model.onnx"]
    )
    assert from_toml(to_toml(config)) == config
    assert from_toml(to_toml(TrainConfig())) == TrainConfig()


def test_settings_are_converted_to_the_type_of_their_field() -> None:
    config = with_settings(
        TrainConfig(),
        ["steps=70", "loss.l1=3", "optim.betas=(0.1, 0.2)", "augment.enabled=off", "minutes=none"],
    )
    assert (config.steps, config.loss.l1, config.optim.betas) == (70, 3.0, (0.1, 0.2))
    assert config.augment.enabled is False
    assert config.minutes is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.png,b.png", ("a.png", "b.png")),
        ("cats/a (1).png, 7", ("cats/a (1).png", "7")),
        ("(x).png", ("(x).png",)),
        ("[x].png", ("[x].png",)),
        ('["a, b.png", "[c].png"]', ("a, b.png", "[c].png")),
        ("", ()),
    ],
)
def test_names_of_files_are_taken_as_they_are(text: str, names: tuple[str, ...]) -> None:
    config = with_settings(TrainConfig(), [f"source.excluded={text}"])
    assert config.source.excluded == names
    assert from_toml(to_toml(config)) == config


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("loss.l2=1", "loss.l1"),
        ("generator_lr=1e-4", "optim.generator_lr"),
        ("losses.l1=1", "loss.l1"),
        ("loss=1", "did you mean"),
        ("steps.more=1", "did you mean"),
        ("loss.l1", "key=value"),
        ("steps=many", "whole number"),
        ("steps=1.5", "whole number"),
        ("loss.l1=lots", "a number"),
        ("loss.l1=nan", "finite"),
        ("loss.l1=-1", "from 0 to 1000"),
        ("optim.betas=0.5", "2 numbers"),
        ("augment.enabled=perhaps", "true or false"),
        ("device=tpu", "cuda"),
        ("source.excluded=[1, 2]", "JSON list"),
        ("size=100", "multiple of 32"),
        ("discriminator.augment_kinds=colour,noise", "cutout"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_remedy(setting: str, remedy: str) -> None:
    with pytest.raises(UserError) as caught:
        with_settings(TrainConfig(), [setting])
    assert remedy in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", recipe_names())
def test_a_size_that_does_not_fit_is_refused_with_the_nearest_that_does(name: str) -> None:
    config = get_recipe(name).config
    fitting = [size for size in range(16, 513) if _refusal(replace(config, size=size)) is None]
    for asked in (17, 70, 100, 250):
        refusal = _refusal(replace(config, size=asked))
        if refusal is not None:
            named = re.search(r"such as (\d+)", refusal)
            assert named
            assert abs(int(named[1]) - asked) == min(abs(size - asked) for size in fitting)


def _refusal(config: TrainConfig) -> str | None:
    try:
        config.checked()
    except UserError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "text", ["steps = 'ten'", "loss = 3", "[loss]\nl9 = 3", "steps = true", "optim = {betas = [1]}", "a ="]
)
def test_a_wrong_config_file_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        from_toml(text)


def test_absent_keys_keep_their_defaults() -> None:
    config = from_dict({"steps": 9, "loss": {"l1": 1}})
    assert (config.steps, config.loss.l1, config.size) == (9, 1.0, TrainConfig().size)


def test_every_setting_explains_itself_and_can_be_set_by_its_name() -> None:
    values = to_dict(TrainConfig())
    for name in setting_names():
        section, _, key = name.rpartition(".")
        value = (values[section] if section else values).get(key, "none")
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        assert with_settings(TrainConfig(), [f"{name}={text}"]) == TrainConfig()


def test_every_setting_belongs_to_a_group_and_the_short_list_is_short() -> None:
    settings = list(settings_of(TrainConfig()))
    assert [setting.name for setting in settings if not setting.group] == []
    assert 5 <= sum(setting.basic for setting in settings) <= 20


def test_a_run_has_one_length() -> None:
    with pytest.raises(UserError, match="choose one"):
        with_settings(TrainConfig(), ["minutes=3", "epochs=2"])


def test_a_config_written_before_a_setting_existed_keeps_its_meaning() -> None:
    config = from_dict({"steps": 9, "discriminator": {"kind": "projected"}, "every": {"log": 50}})
    assert (config.discriminator.augment, config.optim.generator_steps, config.optim.label_ramp_steps) == (
        "none",
        1,
        0,
    )
    assert (config.stop_when_stale, config.best_by, config.epochs) == (0, "l1", None)
