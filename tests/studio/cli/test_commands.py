import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio import __version__, resources
from studio.__main__ import main
from tests.fixtures.models import TinyModel, flat_colour


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of assets with one small model."""
    assets = tmp_path / "assets"
    TinyModel().save(assets / "models")
    monkeypatch.setattr(resources, "assets_dir", lambda: assets)
    return assets


def drawing(path: Path, size: tuple[int, int] = (90, 60), mode: str = "L") -> Path:
    """White paper with a black line down the middle."""
    image = Image.new("L", size, 255)
    image.paste(0, (size[0] // 2, 0, size[0] // 2 + 4, size[1]))
    image.convert(mode).save(path)
    return path


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def near(pixel: np.ndarray, colour: np.ndarray | tuple[int, ...]) -> bool:
    return bool(np.abs(pixel - colour).max() <= 2)


class TestRender:
    def test_the_picture_is_as_large_as_the_drawing_and_keeps_its_lines(self, tmp_path: Path) -> None:
        out = tmp_path / "out.png"
        source = drawing(tmp_path / "in.png", (190, 333))
        assert main(["render", str(source), "--label", "food", "--out", str(out)]) == 0
        picture = pixels(out)
        assert picture.shape == (333, 190, 3)
        assert near(picture[100, 20], flat_colour(1))
        assert picture[100, 97].tolist() == [0, 0, 0]

    def test_hints_colour_their_place(self, tmp_path: Path) -> None:
        hints = Image.new("RGBA", (90, 60), (0, 0, 0, 0))
        hints.paste((0, 0, 255, 255), (10, 20, 22, 32))
        hints.save(tmp_path / "hints.png")
        out = tmp_path / "out.png"
        source = drawing(tmp_path / "in.png")
        arguments = ["render", str(source), "--hints", str(tmp_path / "hints.png"), "--out", str(out)]
        assert main(arguments) == 0
        assert near(pixels(out)[26, 16], (0, 0, 255))
        assert near(pixels(out)[26, 80], flat_colour())
        assert main([*arguments, "--strength", "0"]) == 0
        assert near(pixels(out)[26, 16], flat_colour())

    def test_a_folder_becomes_a_folder_with_the_hints_that_go_with_each(self, tmp_path: Path) -> None:
        source, hints, out = tmp_path / "in", tmp_path / "hints", tmp_path / "out"
        source.mkdir()
        hints.mkdir()
        drawing(source / "one.png")
        drawing(source / "two.jpg", (64, 64))
        (source / "notes.txt").write_text("not a drawing", encoding="utf-8")
        Image.new("RGBA", (90, 60), (0, 0, 255, 255)).save(hints / "one.png")
        assert main(["render", str(source), "--hints", str(hints), "--out", str(out)]) == 0
        assert sorted(path.name for path in out.iterdir()) == ["one.png", "two.png"]
        assert near(pixels(out / "one.png")[5, 5], (0, 0, 255))
        assert near(pixels(out / "two.png")[5, 5], flat_colour())

    def test_one_bad_file_of_a_folder_is_told_and_the_others_are_done(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source, out = tmp_path / "in", tmp_path / "out"
        source.mkdir()
        drawing(source / "good.png")
        (source / "bad.png").write_bytes(b"")
        assert main(["render", str(source), "--out", str(out)]) == 1
        assert [path.name for path in out.iterdir()] == ["good.png"]
        assert "bad.png is empty" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.tif", "A.PNG"])
    def test_the_ending_chooses_the_format(self, tmp_path: Path, name: str) -> None:
        source = drawing(tmp_path / "in.png")
        assert main(["render", str(source), "--out", str(tmp_path / name)]) == 0
        assert pixels(tmp_path / name).shape == (60, 90, 3)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"source": "missing.png"}, "does not exist"),
            ({"--model": "gone"}, "There is no model 'gone'; choose one of: tiny."),
            ({"--model": "broken.onnx"}, "broken.onnx is empty"),
            ({"--label": "cars"}, "has no label 'cars'; choose one of: Animals & Nature, Food & Drink."),
            ({"--hints": "missing.png"}, "does not exist"),
            ({"--hints": "in.png"}, "has no transparency"),
            ({"--strength": "2"}, "between 0 and 1"),
            ({"--out": "out.xyz"}, "has no known ending"),
            ({"--out": "nowhere/out.png"}, "nowhere does not exist; make it, or name another place."),
            ({"source": "empty"}, "holds no pictures"),
            ({"source": "broken.png"}, "broken.png"),
        ],
        ids=str,
    )
    def test_bad_input_is_one_sentence_and_status_two(
        self, tmp_path: Path, change: dict[str, str], sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        drawing(tmp_path / "in.png")
        (tmp_path / "empty").mkdir()
        (tmp_path / "broken.onnx").write_bytes(b"")
        (tmp_path / "broken.png").write_bytes(b"\x89PNG no picture")
        values = {"source": "in.png", "--out": "out.png"} | change
        for key in ("source", "--out", "--hints"):
            if key in values:
                values[key] = str(tmp_path / values[key])
        if values.get("--model", "").endswith(".onnx"):
            values["--model"] = str(tmp_path / values["--model"])
        source = values.pop("source")
        assert main(["render", source, *[word for pair in values.items() for word in pair]]) == 2
        error = capsys.readouterr().err
        assert sentence in error
        assert error.count("\n") == 1
        assert "Traceback" not in error
        assert not (tmp_path / "nowhere").exists()

    def test_bad_arguments_are_status_two(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as left:
            main(["render", "in.png"])
        assert left.value.code == 2
        assert "--out" in capsys.readouterr().err

    def test_a_model_file_outside_the_library_can_be_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("training.modelfile.probe_model_file", lambda path: None)
        model = TinyModel(labels=("Cars",)).save(tmp_path, "other.onnx")
        out = tmp_path / "out.png"
        source = drawing(tmp_path / "in.png")
        assert main(["render", str(source), "--model", str(model), "--label", "cars", "--out", str(out)]) == 0
        assert near(pixels(out)[5, 5], flat_colour(0))


class TestModels:
    def test_json_tells_everything_about_each_model(
        self, capsys: pytest.CaptureFixture[str], shipped: Path
    ) -> None:
        (shipped / "models" / "broken.onnx").write_bytes(b"")
        assert main(["models", "--json"]) == 0
        broken, tiny = json.loads(capsys.readouterr().out)
        assert "empty" in broken["problem"]
        assert broken["manifest"] is None
        assert (tiny["id"], tiny["problem"], tiny["shipped"]) == ("tiny", None, True)
        assert tiny["manifest"]["labels"] == ["Animals & Nature", "Food & Drink"]
        assert len(tiny["sha256"]) == 64

    def test_the_list_is_readable(self, capsys: pytest.CaptureFixture[str], shipped: Path) -> None:
        (shipped / "models" / "broken.onnx").write_bytes(b"")
        assert main(["models"]) == 0
        broken, tiny = capsys.readouterr().out.splitlines()
        assert broken.startswith("broken: cannot be used.")
        assert "Food & Drink" in tiny
        assert "64 px" in tiny

    def test_without_models_it_says_where_they_go(
        self, capsys: pytest.CaptureFixture[str], shipped: Path, home_of_its_own: Path
    ) -> None:
        (shipped / "models" / "tiny.onnx").unlink()
        assert main(["models"]) == 0
        assert str(home_of_its_own) in capsys.readouterr().out


class TestMain:
    def test_the_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out == f"Sketch Studio {__version__}\n"

    def test_help_names_every_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        out = capsys.readouterr().out
        assert all(word in out for word in ("render", "models", "--self-test", "FILE"))

    @pytest.mark.parametrize("arguments", [["--frob"], ["a.png", "b.png"]])
    def test_arguments_it_does_not_know_are_status_two(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        assert arguments[0] in capsys.readouterr().err

    def test_it_probes_a_model_as_the_child_of_a_bundle_does(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The limits are meant for a child process; this process has more to do.
        monkeypatch.setattr("training.modelfile_probe._limit_resources", lambda memory_mb: None)
        path = TinyModel().save(tmp_path, "probed.onnx")
        assert main(["--probe-model", str(path)]) == 0
        assert json.loads(capsys.readouterr().out)["provider"] == "CPUExecutionProvider"

    @pytest.mark.slow
    def test_a_command_without_a_window_imports_no_widgets_and_no_torch(self, repository: Path) -> None:
        code = (
            "import sys; from studio.__main__ import main; main(['models', '--json']);"
            "print(*[name for name in ('PySide6.QtWidgets', 'torch', 'scipy') if name in sys.modules],"
            " file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
        )
        assert done.stderr.strip() == ""
