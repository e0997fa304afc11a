"""A model file as a predictor, the way the studio runs it: ONNX Runtime on the CPU, uint8 in and out."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from training.data.batches import Batch, PictureBatch
from training.data.dataset import Dataset
from training.files import UserError
from training.manifest import ModelManifest
from training.metrics.evaluate import Predict
from training.metrics.features import Pictures
from training.metrics.making import DrawingMaker, Generate, LabelMaker, Maker
from training.modelfile import check_model_bytes, read_model_bytes


def model_maker(path: Path, dataset: Dataset, hints: int = 0) -> Maker:
    """Return what the model file makes of data like ``dataset``; UserError as below."""
    if check_model_bytes(read_model_bytes(path)).manifest.task == "label-to-image":
        generate, manifest = label_predictor(path, dataset.labels)
        if manifest.size != dataset.size:
            raise UserError(f"{Path(path).name} makes {manifest.size} px; use --size {manifest.size}.")
        return LabelMaker(generate, manifest.noise, manifest.channels)
    predict, manifest = model_predictor(path, dataset)
    return DrawingMaker(predict, hints, manifest.noise, noise=noise_told(manifest))


def model_predictor(
    path: Path, dataset: Dataset, threads: int = 0, likeliest: bool = False
) -> tuple[Predict, ModelManifest]:
    """Return a predictor of the model file for drawings of ``dataset``, and the model's manifest.

    Labels are matched by name; a label that the model does not know counts as "any". ``threads`` 0 takes
    what ONNX Runtime takes. A model that chooses its colours by chance does so for each drawing anew,
    unless the ``likeliest`` are asked for; noise is zero otherwise. UserError when the file is refused,
    makes no pictures from sketches, or does not take the data set's size.
    """
    session, manifest = _opened(path, threads)
    if manifest.task != "sketch-to-image":
        raise UserError(
            f"{Path(path).name} makes pictures from labels alone; choose a sketch-to-image model."
        )
    if not manifest.takes(dataset.size, dataset.size):
        raise UserError(f"{Path(path).name} does not take {dataset.size} px; use --size {manifest.size}.")
    mapping = _label_mapping(dataset.labels, manifest)

    def predict(batch: Batch) -> Pictures:
        inputs: dict[str, np.ndarray] = {"sketch": batch.sketch}
        if manifest.hints:
            inputs["hints"] = batch.hints
        if manifest.labels:
            inputs["label"] = batch.label @ mapping
        if by_chance(manifest) and not likeliest:
            inputs["noise"] = np.stack([_drawn(sketch, manifest.noise) for sketch in batch.sketch])
        elif manifest.noise:
            inputs["noise"] = np.zeros((len(batch), manifest.noise), np.float32)
        return np.asarray(session.run(["image"], inputs)[0])

    return predict, manifest


def by_chance(manifest: ModelManifest) -> bool:
    """Whether the model is used with noise: its colours are then drawn by likelihood."""
    return manifest.chosen_colours and manifest.noise > 0


def noise_told(manifest: ModelManifest) -> str:
    """What a protocol says of the noise that `model_predictor` gives the model."""
    return "noise drawn for each drawing, decided by its pixels" if by_chance(manifest) else "zero noise"


def _drawn(sketch: NDArray[np.uint8], size: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(sketch.tobytes()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(size, np.float32)


def label_predictor(path: Path, labels: Sequence[str], threads: int = 0) -> tuple[Generate, ModelManifest]:
    """Return what makes pictures of ``labels`` with the model file, and its manifest; see above.

    UserError when the file is refused or makes pictures from sketches.
    """
    session, manifest = _opened(path, threads)
    if manifest.task != "label-to-image":
        raise UserError(f"{Path(path).name} makes pictures from sketches; choose a label-to-image model.")
    mapping = _label_mapping(labels, manifest)

    def generate(batch: PictureBatch) -> Pictures:
        inputs: dict[str, np.ndarray] = {"noise": batch.noise}
        if manifest.labels:
            inputs["label"] = batch.label @ mapping
        return np.asarray(session.run(["image"], inputs)[0])

    return generate, manifest


def _opened(path: Path, threads: int) -> tuple[onnxruntime.InferenceSession, ModelManifest]:
    data = read_model_bytes(path)
    manifest = check_model_bytes(data).manifest
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]), manifest


def _label_mapping(labels: Sequence[str], manifest: ModelManifest) -> NDArray[np.float32]:
    """Weights of ``labels`` [N, len(labels)] times this are weights of the model's labels."""
    mapping = np.zeros((len(labels), len(manifest.labels)), np.float32)
    for index, label in enumerate(labels):
        if label in manifest.labels:
            mapping[index, manifest.labels.index(label)] = 1
    return mapping
