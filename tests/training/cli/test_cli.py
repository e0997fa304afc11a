"""The command line as a user meets it: figures on stdout, one sentence on stderr and exit status 2."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.runs import TINY
from training.cli.parser import main
from training.config import load_config

COMMANDS = ["prepare", "recipes", "train", "resume", "evaluate", "export"]


@pytest.fixture
def settings() -> list[str]:
    own = ("size", "batch_size", "device", "steps")
    return [word for setting in TINY if setting.split("=")[0] not in own for word in ("--set", setting)]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run what must fail; returns the sentence."""
    try:
        status = main(arguments)
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    return said.err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_needs_nothing_heavy(command: str) -> None:
    code = (
        "import sys\nfrom training.cli.parser import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as leaving:\n    assert not leaving.code\n"
        "assert not {'torch', 'onnx', 'onnxruntime', 'numpy', 'cv2'} & sys.modules.keys(), 'heavy imports'\n"
    )
    words = [command, "--help"] if command else ["--help"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        ("", "--help"),
        ("paint", "--help"),
        ("train", "--help"),
        ("recipes oil", "lineart"),
        ("train --recipe oil --data D --run R", "lineart"),
        ("train --recipe lineart --data D --run R --set loss.l2=1", "loss.l1"),
        ("train --recipe lineart --data D --run R --steps many", "whole number"),
        ("train --recipe lineart --data D --run R --steps 0", "from 1"),
        ("train --recipe lineart --data D --run R --steps 5 --minutes 5", "--help"),
        ("train --recipe lineart --data D --run R --size 100", "multiple of"),
        ("train --recipe lineart --data D --run R --device tpu", "cuda"),
        ("train --recipe lineart --data {empty} --run R", "{empty}"),
        ("train --recipe lineart --data {pairs} --run R --init {empty}/none.onnx", "none.onnx"),
        ("resume {empty}", "{empty}"),
        ("evaluate {empty} --data {pairs}", "{empty}"),
        ("evaluate {empty}/none.onnx --data {pairs}", "none.onnx"),
        ("export {empty} --out M.onnx", "{empty}"),
        ("train --recipe lineart --data D --run R --quality ultra", "draft, normal, best"),
        ("train --recipe lineart --data D --run R --epochs 5 --minutes 5", "--help"),
        ("prepare photos D", "openmoji"),
        ("prepare openmoji {empty} --size 7", "64"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    arguments: str, remedy: str, capsys: pytest.CaptureFixture[str], pairs: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    words = [word.format(empty=empty, pairs=pairs) for word in arguments.split()]
    assert remedy.format(empty=empty) in refused(capsys, *words)
    assert not (tmp_path / "R").exists()


def test_recipes_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes", "--json"]) == 0
    assert "lineart" in [recipe["name"] for recipe in json.loads(capsys.readouterr().out)]
    assert main(["recipes", "lineart", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["recipe"] == "lineart"
    assert main(["recipes", "lineart"]) == 0
    assert "optim.generator_lr=" in capsys.readouterr().out
    assert main(["recipes"]) == 0
    assert "lineart" in capsys.readouterr().out


@pytest.mark.usefixtures("known_graphs")
def test_a_model_from_train_to_file(
    pairs: Path,
    tmp_path: Path,
    settings: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, model = tmp_path / "run", tmp_path / "model.onnx"
    monkeypatch.setattr(sys, "stdin", iter(()))
    given = ["--recipe", "lineart", "--data", str(pairs), "--run", str(run), "--steps", "2", "--size", "64"]
    given += ["--batch-size", "2", "--seed", "3", "--device", "cpu", "--json"]
    assert main(["train", *given, *settings]) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()][-1] == "Finished"
    assert main(["resume", str(run), "--epochs", "0.5"]) == 0
    assert "l1" in capsys.readouterr().err
    assert load_config(run / "config.toml").steps == 3
    assert main(["export", str(run), "--out", str(model)]) == 0
    assert "/255" in capsys.readouterr().out
    assert main(["evaluate", str(model), "--data", str(pairs), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["n"], figures["split"]) == (2, "test")
    assert figures["protocol"]
    assert {"l1", "ssim", "kd_efficientnet_lite2", "fd_efficientnet_lite2"} <= figures["metrics"].keys()
