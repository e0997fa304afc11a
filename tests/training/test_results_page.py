"""The page of results: a table a data set, sources beside runs, and nothing that breaks a table."""

from pathlib import Path

import pytest

from tests.training.report.test_report import CLASSIFIED, FIGURES
from training.config import to_dict
from training.files import UserError, write_json
from training.recipes import get_recipe
from training.results_page import command, page, write_results


def report(recipe: str, data: str = "mnist", run: str = "one", **changes: object) -> dict[str, object]:
    """A report as ``gather`` makes it."""
    known = get_recipe(recipe)
    return {
        "format": 1,
        "run": run,
        "recipe": {"name": recipe},
        "task": known.config.task,
        "size": 32,
        "data": {"name": data, "pictures": 1000},
        "length": {"step": 100, "epochs": 2.5, "seconds": 61.0, "batch_size": 32},
        "machine": {"device": "CPU", "precision": "float32"},
        "curves": {"losses": {"d_real": {key: [1.0, 2.0] for key in ("step", "mean", "low", "high")}}},
        "samples": [],
        "evaluation": FIGURES | {"metrics": {"kd_efficientnet_lite2": 0.25, "is": 2.0}},
        "classifiers": [CLASSIFIED],
        "reported": [{"figure": one.figure, "value": one.value, "on": one.on} for one in known.reported],
        "config": to_dict(known.config),
    } | changes


def test_each_data_set_has_its_tables_with_the_sources_beside() -> None:
    text = page(
        {
            "a": report("cdcgan", "cifar10/train"),
            "b": report("cdcgan", "mnist", "two"),
            "c": report("cgan", "mnist", "three"),
        },
        "results",
    )
    assert text.index("## cifar10") < text.index("## mnist")
    cifar, digits = text.split("## mnist")
    for shown in ("| *cdcgan, reported* | ", ".0446", ".8081", "**cdcgan**"):
        assert shown in cifar
    assert ".8941" not in cifar
    for shown in (".8941", ".9952", ".9883"):
        assert shown in digits
    assert ".0446" not in digits
    assert "N = 12 of the test split, softmax 100 learnt from and 50 tested" in text


def test_reported_figures_of_other_data_are_told_in_words() -> None:
    text = page({"a": report("sketch-label-unet", "openmoji")}, "results")
    assert ", reported*" not in text
    assert "FID 95.78" in text
    assert "the source's own data" in text
    assert "no FID was taken" in text


def test_the_command_says_what_differs_from_the_recipe() -> None:
    config = to_dict(get_recipe("cgan").config)
    del config["epochs"]
    made = command(report("cgan", config=config | {"minutes": 15.0, "batch_size": 64, "channels": 1}))
    assert (
        made == "python -m training train --recipe cgan --data DIR --run RUN --minutes 15 --set batch_size=64"
    )


def test_what_a_run_settles_by_itself_is_no_change_and_a_switch_is_one() -> None:
    config = to_dict(get_recipe("lineart").config)
    config["discriminator"] |= {"augment": "none", "attention": True}
    made = command(report("lineart", config=config))
    assert "augment" not in made
    assert "--set discriminator.attention=True" in made


def test_what_learns_nothing_stands_below_the_run() -> None:
    measured = FIGURES | {"metrics": {"l1": 0.1}, "baselines": {"line_art": {"l1": 0.25}}}
    text = page({"a": report("lineart", "openmoji", evaluation=measured)}, "results")
    assert "| line art, 32 px | not | 0.25 |" in text


def test_a_run_whose_discriminator_alone_was_asked_has_no_count_of_pictures() -> None:
    measured = {"discriminator": FIGURES["discriminator"]}
    text = page({"a": report("cgan", evaluation=measured, classifiers=[])}, "results")
    assert "D right on real" in text
    assert "N =" not in text


def test_names_do_not_break_the_table() -> None:
    text = page({"a": report("cgan", "a|b", "x|y*", evaluation=None, classifiers=[])}, "results")
    assert "## a\\|b" in text
    assert "x\\|y\\*" in text


def test_pages_and_pictures_are_written_from_reports_alone(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no report yet"):
        write_results(tmp_path / "results.md", [tmp_path / "run"])
    write_json(tmp_path / "run" / "report" / "report.json", report("cgan", run="My run"))
    write_results(tmp_path / "results.md", [tmp_path / "run"])
    assert "(results/my-run.svg)" in (tmp_path / "results.md").read_text(encoding="utf-8")
    drawn = (tmp_path / "results" / "my-run.svg").read_text(encoding="utf-8")
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    with pytest.raises(UserError, match="Two runs"):
        write_results(tmp_path / "results.md", [tmp_path / "run"] * 2)


def test_runs_are_added_to_those_that_the_page_has(tmp_path: Path) -> None:
    out, run = tmp_path / "results.md", tmp_path / "run"
    for recipe, name in (("cdcgan2", "late"), ("cgan", "dense")):
        write_json(run / "report" / "report.json", report(recipe, run=name))
        write_results(out, [run])
    text = out.read_text(encoding="utf-8")
    assert text.index("### dense") < text.index("### late"), "the registry's order"
    write_results(out, [])
    assert out.read_text(encoding="utf-8") == text
