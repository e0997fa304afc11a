import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from training.data.batches import Batch, evaluation_batches
from training.data.paired import PairedDataset
from training.files import UserError
from training.manifest import METADATA_KEY, ModelManifest
from training.metrics import card
from training.metrics.baselines import NearestFlats, line_art
from training.metrics.colour import ciede2000, srgb_to_lab
from training.metrics.evaluate import (
    EvaluationStoppedError,
    Evaluator,
    evaluate,
    foreign_colours,
    hint_obedience,
    truth_of,
    under_lines,
)
from training.metrics.features import EfficientNetFeatures, Pictures, efficientnet_lite
from training.metrics.predictors import model_predictor


@pytest.fixture(scope="module")
def judge() -> EfficientNetFeatures:
    return efficientnet_lite()


@pytest.fixture(scope="module")
def evaluator(tiny_test: PairedDataset, judge: EfficientNetFeatures) -> Evaluator:
    return Evaluator(tiny_test, extractor=judge)


def faded(batch: Batch) -> Pictures:
    return (truth_of(batch) // 2 + 128).astype(np.uint8)


def obedient(batch: Batch) -> Pictures:
    """Fills each region that holds a hint with its colour; shows the truth elsewhere."""
    flats = batch.flats.copy()
    for i, hints in enumerate(batch.hints):
        if hints[..., 3].any():
            _fill_regions(flats[i], hints, batch.sketch[i])
    return under_lines(flats, batch.sketch)


def _fill_regions(flats: np.ndarray, hints: np.ndarray, sketch: np.ndarray) -> None:
    count, parts = cv2.connectedComponents((sketch >= 128).astype(np.uint8), connectivity=4)
    for part in range(1, count):
        dots = (parts == part) & (hints[..., 3] > 128)
        if dots.any():
            flats[parts == part] = hints[dots][0, :3]


def test_features_do_not_depend_on_the_batch(judge: EfficientNetFeatures, tiny_test: PairedDataset) -> None:
    pictures = np.array(tiny_test.flats[:5])
    one_by_one = EfficientNetFeatures(judge._network, batch_size=1)(pictures)
    np.testing.assert_allclose(judge(pictures), one_by_one, rtol=1e-4, atol=1e-4)
    assert judge(pictures[:0]).shape == (0, judge.size)


def test_the_truth_itself_is_perfect(evaluator: Evaluator) -> None:
    report = evaluator.run(truth_of)
    assert report["n"] == 10
    assert report["split"] == "test"
    metrics = report["metrics"]
    assert metrics["l1"] == 0
    assert metrics["ssim"] == pytest.approx(1)
    assert metrics["fd_efficientnet_lite2"] == pytest.approx(0, abs=1e-6)
    assert metrics["kd_efficientnet_lite2"] < 1e-6
    assert json.loads(json.dumps(report)) == report


def test_every_figure_orders_truth_faded_and_line_art(evaluator: Evaluator) -> None:
    truth, pale, lines = (evaluator.run(predict)["metrics"] for predict in (truth_of, faded, line_art))
    for metric in ("l1", "fd_efficientnet_lite2", "kd_efficientnet_lite2"):
        assert truth[metric] < pale[metric]
        assert truth[metric] < lines[metric]
    assert truth["ssim"] > max(pale["ssim"], lines["ssim"])


def test_figures_do_not_depend_on_the_batch_size(
    tiny_test: PairedDataset, judge: EfficientNetFeatures
) -> None:
    reports = [Evaluator(tiny_test, extractor=judge, batch_size=size).run(faded) for size in (1, 4, 64)]
    for report in reports[1:]:
        assert report["protocol"] == reports[0]["protocol"]
        assert report["metrics"] == pytest.approx(reports[0]["metrics"], rel=1e-4)


def test_evaluate_names_extractor_and_what_is_absent(tiny_test: PairedDataset) -> None:
    report = evaluate(line_art, tiny_test, batch_size=4)
    assert set(report["metrics"]) == {"l1", "ssim", "kd_efficientnet_lite2", "fd_efficientnet_lite2"}
    assert report["protocol"]["inception"].startswith("no fid, kid or is: ")
    assert "efficientnet_lite2" in report["protocol"]["features"]
    assert report["protocol"]["hints"] == "none"


class FakeInception:
    """Stands in for the Inception network: mean colours as features, ten logits."""

    name, size = "inception", 3

    def both(self, pictures: Pictures) -> tuple[np.ndarray, np.ndarray]:
        features = self(pictures)
        return features, np.repeat(features[:, :1], 10, axis=1) * np.arange(10)

    def __call__(self, pictures: Pictures) -> np.ndarray:
        return pictures.reshape(len(pictures), -1, 3).mean(axis=1) / 255


def test_fid_kid_and_is_appear_with_the_extractor(
    tiny_test: PairedDataset, judge: EfficientNetFeatures
) -> None:
    report = Evaluator(tiny_test, extractor=judge, inception=FakeInception()).run(faded)  # type: ignore[arg-type]
    assert {"fid", "kid", "is"} <= set(report["metrics"])
    assert report["metrics"]["is"] >= 1
    assert "torch-fidelity" in report["protocol"]["inception"]
    assert "10 pictures, fewer than 2,048" in report["protocol"]["note"]
    assert report["n"] == 10


def test_hints_reach_the_predictor(evaluator: Evaluator) -> None:
    seen = []

    def predict(batch: Batch) -> Pictures:
        seen.append(int((batch.hints[..., 3] > 0).sum()))
        assert batch.noise.shape == (len(batch), 5)
        return truth_of(batch)

    evaluator.run(predict, noise_size=5)
    assert sum(seen) == 0
    evaluator.run(predict, hints=3, noise_size=5)
    assert sum(seen) > 0


def test_an_evaluation_stops_between_batches(tiny_test: PairedDataset, judge: EfficientNetFeatures) -> None:
    evaluator = Evaluator(tiny_test, extractor=judge, batch_size=2)
    evaluator.run(truth_of)
    done = []

    def predict(batch: Batch) -> Pictures:
        done.append(len(batch))
        return truth_of(batch)

    with pytest.raises(EvaluationStoppedError):
        evaluator.run(predict, should_stop=lambda: len(done) == 2)
    assert done == [2, 2]


def test_pictures_of_the_wrong_shape_and_tiny_splits_are_refused(
    evaluator: Evaluator, tiny_test: PairedDataset
) -> None:
    with pytest.raises(ValueError, match="pictures"):
        evaluator.run(lambda batch: batch.sketch)
    one = dataclasses.replace(tiny_test, names=tiny_test.names[:1])
    with pytest.raises(UserError, match="at least 2"):
        Evaluator(one)


def test_truth_is_rounded_to_the_nearest() -> None:
    flats = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, axis=3)
    for ink in (0, 1, 127, 128, 254, 255):
        sketch = np.full((1, 16, 16), ink, np.uint8)
        np.testing.assert_array_equal(
            under_lines(flats, sketch), np.rint(flats * (ink / 255)).astype(np.uint8)
        )


# --- hints ---


def test_foreign_colours_are_far_from_the_truth_and_from_each_other(tiny_test: PairedDataset) -> None:
    for flats in tiny_test.flats:
        colours = foreign_colours(np.array(flats), np.random.default_rng(0))
        lab = srgb_to_lab(colours)
        assert ciede2000(lab[:, None, None], srgb_to_lab(flats)[None]).min() > 15
        assert min(ciede2000(lab[0], lab[1]), ciede2000(lab[0], lab[2]), ciede2000(lab[1], lab[2])) > 15


def test_foreign_colours_are_found_even_for_a_picture_of_all_colours() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert len({tuple(colour) for colour in foreign_colours(noise, np.random.default_rng(0))}) == 3


def test_obedience_tells_an_obedient_model_from_a_deaf_one(tiny_test: PairedDataset) -> None:
    good, deaf = hint_obedience(obedient, tiny_test, batch_size=3), hint_obedience(truth_of, tiny_test)
    assert good["with_hints"] < 1
    assert good["ratio"] < 0.1
    assert deaf["ratio"] == 1
    assert good["without_hints"] == deaf["without_hints"] > 25
    assert good["n"] == 20  # two regions in each of ten drawings
    assert good["drawings"] == 10


# --- baselines ---


def test_nearest_flats_takes_a_drawing_of_the_same_kind(
    tiny_test: PairedDataset, tiny_train: PairedDataset, judge: EfficientNetFeatures
) -> None:
    steps = []
    baseline = NearestFlats(tiny_train, judge, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (12, 12)
    (batch,) = evaluation_batches(tiny_test, 64)
    nearest = baseline.nearest(batch)
    assert [tiny_train.label_index[i] for i in nearest] == list(tiny_test.label_index)
    pictures = baseline(batch)
    assert not pictures[batch.sketch == 0].any()
    np.testing.assert_array_equal(
        pictures[0][batch.sketch[0] == 255], tiny_train.flats[nearest[0]][batch.sketch[0] == 255]
    )


def test_nearest_flats_leaves_colour_variants_aside(
    tiny_train: PairedDataset, judge: EfficientNetFeatures
) -> None:
    base = np.full(len(tiny_train), -1)
    base[1] = 0
    baseline = NearestFlats(dataclasses.replace(tiny_train, base=base), judge)
    (batch,) = evaluation_batches(tiny_train, 64)
    assert baseline.nearest(batch)[0] == 0
    assert baseline.nearest(batch)[1] != 1


# --- a model file as predictor, and its card ---


def hinting_model(path: Path, **changes: object) -> Path:
    """A model without weights: red times label 0 plus blue times label 1, over it the hints' dots."""
    manifest = ModelManifest(
        name="tiny", task="sketch-to-image", size=64, stride=1, smallest=16, largest=128, channels=3,
        labels=("Blue things", "Red things"), hints=True, noise=2, flats=False, network={}, recipe="",
        dataset="", fingerprint="", licence="", author="", note="", metrics={}, date="", program="", grain=1,
    )  # fmt: skip
    manifest = dataclasses.replace(manifest, **changes)  # type: ignore[arg-type]
    f32, u8 = TensorProto.FLOAT, TensorProto.UINT8
    palette = np.array([[40, 60, 220], [220, 40, 40]], np.float32)
    nodes = [
        helper.make_node("MatMul", ["label", "palette"], ["colour"]),
        helper.make_node("Unsqueeze", ["colour", "axes"], ["colour4"]),
        helper.make_node("Cast", ["hints"], ["hints32"], to=f32),
        helper.make_node("Slice", ["hints32", "zero", "three", "last"], ["dots"]),
        helper.make_node("Max", ["colour4", "dots"], ["flats"]),
        helper.make_node("Cast", ["sketch"], ["ink"], to=f32),
        helper.make_node("Div", ["ink", "full"], ["paper"]),
        helper.make_node("Unsqueeze", ["paper", "last"], ["paper4"]),
        helper.make_node("Mul", ["flats", "paper4"], ["shown"]),
        helper.make_node("Cast", ["shown"], ["image"], to=u8),
    ]
    constants = {
        "palette": palette, "axes": np.array([1, 2]), "zero": np.array([0]), "three": np.array([3]),
        "last": np.array([3]), "full": np.array(255, np.float32),
    }  # fmt: skip
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("sketch", u8, ["N", "H", "W"]),
            helper.make_tensor_value_info("hints", u8, ["N", "H", "W", 4]),
            helper.make_tensor_value_info("label", f32, ["N", 2]),
            helper.make_tensor_value_info("noise", f32, ["N", 2]),
        ],
        [helper.make_tensor_value_info("image", u8, ["N", "H", "W", 3])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    helper.set_model_props(model, {METADATA_KEY: manifest.to_json()})
    onnx.save(model, path)
    return path


def test_model_predictor_matches_labels_by_name(tmp_path: Path, tiny_test: PairedDataset) -> None:
    predict, manifest = model_predictor(hinting_model(tmp_path / "m.onnx"), tiny_test, threads=1)
    (batch,) = evaluation_batches(tiny_test, 64)
    pictures = predict(batch)
    assert manifest.name == "tiny"
    for picture, label in zip(pictures, tiny_test.label_index, strict=True):
        assert picture[0, 0].tolist() == [[220, 40, 40], [40, 60, 220]][label]


def test_model_predictor_names_a_size_that_fits(tmp_path: Path, tiny_test: PairedDataset) -> None:
    path = hinting_model(tmp_path / "m.onnx", smallest=128, largest=128, size=128)
    with pytest.raises(UserError, match="--size 128"):
        model_predictor(path, tiny_test)


def test_card_of_a_model_file_from_the_command_line(
    tmp_path: Path, prepared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = hinting_model(tmp_path / "m.onnx")
    out = tmp_path / "card"
    assert card.main([str(model), "--data", str(prepared), "--out", str(out), "--drawings", "3"]) == 0
    report = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert report["n"] == 10
    assert set(report["baselines"]) == {"line_art", "nearest_flats"}
    assert set(report["metrics_with_hints"]) == set(report["metrics"]) == set(report["baselines"]["line_art"])
    assert report["hint_obedience"]["drawings"] == 10
    with Image.open(out / "card.png") as grid:
        assert grid.width > 2 * 4 * 64
        assert grid.height > 2 * 64
    # The paper is coloured too, so the model loses to nearly everything, and is told so.
    assert "nearest_flats: l1" in capsys.readouterr().err


def test_card_of_a_missing_model_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert card.main([str(tmp_path / "no.onnx"), "--data", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_grid_drawings_are_spread_over_the_labels(tiny_test: PairedDataset) -> None:
    chosen = card.chosen_drawings(tiny_test, 4)
    assert sorted(tiny_test.label_index[chosen]) == [0, 0, 1, 1]
    assert card.chosen_drawings(tiny_test, 99) == list(range(10))


def test_beaten_by_knows_which_figures_are_better_when_they_are_high() -> None:
    report = {
        "metrics": {"l1": 0.1, "ssim": 0.9, "recall_judge": 0.7},
        "baselines": {
            "a": {"l1": 0.2, "ssim": 0.95, "recall_judge": 0.6},
            "b": {"l1": 0.1, "ssim": 0.5, "recall_judge": 0.2},
        },
    }
    assert card.beaten_by(report) == ["a: ssim", "b: l1"]
